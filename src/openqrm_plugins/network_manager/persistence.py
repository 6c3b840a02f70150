"""What a host's own network service has to read to have the bridge after a boot, too: pure, of texts."""

from __future__ import annotations

import re
from dataclasses import dataclass

from openqrm_plugins.network_manager.bridge import Bridge

INTERFACES = "/etc/network/interfaces"
NETWORKD = "/etc/systemd/network"
_STANZA = re.compile(r"\s*(auto|iface|mapping|source|source-directory|no-auto-down|no-scripts|allow-\S+)\b")
_SOURCES = re.compile(r"^\s*source(-directory)?\s+(/etc/network/)?interfaces\.d", re.MULTILINE)
_ABOUT = re.compile(r"^# openqrm bridge of (\S+) vlan (\d+)$", re.MULTILINE)


@dataclass(frozen=True)
class Given:
    """What the bridge has once it was tried: networks, the gateway, and whether DHCP gave them."""

    networks: tuple[str, ...] = ()
    gateway: str = ""
    by_dhcp: bool = False


def files_of(bridge: Bridge) -> tuple[str, ...]:
    """All files that may be ours; the first of a service tells of the bridge."""
    own = f"openqrm-{bridge.name}"
    parts = (".netdev", ".network", "-port.network")
    return (f"{INTERFACES}.d/{own}", *(f"{NETWORKD}/00-{own}{part}" for part in parts))


def about(text: str, name: str) -> Bridge | None:
    """The bridge that a file of ours tells of; None when it is none of ours."""
    found = _ABOUT.search(text)
    return Bridge(name, found[1], int(found[2])) if found else None


def reads_parts(interfaces: str) -> bool:
    """Whether ifupdown reads the files of interfaces.d."""
    return _SOURCES.search(interfaces) is not None


def render_ifupdown(bridge: Bridge, given: Given) -> str:
    """The file of interfaces.d; by iproute2, since bridge-utils and vlan may not be there."""
    name, card, port = bridge.name, bridge.card, bridge.port
    lines = [_told(bridge), f"auto {name}", f"iface {name} inet {_method(given)}"]
    if not given.by_dhcp and given.networks:
        lines += [f"    address {given.networks[0]}"]
        lines += [f"    gateway {given.gateway}"] if given.gateway else []
        lines += [f"    up ip addr replace {network} dev {name}" for network in given.networks[1:]]
    lines.append(f"    pre-up ip link add name {name} type bridge stp_state 0 forward_delay 0 || true")
    if bridge.vlan:
        lines.append(f"    pre-up ip link set dev {card} up")
        lines.append(f"    pre-up ip link add link {card} name {port} type vlan id {bridge.vlan} || true")
    else:
        lines.append(f"    pre-up ip link set dev {name} address $(cat /sys/class/net/{card}/address)")
    lines.append(f"    pre-up ip link set dev {port} master {name} up")
    lines.append(f"    post-down ip link del dev {name} || true")
    lines += [f"    post-down ip link del dev {port} || true"] if bridge.vlan else []
    return "".join(f"{line}\n" for line in lines)


def _method(given: Given) -> str:
    return "dhcp" if given.by_dhcp else "static" if given.networks else "manual"


def silence(interfaces: str, bridge: Bridge) -> str:
    """ifupdown's own file with the card's lines as comments that say whose they are; unchanged on a VLAN."""
    if bridge.vlan:
        return interfaces
    mark, lines, is_its = _mark(bridge), [], False
    for line in interfaces.splitlines(keepends=True):
        if _STANZA.match(line):
            words = line.split()
            is_its = words[0] == "iface" and words[1:2] == [bridge.card]
            alone = (words[0] == "auto" or words[0].startswith("allow-")) and words[1:] == [bridge.card]
            lines.append(f"{mark}{line}" if is_its or alone else line)
        else:
            lines.append(f"{mark}{line}" if is_its and line.strip() else line)
    return "".join(lines)


def restore(interfaces: str, bridge: Bridge) -> str:
    """What `silence` was given."""
    mark = _mark(bridge)
    return "".join(line.removeprefix(mark) for line in interfaces.splitlines(keepends=True))


def render_networkd(bridge: Bridge, given: Given, mac: str) -> dict[str, str]:
    """Path → content. Their names come before any other's: the first that fits a card counts."""
    _, netdev, network, port = files_of(bridge)
    tall = [f"Address={each}" for each in given.networks] if not given.by_dhcp else ["DHCP=yes"]
    tall += [f"Gateway={given.gateway}"] if given.gateway and not given.by_dhcp else []
    card = f"MACAddress={mac}\n" if mac else ""
    made = f"[NetDev]\nName={bridge.name}\nKind=bridge\n{card}[Bridge]\nSTP=no\nForwardDelaySec=0\n"
    return {
        netdev: f"{_told(bridge)}\n{made}",
        network: "".join(f"{line}\n" for line in (f"[Match]\nName={bridge.name}\n[Network]", *tall)),
        port: f"[Match]\nName={bridge.port}\n[Network]\nBridge={bridge.name}\n",
    }


def _told(bridge: Bridge) -> str:
    return f"# openqrm bridge of {bridge.card} vlan {bridge.vlan}"


def _mark(bridge: Bridge) -> str:
    return f"#openqrm-{bridge.name}# "

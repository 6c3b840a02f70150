"""A host's network as it is, and the files of its own network service that are ours."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from openqrm.plugin_api import Category, Host, StepError, run
from openqrm_plugins.network_manager.bridge import HINT, PLACE, QUICK_S, Bridge
from openqrm_plugins.network_manager.persistence import (
    INTERFACES,
    Given,
    about,
    files_of,
    reads_parts,
    render_ifupdown,
    render_networkd,
    restore,
    silence,
)

NETWORKD_STATE = "/run/systemd/netif/state"


class Address(msgspec.Struct, frozen=True):
    """As `ip -json address` tells it."""

    local: str = ""
    prefixlen: int = 0
    scope: str = ""
    dynamic: bool = False


class Link(msgspec.Struct, frozen=True):
    """An interface; `master` is the bridge that it is in."""

    ifname: str
    address: str = ""
    master: str = ""
    linkinfo: dict[str, Any] = {}
    addr_info: tuple[Address, ...] = ()

    @property
    def networks(self) -> tuple[str, ...]:
        """Its addresses that are good beyond this link, IPv4 first."""
        found = [f"{each.local}/{each.prefixlen}" for each in self.addr_info if each.scope == "global" and each.local]
        return tuple(sorted(found, key=lambda each: ":" in each))


def list_links(host: Host) -> list[Link]:
    """All interfaces of the host."""
    found: list[Link] = _decoded(host, ("ip", "-json", "-details", "address"), list[Link])
    return found


def service_of(host: Host, bridge: Bridge) -> str:
    """What will have read our files after a boot: ifupdown or networkd; empty: nothing, so a boot goes back."""
    interfaces = host.read_file(INTERFACES)
    if host.run(("test", "-e", NETWORKD_STATE), timeout_s=QUICK_S).status == 0:
        return "" if bridge.vlan else "networkd"  # a VLAN has to stand in the card's own file, which is not ours
    return "ifupdown" if interfaces is not None and reads_parts(interfaces.decode(errors="replace")) else ""


def persist(host: Host, bridge: Bridge) -> str:
    """Have the host make the bridge at its boots, too; the service that does it, empty when there is none."""
    service, given = service_of(host, bridge), _given(host, bridge)
    if service == "ifupdown":
        host.write_file(files_of(bridge)[0], render_ifupdown(bridge, given).encode())
        _rewrite(host, bridge, silenced=True)
    elif service == "networkd":
        mac = next((link.address for link in list_links(host) if link.ifname == bridge.card), "")
        for path, content in render_networkd(bridge, given, mac).items():
            host.write_file(path, content.encode())
    return service


def unpersist(host: Host, bridge: Bridge) -> None:
    """The files of the host's network service are as they were."""
    _rewrite(host, bridge, silenced=False)
    for path in reversed(files_of(bridge)):  # the first, which tells of the bridge, goes last
        host.remove_file(path)


def find_ours(host: Host, name: str) -> Bridge | None:
    """The bridge of this name as openQRM made it; None when it did not."""
    if (of := host.read_file(f"{PLACE}/{name}/of")) is not None:
        card, _, vlan = of.decode(errors="replace").strip().partition(" ")
        return Bridge(name, card, int(vlan)) if card and vlan.isdigit() else None
    for path in files_of(Bridge(name, ""))[:2]:
        if (text := host.read_file(path)) is not None and (found := about(text.decode(errors="replace"), name)):
            return found
    return None


def _rewrite(host: Host, bridge: Bridge, *, silenced: bool) -> None:
    before = host.read_file(INTERFACES)
    if before is None:
        return
    text = before.decode("utf-8", "surrogateescape")
    after = silence(text, bridge) if silenced else restore(text, bridge)
    if after != text:
        mode = run(host, ("stat", "-c", "%a", "--", INTERFACES), timeout_s=QUICK_S, hint=HINT).strip()
        if not re.fullmatch("[0-7]{3,4}", mode):
            raise StepError(Category.UNAVAILABLE, f"{INTERFACES} has the rights {mode[:20]!r}", HINT)
        host.write_file(INTERFACES, after.encode("utf-8", "surrogateescape"), mode=int(mode, 8))


class _Route(msgspec.Struct, frozen=True):
    gateway: str = ""
    protocol: str = ""


def _given(host: Host, bridge: Bridge) -> Given:
    link = next((each for each in list_links(host) if each.ifname == bridge.name), Link(bridge.name))
    routes = _decoded(host, ("ip", "-json", "route", "show", "default", "dev", bridge.name), list[_Route])
    via = next((each for each in routes if each.gateway), _Route())
    # DHCP's own marks were lost with the move, unless the route still tells
    by_dhcp = via.protocol == "dhcp" or any(each.dynamic for each in link.addr_info if "." in each.local)
    return Given(link.networks, via.gateway, by_dhcp)


def _decoded(host: Host, argv: tuple[str, ...], kind: Any) -> Any:
    said = run(host, argv, timeout_s=QUICK_S, hint=HINT)
    try:
        return msgspec.json.decode(said or "[]", type=kind)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise StepError(Category.UNAVAILABLE, f"what ip says is not understood: {error}", HINT) from None

"""dnsmasq's configuration as text, from the networks and the settings. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from openqrm.plugin_api import Category, Network, PlanningError
from openqrm_plugins.dhcpd.settings import Settings

_WORD = re.compile(r"[A-Za-z0-9.:_-]*", re.ASCII)

# iPXE fills these in itself; `uristring` escapes what a vendor may have put there.
BOOT_QUERY = "mac=${netX/mac}&uuid=${uuid}&nic=${netX/busid}&arch=${buildarch}-${platform}"
HARDWARE_QUERY = "&serial=${serial:uristring}&product=${product:uristring}&vendor=${manufacturer:uristring}"
NO_WAIT_FOR_PROXY = "encap:175,176,1b"  # else iPXE waits 3 s for a proxyDHCP offer


@dataclass(frozen=True)
class Places:
    """Where dnsmasq keeps its files: what actions write too, and what is its own."""

    shared: PurePosixPath
    own: PurePosixPath

    @property
    def hosts(self) -> PurePosixPath:
        """One file for each known machine."""
        return self.shared / "hosts"

    @property
    def pid(self) -> PurePosixPath:
        return self.shared / "pid"

    @property
    def leases(self) -> PurePosixPath:
        return self.own / "leases"


def is_served(network: Network) -> bool:
    """Whether this network has DHCP by us: we are attached to it, and in full have addresses to give."""
    attached = bool(network.interface and network.address)
    return attached and (network.dhcp == "proxy" or (network.dhcp == "full" and bool(network.first and network.last)))


def render_config(networks: Sequence[Network], settings: Settings, places: Places, http_url: str) -> str:
    """The whole configuration. No DNS, no TFTP, no script: dnsmasq runs nothing for a client."""
    served = [_checked(network) for network in networks if is_served(network)]
    lines = [
        "# Written by openQRM from its networks and the settings of plugin dhcpd; changes here are lost.",
        "keep-in-foreground",
        "log-facility=-",
        "user=root",
        "port=0",
        "bind-interfaces",
        "except-interface=lo",
        *(f"interface={name}" for name in sorted({network.interface for network in served})),
        f"pid-file={places.pid}",
        f"dhcp-leasefile={places.leases}",
        f"dhcp-hostsdir={places.hosts}",
        *(["dhcp-authoritative"] if all(network.dhcp == "full" for network in served) else []),
        "no-ping",
        "dhcp-ignore-names",
        "dhcp-match=set:ipxe,175",
        *(f"dhcp-match=set:uefi,option:client-arch,{arch}" for arch in (7, 9)),
    ]
    for network in served:
        lines += _network(network, settings, http_url)
    return "\n".join(lines) + "\n"


def boot_url(network: Network, http_url: str) -> str:
    """Where iPXE asks for its script. Beside another DHCP server there is room for 127 characters only."""
    hardware = HARDWARE_QUERY if network.dhcp == "full" else ""
    return f"{_own_door(network, http_url)}/boot/script?{BOOT_QUERY}{hardware}"


def _own_door(network: Network, http_url: str) -> str:
    """The boot door by openQRM's address on this network, so that nothing has to be routed."""
    port = urlsplit(http_url).port or 80
    return f"http://{network.address}:{port}" if network.address else http_url


def _network(network: Network, settings: Settings, http_url: str) -> list[str]:
    tag = f"net-{network.name}"
    lines = ["", f"# network {network.name}", *_range(network, tag, settings)]
    if settings.router_advertisement:
        lines += _router_advertisement(network.interface)
    loaders = (("uefi", "snponly.efi", ("X86-64_EFI", "BC_EFI")), ("!uefi", "undionly.kpxe", ("x86PC",)))
    for arch, loader, services in loaders:
        if network.dhcp == "proxy":
            lines += [
                f'pxe-service=tag:{tag},tag:!ipxe,{word},"openQRM",{loader},{network.address}' for word in services
            ]
        else:
            lines.append(f"dhcp-boot=tag:{tag},tag:!ipxe,tag:{arch},{loader},,{network.address}")
    # iPXE heeds a proxy's file name only beside an address
    return [*lines, f"dhcp-boot=tag:{tag},tag:ipxe,{boot_url(network, http_url)},,{network.address}"]


def _range(network: Network, tag: str, settings: Settings) -> list[str]:
    subnet = ipaddress.ip_network(network.cidr)
    if network.dhcp == "proxy":
        return [f"dhcp-range=set:{tag},{subnet.network_address},proxy,{subnet.netmask}"]
    return [
        f"dhcp-range=set:{tag},{network.first},{network.last},{subnet.netmask},{settings.lease_time_s}",
        f"dhcp-option=tag:{tag},option:router{_given(network.gateway)}",
        f"dhcp-option=tag:{tag},option:dns-server{_given(network.nameserver)}",
        f"dhcp-option=tag:{tag},option:domain-name{_given(network.domain)}",
        f"dhcp-option-force=tag:{tag},{NO_WAIT_FOR_PROXY}",
    ]


def _router_advertisement(interface: str) -> list[str]:
    """Tells iPXE at once that nobody routes IPv6 here; without any word it waits some 13 s for one."""
    return ["enable-ra", f"dhcp-range=::,constructor:{interface},ra-only,64", f"ra-param={interface},10,0"]


def _checked(network: Network) -> Network:
    """The network, when no field of it could be more than one word of the configuration."""
    for field in ("interface", "address", "first", "last", "gateway", "nameserver", "domain"):
        if not _WORD.fullmatch(getattr(network, field)):
            message = f"{field} of network {network.name} is {getattr(network, field)[:80]!r}"
            raise PlanningError(Category.BAD_INPUT, message, f"Set {field} without spaces, commas and line ends.")
    return network


def _given(value: str) -> str:
    """An option without a value is not sent."""
    return f",{value}" if value else ""

"""What DHCP has heard of a machine that is waited for, as dnsmasq's file of leases tells it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import ClassVar

from openqrm.plugin_api import SELF, Network, NotYet, Seen, World
from openqrm.plugin_api.actions import AwaitScript

NOTHING = "DHCP has lent {mac} no address meanwhile: it boots something else, or its packets do not arrive here"
LEASED = (
    "DHCP lent it {address} at {at} UTC, so card and cable are well: it gets no boot loader (TFTP, udp port 69), "
    "cannot run it, or does not reach the boot door"
)


@dataclass(frozen=True)
class AwaitScriptOfLease(AwaitScript):
    """The resource has asked for its boot script; until then it is told whether it was given an address."""

    name: ClassVar[str] = "dhcpd.await-script"
    directory: str = ""
    lease_time_s: int = 0
    mac: str = ""
    address: str = ""
    since_s: float = 0.0

    def observe(self, world: World) -> Seen:
        seen = super().observe(world)
        if not isinstance(seen, NotYet) or not self._is_ours(world):
            return seen
        raw = world.host(SELF).read_file(f"{self.directory}/leases")
        if raw is None:
            return seen  # DHCP has not been served since it was told to say so
        at_s, address = find_lease(raw.decode("ascii", "replace"), self.mac, self.lease_time_s)
        if at_s < self.since_s:
            return NotYet(f"{seen.because}; {NOTHING.format(mac=self.mac)}", seen.again_s)
        at = f"{datetime.fromtimestamp(at_s, UTC):%H:%M:%S}"
        return NotYet(f"{seen.because}; {LEASED.format(address=address, at=at)}", seen.again_s)

    def _is_ours(self, world: World) -> bool:
        """Beside another DHCP server nobody here knows what that has given."""
        networks = world.records.list(Network)
        if not self.address:
            return bool(networks) and all(each.dhcp == "full" for each in networks)
        mine = [each for each in networks if ip_address(self.address) in ip_network(each.cidr)]
        return any(each.dhcp == "full" for each in mine)


def find_lease(leases: str, mac: str, lease_time_s: int) -> tuple[float, str]:
    """When this MAC was last given an address (epoch; 0: never), and which: `EXPIRY MAC ADDRESS NAME CLIENT` a line."""
    for line in leases.splitlines():
        words = line.split()
        if len(words) >= 3 and words[1].lower() == mac and words[0].isdecimal():
            return float(int(words[0]) - lease_time_s), words[2]
    return 0.0, ""

"""A machine's file in the folder that dnsmasq reads."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass
from typing import ClassVar

from openqrm.plugin_api import (
    SELF,
    Category,
    Differs,
    Host,
    Satisfied,
    Seen,
    StepError,
    World,
    parse_address,
    parse_mac,
    parse_name,
)
from openqrm_plugins.dhcpd.settings import DIRECTORY_PATTERN
from openqrm_plugins.dhcpd.waiting import AwaitScriptOfLease

NO_MATCH = 1  # status of pkill: no such process


@dataclass(frozen=True)
class MachineFile:
    """What both actions know: where it is and what stands in it."""

    directory: str
    host_name: str
    mac: str
    address: str  # empty: one of the network's range

    @property
    def path(self) -> str:
        if not re.fullmatch(DIRECTORY_PATTERN, self.directory):
            message = f"{self.directory[:80]!r} is no folder for the files of known machines"
            raise StepError(Category.BAD_INPUT, message, "Set directory of plugin dhcpd, then plan again.")
        return f"{self.directory}/hosts/{parse_name(self.host_name)}"

    @property
    def content(self) -> bytes:
        """The line of `dhcp-host`."""
        address = parse_address(self.address) if self.address else ""
        words = (parse_mac(self.mac), f"[{address}]" if ":" in address else address, parse_name(self.host_name))
        return (",".join(word for word in words if word) + "\n").encode()

    def touches(self) -> tuple[str, ...]:
        return (f"dhcp/{self.host_name}",)

    def tell(self, host: Host) -> None:
        """dnsmasq adds what is new by itself, and forgets what is gone only when told so.

        None that runs is no fault: it reads all files when it starts.
        """
        done = host.run(("pkill", "-HUP", "--pidfile", f"{self.directory}/pid", "-x", "dnsmasq"), timeout_s=10)
        if done.status not in (0, NO_MATCH):
            message = f"dnsmasq could not be told of {self.host_name}: {done.err.strip()[:300]}"
            raise StepError(Category.REFUSED, message, "Stop and start the plugin dhcpd, then retry the step.")


@dataclass(frozen=True)
class PublishMachine(MachineFile):
    """DHCP gives this machine its address and this name."""

    name: ClassVar[str] = "dhcpd.publish-machine"

    def describe(self) -> str:
        at = f" and keeps {self.address}" if self.address else ""
        return f"DHCP: {self.mac} is called {self.host_name}{at}"

    def inverse(self) -> WithdrawMachine:
        return WithdrawMachine(*astuple(self))

    def observe(self, world: World) -> Seen:
        found = world.host(SELF).read_file(self.path)
        if found == self.content:
            return Satisfied(f"DHCP knows {self.host_name}")
        return Differs(f"DHCP does not know {self.host_name}" + (" as this machine" if found is not None else ""))

    def ensure(self, world: World) -> None:
        host = world.host(SELF)
        host.write_file(self.path, self.content)
        self.tell(host)


@dataclass(frozen=True)
class WithdrawMachine(MachineFile):
    """DHCP no longer knows this name."""

    name: ClassVar[str] = "dhcpd.withdraw-machine"

    def describe(self) -> str:
        return f"DHCP: {self.mac} is no longer called {self.host_name}"

    def inverse(self) -> PublishMachine:
        return PublishMachine(*astuple(self))

    def observe(self, world: World) -> Seen:
        if world.host(SELF).read_file(self.path) is None:
            return Satisfied(f"DHCP does not know {self.host_name}")
        return Differs(f"DHCP still knows {self.host_name}")

    def ensure(self, world: World) -> None:
        host = world.host(SELF)
        host.remove_file(self.path)
        self.tell(host)


ACTIONS = (PublishMachine, WithdrawMachine, AwaitScriptOfLease)

"""Plans what DHCP is told of a machine: its address and its host name."""

from __future__ import annotations

from collections.abc import Sequence

from openqrm.plugin_api import Machine, Network, Step, World, parse_address, parse_mac, parse_name
from openqrm.plugin_api.actions import AwaitScript
from openqrm.plugin_api.checks import Check
from openqrm_plugins.dhcpd import check
from openqrm_plugins.dhcpd.actions import PublishMachine, WithdrawMachine
from openqrm_plugins.dhcpd.settings import Settings
from openqrm_plugins.dhcpd.waiting import AwaitScriptOfLease


class Driver:
    """NetworkService, HearsMachines and Checking: a file for each known machine, which dnsmasq reads as it serves."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_publish(self, name: str, machine: Machine) -> tuple[Step, ...]:
        """The machine keeps its address and is called `name` from its next lease on."""
        action = PublishMachine(*self._fields(name, machine))
        return (Step(id=f"dhcp-publish-{name}", action=action, why=f"{machine.resource} is called {name} from now on"),)

    def plan_withdraw(self, name: str, machine: Machine) -> tuple[Step, ...]:
        """The machine is one of many again."""
        action = WithdrawMachine(*self._fields(name, machine))
        return (Step(id=f"dhcp-withdraw-{name}", action=action, why=f"{machine.resource} is no longer called {name}"),)

    def await_script(self, action: AwaitScript, machine: Machine, since_s: float) -> AwaitScript:
        """Tells of a machine that does not come whether it has an address."""
        return AwaitScriptOfLease(
            action.resource, action.appliance, after=action.after, directory=self._settings.directory,
            lease_time_s=self._settings.lease_time_s, mac=parse_mac(machine.mac), address=machine.address,
            since_s=since_s,
        )  # fmt: skip

    def check(self, world: World, networks: Sequence[Network]) -> tuple[Check, ...]:
        """Asks for other DHCP servers."""
        return check.look(world, networks)

    def _fields(self, name: str, machine: Machine) -> tuple[str, str, str, str]:
        address = parse_address(machine.address) if machine.address else ""
        return self._settings.directory, parse_name(name), parse_mac(machine.mac), address

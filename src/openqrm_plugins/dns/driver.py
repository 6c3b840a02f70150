"""Plans which names are answered for."""

from __future__ import annotations

from openqrm.plugin_api import Machine, Step, parse_address, parse_name
from openqrm_plugins.dns.actions import AddName, RemoveName
from openqrm_plugins.dns.settings import Settings


class Driver:
    """NetworkService: one file for each name, which dnsmasq reads while it serves."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_publish(self, name: str, machine: Machine) -> tuple[Step, ...]:
        """The name leads to the machine; none when the machine has no address yet."""
        if not machine.address:
            return ()
        action = AddName(*self._fields(name, machine))
        why = f"{name} is found by its name from now on"
        return (Step(id=f"dns-publish-{name}", action=action, why=why),)

    def plan_withdraw(self, name: str, machine: Machine) -> tuple[Step, ...]:
        """The name leads nowhere."""
        if not machine.address:
            return ()
        action = RemoveName(*self._fields(name, machine))
        return (Step(id=f"dns-withdraw-{name}", action=action, why=f"{name} no longer runs"),)

    def _fields(self, name: str, machine: Machine) -> tuple[str, str, str, str]:
        settings = self._settings
        return settings.directory, settings.domain, parse_name(name), parse_address(machine.address)

"""Plans power by a machine's BMC."""

from __future__ import annotations

from openqrm.plugin_api import Category, PlanningError, Resource, Step, StepError, World
from openqrm_plugins.ipmi.actions import PowerOff, PowerOn
from openqrm_plugins.ipmi.settings import Settings
from openqrm_plugins.ipmi.tool import PORT, Target, observe_power

# A BMC may show the old state for some seconds after a command. The command is then repeated, with pauses of 1, 2, 4
# and 8 s, which does no harm: what is on is not switched on again.
ATTEMPTS = 5


class Driver:
    """Power: one action each, which says on or off and never reset or cycle."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_on(self, resource: Resource) -> tuple[Step, ...]:
        """From the network at this boot, unless the resource boots locally."""
        action = PowerOn(self._target(resource), self._order(resource))
        return (Step(id="power-on", action=action, why=f"{resource.name} is to boot", attempts=ATTEMPTS),)

    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        """At once; whoever wants its operating system to end in order asks that first."""
        action = PowerOff(self._target(resource), self._order(resource))
        return (Step(id="power-off", action=action, why=f"{resource.name} is to be off", attempts=ATTEMPTS),)

    def observe_power(self, world: World, resource: Resource) -> str:
        """Unknown when the BMC does not answer; raises StepError when it answers that it will not tell."""
        try:
            return observe_power(world, self._target(resource))
        except StepError as error:
            if error.category is Category.UNAVAILABLE:
                return "unknown"
            raise

    def _order(self, resource: Resource) -> str:
        if resource.boot == "local":
            return ""
        return "efi" if self._settings.efi_boot else "plain"

    def _target(self, resource: Resource) -> Target:
        bmc = resource.bmc
        if not bmc.address:
            message = f"{resource.name} has no address of a BMC"
            raise PlanningError(Category.BAD_INPUT, message, f"Give {resource.name} the address of its BMC.")
        return Target(
            resource=resource.name,
            address=bmc.address,
            port=bmc.port or PORT,
            user=bmc.user,
            secret=bmc.secret,
            cipher_suite=self._settings.cipher_suite,
        )

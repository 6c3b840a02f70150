"""Plans power by a machine's BMC."""

from __future__ import annotations

from openqrm.plugin_api import Category, PlanningError, Resource, Step, StepError, World
from openqrm_plugins.redfish.actions import PowerOff, PowerOn
from openqrm_plugins.redfish.service_root import PORT, Target, get_system
from openqrm_plugins.redfish.settings import Settings

# PowerState lags the answer by 1 to 3 s. The command is then repeated, with pauses of 1, 2, 4 and 8 s, which does no
# harm: what is on is not switched on again.
ATTEMPTS = 5


class Driver:
    """Power: one action each, which says on or off and never restart or cycle."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_on(self, resource: Resource) -> tuple[Step, ...]:
        """From the network at this boot, unless the resource boots locally."""
        action = PowerOn(self._target(resource), resource.boot != "local")
        return (Step(id="power-on", action=action, why=f"{resource.name} is to boot", attempts=ATTEMPTS),)

    def plan_off(self, resource: Resource) -> tuple[Step, ...]:
        """At once; whoever wants its operating system to end in order asks that first."""
        action = PowerOff(self._target(resource), resource.boot != "local")
        return (Step(id="power-off", action=action, why=f"{resource.name} is to be off", attempts=ATTEMPTS),)

    def observe_power(self, world: World, resource: Resource) -> str:
        """Unknown when the BMC does not answer; raises StepError when it answers that it will not tell."""
        try:
            state = get_system(world, self._target(resource)).power_state
        except StepError as error:
            if error.category is Category.UNAVAILABLE:
                return "unknown"
            raise
        return {"On": "on", "Off": "off"}.get(state, "unknown")

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
            system=bmc.system,
            verify_tls=self._settings.verify_tls,
        )

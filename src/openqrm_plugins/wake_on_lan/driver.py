"""Plans the waking of machines."""

from __future__ import annotations

from openqrm.plugin_api import Category, PlanningError, Resource, Step
from openqrm_plugins.wake_on_lan.actions import Wake
from openqrm_plugins.wake_on_lan.settings import Settings

DEADLINE_S = 600.0  # some firmware tests its memory for minutes


class Driver:
    """Packets go to `bmc.address`, empty for the machine's own network; `bmc.port` goes before the setting."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_wake(self, resource: Resource, boot: str) -> tuple[Step, ...]:
        """Sent again and again until the machine asks for its boot script, or its own system answers."""
        if not resource.mac:
            message = f"{resource.name} has no MAC address that a packet could wake"
            raise PlanningError(Category.BAD_INPUT, message, "Add it with the MAC address of its first card.")
        bmc = resource.bmc
        action = Wake(resource.name, resource.mac, bmc.address, bmc.port or self._settings.port, boot)
        why = f"{resource.name} is to boot, and has no management controller"
        return (Step(id="wake", action=action, why=why, deadline_s=DEADLINE_S),)

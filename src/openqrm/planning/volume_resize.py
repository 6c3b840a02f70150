"""Making a volume bigger."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.storage import Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.fields import Name
from openqrm.planning.record_plans import plan_of
from openqrm.plugin_api.actions import put
from openqrm.plugin_api.drivers import ResizesVolumes
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.planning import Planning

Bigger = Annotated[int, Meta(ge=1, le=1 << 40, description="its new size in MiB, more than it has")]


class ResizeVolume(Intent, noun="volume", verb="resize", role=Role.OPERATOR):
    """Make a volume bigger, while nobody writes it. There is no way back: a smaller one would lose data."""

    name: Annotated[Name, refers_to("volume"), Meta(description="the volume")]
    size_mib: Bigger


def plan_resize_volume(intent: ResizeVolume, planning: Planning) -> Plan:
    volume = planning.facts.get(Volume, intent.name)
    storage = planning.facts.get(Storage, volume.storage)
    driver = planning.drivers.storage(storage)
    if not isinstance(driver, ResizesVolumes):
        hint = "Create a bigger volume and fill it from this one (image install_from)."
        raise PlanningError(Category.UNSUPPORTED, f"{storage.type} cannot resize volumes", hint)
    if volume.granted_to:
        message = f"volume {volume.name} is granted to {volume.granted_to}"
        raise PlanningError(Category.CONFLICT, message, "Stop the appliance that runs there first.")
    steps = driver.plan_resize(storage, volume, intent.size_mib)
    note = put(replace(volume, size_mib=intent.size_mib), volume, f"Write down the new size of volume {volume.name}")
    record = Step(id="record", action=note, why="it has it now", needs=(steps[-1].id,) if steps else ())
    title = f"Resize volume {volume.name} on {storage.name} to {intent.size_mib} MiB"
    plan = plan_of(intent, title, (*steps, record), about=volume, past="resized")
    return replace(plan, on_failure=OnFailure.HOLD)


PLANNERS = {ResizeVolume: plan_resize_volume}

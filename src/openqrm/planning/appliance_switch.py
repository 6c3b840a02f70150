"""Switch: give an appliance another kernel, image or resource; while it runs, stop and start are in the same plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Loan
from openqrm.domain.user import Role
from openqrm.planning.appliance import check_parts
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.planning.fields import Name, NameOrNone
from openqrm.planning.grants import free, granted_volumes
from openqrm.planning.overlay import Overlay
from openqrm.planning.record_plans import edited, plan_put
from openqrm.plugin_api.actions import put
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.planning import Planning


class SwitchAppliance(Intent, noun="appliance", verb="switch", role=Role.OPERATOR):
    """Give an appliance another kernel, image or resource; what is not given stays.

    A running appliance is stopped, changed and started again in one plan. Nothing on the image is changed: so a
    service moves from one machine to another, which starts once the old one is off and reaches no volume any more.
    """

    name: Annotated[Name, refers_to("appliance"), Meta(description="the appliance")]
    kernel: Annotated[Name | None, refers_to("kernel"), Meta(description="the kernel")] = None
    image: Annotated[Name | None, refers_to("image"), Meta(description="the image")] = None
    resource: Annotated[
        NameOrNone | None, refers_to("resource"), Meta(description="the resource; empty: any that fits")
    ] = None


def plan_switch_appliance(intent: SwitchAppliance, planning: Planning) -> Plan:
    """One record while it is stopped; otherwise stop, change, start."""
    before = planning.facts.get(Appliance, intent.name)
    after = edited(before, intent)
    if after == before:
        message = f"appliance {before.name} has these parts already"
        raise PlanningError(Category.CONFLICT, message, "Name a kernel, an image or a resource that differs.")
    check_parts(after, planning)
    if before.wanted != "running":
        return plan_put(intent, after, before)
    return _plan_moving(before, after, planning)


def _plan_moving(before: Appliance, after: Appliance, planning: Planning) -> Plan:
    stop = plan_stop_appliance(StopAppliance(before.name), planning)
    released, pooled = _at_release(stop.steps)
    stopped, changed = replace(before, wanted="stopped"), replace(after, wanted="stopped")
    change = Step(
        id="switch", action=put(changed, stopped, f"Give appliance {before.name} its new parts"),
        why="it was asked for", needs=tuple(f"stop-{step.id}" for step in released),
    )  # fmt: skip
    then = replace(planning, facts=_after_stop(changed, planning))
    start = plan_start_appliance(StartAppliance(before.name), then)
    if {*stop.locks} & {ref for ref in start.locks if ref.startswith("resource/")}:
        pooled = []  # it is taken from the pool again at once, from where it is: off
    return Plan(
        title=f"Switch appliance {before.name}: stop, change, start",
        steps=(*_named("stop-", (*released, *pooled), ()), change, *_named("start-", start.steps, ("switch",))),
        intent="appliance.switch",
        on_failure=OnFailure.HOLD,
        locks=tuple(sorted({*stop.locks, *start.locks})),
        confirm=start.confirm,
        topic_done="appliance.switched",
        about=before.ref,
    )


def _at_release(steps: tuple[Step, ...]) -> tuple[list[Step], list[Step]]:
    """Until the old machine has been seen without the appliance and let go, and then its way back to the idle pool.

    Volumes wait for the first alone: they have one writer. One without a BMC is seen so only once it is idle.
    """
    after_release: set[str] = set()
    for step in steps:
        if after_release.intersection(step.needs) or "release" in step.needs:
            after_release.add(step.id)
    return [s for s in steps if s.id not in after_release], [s for s in steps if s.id in after_release]


def _named(prefix: str, steps: tuple[Step, ...], first: tuple[str, ...]) -> list[Step]:
    """The steps under names of their own; those that need nothing need `first`."""
    return [
        replace(step, id=prefix + step.id, needs=tuple(prefix + need for need in step.needs) or first) for step in steps
    ]


def _after_stop(appliance: Appliance, planning: Planning) -> Overlay:
    """The facts as they will be once the appliance is stopped: its resources idle, its volumes without a writer."""
    facts = planning.facts
    overlay = Overlay(facts)
    overlay.put(appliance)
    for resource in facts.list(Resource, claimed_by=appliance.name):
        overlay.put(replace(resource, claimed_by=""))
        overlay.remove(BootProfile, resource.name)
        seen = facts.find(Observation, resource.name) or Observation(name=resource.name)
        overlay.put(replace(seen, power="on", profile="", milestone="uplink", failure="", last_seen_s=planning.now_s))
        for volume in granted_volumes(resource, facts):
            overlay.put(free(volume))
        for loan in facts.list(Loan, resource=resource.name):
            overlay.remove(Loan, loan.name)
    return overlay


PLANNERS = {SwitchAppliance: plan_switch_appliance}

"""Stop an appliance: ask, power off, see it off, revoke, release, back to idle."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Reversal, Step
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Image, Loan
from openqrm.domain.user import Role
from openqrm.planning.appliance_start import BOOT_DEADLINE_S
from openqrm.planning.boot_profile import boot_before
from openqrm.planning.first_sign import first_sign_step
from openqrm.planning.grants import granted_volumes, machine_of, reclaim_steps, revoke_steps
from openqrm.planning.host import let_go_step
from openqrm.planning.order import after
from openqrm.plugin_api.actions import AskReboot, AskShutdown, AwaitMilestone, SetField, remove
from openqrm.plugin_api.codec import record_fields
from openqrm.plugin_api.drivers import Power
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.planning import Planning
from openqrm.ports.records import Facts


class StopAppliance(Intent, noun="appliance", verb="stop", role=Role.OPERATOR):
    """Stop an appliance and give its resource back to the idle pool.

    The operating system is asked first. The volume is taken from the machine only when it has been seen off or in
    the idle system, never under a running kernel.
    """

    name: Annotated[str, refers_to("appliance"), Meta(description="the appliance")]


def plan_stop_appliance(intent: StopAppliance, planning: Planning) -> Plan:
    """The steps from a running appliance to an idle resource."""
    facts = planning.facts
    appliance = facts.get(Appliance, intent.name)
    claimed = facts.list(Resource, claimed_by=appliance.name)
    if appliance.wanted != "running" and not claimed:
        raise PlanningError(Category.CONFLICT, f"appliance {appliance.name} is stopped already", "Start it.")
    want = SetField(
        "appliance", appliance.name, "wanted", "stopped", appliance.wanted, f"Want {appliance.name} stopped"
    )
    steps = [Step(id="want", action=want, why="it was asked for")]
    locks = [appliance.ref]
    for resource in claimed:
        steps += _release_steps(appliance, resource, planning)
        locks += [resource.ref, *(f"volume/{loan.volume}" for loan in facts.list(Loan, resource=resource.name))]
    return Plan(
        title=f"Stop appliance {appliance.name}",
        steps=tuple(steps),
        intent="appliance.stop",
        on_failure=OnFailure.HOLD,
        locks=tuple(locks),
        topic_done="appliance.stopped",
        about=appliance.ref,
        reversal=_start_again(appliance, claimed, facts),
    )


def _start_again(appliance: Appliance, claimed: list[Resource], facts: Facts) -> Reversal | None:
    """Where it ran. None where a start would be more than that: its image is filled or copied on the way."""
    image = facts.find(Image, appliance.image)
    if len(claimed) != 1 or image is None or image.install_from or image.transfer_to:
        return None
    return Reversal("appliance.start", {"name": appliance.name, "resource": claimed[0].name})


def _release_steps(appliance: Appliance, resource: Resource, planning: Planning) -> list[Step]:
    facts = planning.facts
    if resource.boot == "local":
        message = f"{resource.name} boots from its own disk, so it would never be seen idle"
        raise PlanningError(Category.CONFLICT, message, f"First: openqrm resource boot {resource.name} net")
    power = planning.drivers.power(resource)
    steps = _off_steps(appliance, resource, power, facts) if power else _reboot_steps(appliance, resource, facts)
    if resource.carries:
        steps = after((let_go_step(resource, planning), replace(steps[0], needs=()), *steps[1:]), "want")
    gone = steps[-1].id
    for service in planning.drivers.network_services():
        steps += after(service.plan_withdraw(appliance.name, machine_of(resource)), gone)
    for volume in granted_volumes(resource, facts):
        steps += revoke_steps(volume, planning, gone)
    for loan in facts.list(Loan, resource=resource.name):
        steps += reclaim_steps(loan, planning, gone)
    free = SetField(
        "resource", resource.name, "claimed_by", "", appliance.name, f"Release {resource.name} to the idle pool"
    )
    before = tuple(step.id for step in steps)
    steps.append(Step(id="release", action=free, why="nothing of the appliance is left on it", needs=before))
    if power is not None:
        steps += after(power.plan_on(resource), "release")
        steps.append(first_sign_step(resource, "", planning, steps[-1].id))
        idle = AwaitMilestone(resource.name, "", "uplink", boot_before(resource, facts))
        steps.append(
            Step(
                id="idle", action=idle, why="the idle pool is what answers", needs=(steps[-1].id,),
                deadline_s=BOOT_DEADLINE_S,
            )
        )  # fmt: skip
    return steps


def _off_steps(appliance: Appliance, resource: Resource, power: Power, facts: Facts) -> list[Step]:
    """Seen off, and once more when it can boot nothing but the idle system, should somebody have pressed its button.

    The profile goes after the power, so that an undo, in reverse, gives it back before the machine boots.
    """
    (off,), (on,) = power.plan_off(resource), power.plan_on(resource)
    ask = Step(
        id="ask", action=AskShutdown(resource.name), why="its services end in order", needs=("want",),
        deadline_s=60, attempts=1, optional=True, notice=f"{appliance.name} no longer answers", back=on.action,
    )  # fmt: skip
    still = replace(off, id="still-off", why="its next boot is idle, whenever it is")
    return after((ask, off, *_profile_steps(resource, facts), still), "want")


def _reboot_steps(appliance: Appliance, resource: Resource, facts: Facts) -> list[Step]:
    """Seen booted into the idle system by its agent: nothing of the appliance can be running any more."""
    profile = facts.find(BootProfile, resource.name)
    reboot = AskReboot(resource.name, "", appliance.name, record_fields(profile) if profile else None)
    idle = Step(
        id="idle", action=AwaitMilestone(resource.name, "", "uplink"), why="the old kernel is gone once it is idle",
        deadline_s=BOOT_DEADLINE_S,
    )  # fmt: skip
    step = Step(id="reboot", action=reboot, why=f"{resource.name} has no BMC")
    return after((*_profile_steps(resource, facts), step, idle), "want")


def _profile_steps(resource: Resource, facts: Facts) -> tuple[Step, ...]:
    profile = facts.find(BootProfile, resource.name)
    if profile is None:
        return ()
    action = remove(profile, f"Let {resource.name} boot the idle system again")
    return (Step(id="profile", action=action, why="its next boot is idle"),)


PLANNERS = {StopAppliance: plan_stop_appliance}

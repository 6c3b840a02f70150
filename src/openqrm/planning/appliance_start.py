"""Start an appliance: claim, grant, publish, boot, await."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Reversal, Step
from openqrm.domain.resource import SAN, Observation, Resource
from openqrm.domain.storage import Image, Volume
from openqrm.domain.user import Role
from openqrm.planning.addresses import addressed
from openqrm.planning.boot_profile import (
    added_by_plugins,
    boot_before,
    check_filled,
    check_san,
    later_steps,
    profile_of,
    profile_step,
)
from openqrm.planning.first_sign import first_sign_step
from openqrm.planning.fit import choose_resource
from openqrm.planning.grants import grant_steps, granted, machine_of
from openqrm.planning.host import take_up_steps
from openqrm.planning.order import after
from openqrm.planning.transfers import begin_steps, end_steps, only_machine, transfers_of
from openqrm.planning.vm_parts import used_up_steps
from openqrm.plugin_api.actions import AskReboot, AwaitMilestone, KeepAddress, SetField
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.planning import Planning

BOOT_DEADLINE_S = 600.0
COPY_DEADLINE_S = 24 * 3600.0


class StartAppliance(Intent, noun="appliance", verb="start", role=Role.OPERATOR):
    """Start an appliance.

    Claims a resource, gives it alone leave to write the image's volume, and boots it into the image. When any step
    fails everything is undone and the resource is idle again. The volume that the image's transfer_to names is
    overwritten, which has to be confirmed by its name.
    """

    name: Annotated[str, refers_to("appliance"), Meta(description="the appliance")]
    resource: Annotated[str, refers_to("resource"), Meta(description="run it on this resource, this time")] = ""


def plan_start_appliance(intent: StartAppliance, planning: Planning) -> Plan:
    """The steps from an idle resource to a running appliance."""
    facts = planning.facts
    appliance = facts.get(Appliance, intent.name)
    if appliance.wanted == "running":
        raise PlanningError(Category.CONFLICT, f"appliance {appliance.name} is started already", "Stop it first.")
    image = facts.get(Image, appliance.image)
    wish = intent.resource or appliance.resource or only_machine(image, planning)
    chosen = choose_resource(appliance, wish, planning)
    resource = addressed(chosen, facts, appliance.network)
    volume = granted(facts.get(Volume, image.volume), resource, facts)
    others = transfers_of(image, resource, facts)
    kept = check_filled(image, volume, resource, planning)
    staying = {prefix: other for prefix, other in others.items() if prefix in kept}
    added = added_by_plugins(appliance, resource, planning)
    first = profile_of(appliance, image, volume, resource, others, added, planning)
    check_san(first, image, resource, planning)
    later = profile_of(appliance, image, volume, resource, staying, added, planning)
    prepared = [
        *_claim_steps(appliance, resource),
        *_address_steps(chosen, resource),
        *_off_steps(resource, planning),
        *grant_steps(volume, planning, "claim"),
        *begin_steps(others, resource, planning),
        profile_step(first, added, planning),
        *_name_steps(appliance.name, resource, planning),
    ]
    boot = _boot_steps(first, resource, planning, tuple(step.id for step in prepared), copies=bool(others))
    overwritten = image.transfer_to
    return Plan(
        title=f"Start appliance {appliance.name} on {resource.name}"
        + (f" and overwrite volume {overwritten} with its image" if overwritten else ""),
        steps=(
            *prepared,
            *boot,
            *after(used_up_steps(resource, planning), "ready"),
            *(take_up_steps(resource, appliance.carries, planning, "ready") if appliance.carries else ()),
            *later_steps(first, later),
            *end_steps(image, others, kept, resource, planning),
        ),
        intent="appliance.start",
        on_failure=OnFailure.UNDO,
        locks=(appliance.ref, resource.ref, volume.ref, image.ref, *(each.ref for each in others.values())),
        confirm=overwritten,
        topic_done="appliance.started",
        about=appliance.ref,
        reversal=Reversal("appliance.stop", {"name": appliance.name}),
    )


def _claim_steps(appliance: Appliance, resource: Resource) -> list[Step]:
    want = SetField(
        "appliance", appliance.name, "wanted", "running", "stopped", f"Want appliance {appliance.name} running"
    )
    claim = SetField(
        "resource", resource.name, "claimed_by", appliance.name, "", f"Claim {resource.name} for {appliance.name}"
    )
    return [
        Step(id="want", action=want, why="it was asked for"),
        Step(id="claim", action=claim, why=f"{resource.name} is idle and fits", needs=("want",)),
    ]


def _address_steps(before: Resource, resource: Resource) -> list[Step]:
    """Of one that has never booted. Grants and names know it by that address."""
    if resource.address == before.address:
        return []
    keep = KeepAddress(resource.name, resource.address)
    return [Step(id="address", action=keep, why=f"{resource.name} has never booted", needs=("claim",))]


def _name_steps(name: str, resource: Resource, planning: Planning) -> list[Step]:
    steps: list[Step] = []
    for service in planning.drivers.network_services():
        steps += after(service.plan_publish(name, machine_of(resource)), "claim")
    return steps


def _off_steps(resource: Resource, planning: Planning) -> list[Step]:
    """Off before anything is granted, so that an undo, in reverse, powers it on into idle at the very end."""
    power = planning.drivers.power(resource)
    return after(power.plan_off(resource), "claim") if power else []


def _boot_steps(
    profile: BootProfile, resource: Resource, planning: Planning, needs: tuple[str, ...], *, copies: bool
) -> list[Step]:
    power = planning.drivers.power(resource)
    if power is None:
        boot = [replace(step, needs=needs) for step in _boot_without_bmc(profile, resource, planning)]
    else:
        first, *rest = power.plan_on(resource)
        boot = after((replace(first, needs=needs), *rest), "")
        if not profile.is_local:  # its firmware may go to its own disk at once
            boot.append(first_sign_step(resource, profile.appliance, planning, boot[-1].id))
    before = boot_before(resource, planning.facts)
    if copies:
        mounted = AwaitMilestone(resource.name, profile.appliance, "root-mounted", before)
        why = "from then on it copies, however long that takes"
        boot.append(Step(id="mounted", action=mounted, why=why, needs=(boot[-1].id,), deadline_s=BOOT_DEADLINE_S))
    ready = AwaitMilestone(resource.name, profile.appliance, SAN if profile.is_san else "init", before)
    step = Step(
        id="ready",
        action=ready,
        why="only what was seen counts as started",
        needs=(boot[-1].id,),
        deadline_s=COPY_DEADLINE_S if copies else BOOT_DEADLINE_S,
        notice=f"{profile.appliance} begins to answer",
    )
    return [*boot, step]


def _boot_without_bmc(profile: BootProfile, resource: Resource, planning: Planning) -> tuple[Step, ...]:
    """By its agent, or by a packet when it is off. Undone it is rebooted into idle, by the agent it has then."""
    reboot = AskReboot(resource.name, profile.appliance, "")
    seen, waker = planning.facts.find(Observation, resource.name), planning.drivers.waker(resource)
    if waker is None or seen is None or seen.power != "off":
        return (Step(id="reboot", action=reboot, why=f"{resource.name} has no BMC"),)
    woken = waker.plan_wake(resource, seen.boot_id)
    return tuple(replace(step, back=reboot.inverse()) for step in woken)


PLANNERS = {StartAppliance: plan_start_appliance}

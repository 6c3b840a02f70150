"""Start an appliance: claim, grant, publish, boot, await."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.addresses import address_towards
from openqrm.planning.fit import choose_resource
from openqrm.plugin_api.actions import AskReboot, AwaitMilestone, ForgetSecret, MakeSecret, SetField, put
from openqrm.plugin_api.drivers import Machine, Root
from openqrm.plugin_api.intents import Intent
from openqrm.plugin_api.planning import Planning

BOOT_DEADLINE_S = 600.0


class StartAppliance(Intent, noun="appliance", verb="start", role=Role.OPERATOR):
    """Start an appliance.

    Claims a resource, gives it alone leave to write the image's volume, and boots it into the image. When any step
    fails everything is undone and the resource is idle again.
    """

    name: Annotated[str, Meta(description="the appliance")]
    resource: Annotated[str, Meta(description="run it on this resource, this time")] = ""


def plan_start_appliance(intent: StartAppliance, planning: Planning) -> Plan:
    """The steps from an idle resource to a running appliance."""
    facts = planning.facts
    appliance = facts.get(Appliance, intent.name)
    if appliance.wanted == "running":
        raise PlanningError(Category.CONFLICT, f"appliance {appliance.name} is started already", "Stop it first.")
    image = facts.get(Image, appliance.image)
    volume = facts.get(Volume, image.volume)
    storage = facts.get(Storage, volume.storage)
    resource = choose_resource(appliance, intent.resource, planning)
    others = transfers_of(image, planning)
    kept = _check_filled(image, volume, resource, planning)
    for each in (volume, *others.values()):
        if each.granted_to:
            message = f"volume {each.name} is granted to {each.granted_to}"
            hint = "Stop the appliance that runs there; a volume has one writer."
            raise PlanningError(Category.CONFLICT, message, hint)
    staying = {prefix: other for prefix, other in others.items() if prefix in kept}
    first = _profile(appliance, image, volume, resource, others, planning)
    later = _profile(appliance, image, volume, resource, staying, planning)
    prepared = [
        *_claim_steps(appliance, resource),
        *_off_steps(resource, planning),
        *_grant_steps(volume, storage, resource, planning),
        *(step for other in others.values() for step in _other_grant_steps(other, resource, planning)),
        _profile_step(first, planning),
        *_name_steps(appliance.name, resource, planning),
    ]
    boot = _boot_steps(appliance, resource, planning, tuple(step.id for step in prepared))
    return Plan(
        title=f"Start appliance {appliance.name} on {resource.name}",
        steps=(
            *prepared,
            *boot,
            *_later_steps(first, later),
            *_single_shot_steps(image, others, kept, resource, planning),
        ),
        intent="appliance.start",
        on_failure=OnFailure.UNDO,
        locks=(appliance.ref, resource.ref, volume.ref, image.ref, *(each.ref for each in others.values())),
        topic_done="appliance.started",
        about=appliance.ref,
    )


def machine_of(resource: Resource) -> Machine:
    """The resource as grants and names know it."""
    return Machine(resource=resource.name, mac=resource.mac, address=resource.address)


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


def _grant_steps(volume: Volume, storage: Storage, resource: Resource, planning: Planning) -> list[Step]:
    """One writer is first written down, then made so on the storage."""
    note = SetField(
        "volume", volume.name, "granted_to", resource.name, "", f"Make {resource.name} the one writer of {volume.name}"
    )
    secret = f"grant-{volume.name}"
    steps = [
        Step(id="writer", action=note, why="a volume has one writer", needs=("claim",)),
        Step(id="secret", action=MakeSecret(secret), why="each grant has its own secret", needs=("writer",)),
    ]
    granted = planning.drivers.storage(storage).plan_grant(storage, volume, machine_of(resource), secret)
    return steps + after(granted, "secret")


def _profile_step(profile: BootProfile, planning: Planning) -> Step:
    before = planning.facts.find(BootProfile, profile.name)
    action = put(profile, before, f"Let {profile.name} boot {profile.appliance} with kernel {profile.kernel}")
    return Step(id="profile", action=action, why="the boot door serves it by MAC and token", needs=("secret",))


def _profile(
    appliance: Appliance, image: Image, volume: Volume, resource: Resource, others: dict[str, Volume],
    planning: Planning,
) -> BootProfile:  # fmt: skip
    """What the resource is to boot, and the transfers with `others` that this brings with it."""
    kernel = planning.facts.get(Kernel, appliance.kernel)
    root = _root_of(volume, resource, planning)
    facts, secrets = list(root.facts), list(root.secrets)
    for prefix, other in others.items():
        from_other = _root_of(other, resource, planning)
        facts += [(f"{prefix}_{key}", value) for key, value in (("type", from_other.type), *from_other.facts)]
        secrets += [(f"{prefix}_{key}", reference) for key, reference in from_other.secrets]
    if image.authorized_keys:
        facts.append(("authorized_keys", image.authorized_keys))
    if image.root_password:
        secrets.append(("root_password", image.root_password))
    return BootProfile(
        name=resource.name,
        appliance=appliance.name,
        kernel=kernel.name,
        root_type=root.type,
        root=tuple(facts),
        secrets=tuple(secrets),
        arguments=kernel.arguments,
    )


def _name_steps(name: str, resource: Resource, planning: Planning) -> list[Step]:
    steps: list[Step] = []
    for service in planning.drivers.network_services():
        steps += after(service.plan_publish(name, machine_of(resource)), "claim")
    return steps


def _off_steps(resource: Resource, planning: Planning) -> list[Step]:
    """Off before anything is granted, so that an undo, in reverse, powers it on into idle at the very end."""
    power = planning.drivers.power(resource)
    return after(power.plan_off(resource), "claim") if power else []


def _boot_steps(appliance: Appliance, resource: Resource, planning: Planning, needs: tuple[str, ...]) -> list[Step]:
    power = planning.drivers.power(resource)
    if power is None:
        reboot = AskReboot(resource.name, appliance.name, "")
        boot = [Step(id="reboot", action=reboot, why=f"{resource.name} has no BMC", needs=needs)]
    else:
        first, *rest = power.plan_on(resource)
        boot = after((replace(first, needs=needs), *rest), "")
    ready = AwaitMilestone(resource.name, appliance.name, "init")
    step = Step(
        id="ready",
        action=ready,
        why="only what was seen counts as started",
        needs=(boot[-1].id,),
        deadline_s=BOOT_DEADLINE_S,
        notice=f"{appliance.name} begins to answer",
    )
    return [*boot, step]


def transfers_of(image: Image, planning: Planning) -> dict[str, Volume]:
    """The volumes that the next boot copies from (`install`) or to (`transfer`)."""
    wished = {"install": image.install_from, "transfer": image.transfer_to}
    return {prefix: planning.facts.get(Volume, name) for prefix, name in wished.items() if name}


def _root_of(volume: Volume, machine: Resource, planning: Planning) -> Root:
    storage = planning.facts.get(Storage, volume.storage)
    address = address_towards(planning.facts.get(Resource, storage.resource), machine, planning.facts)
    return planning.drivers.storage(storage).root(storage, volume, address, f"grant-{volume.name}")


def _other_grant_steps(volume: Volume, resource: Resource, planning: Planning) -> list[Step]:
    """Leave to reach the other side of a transfer, for this boot."""
    storage, secret = planning.facts.get(Storage, volume.storage), f"grant-{volume.name}"
    say = f"Let {resource.name} reach {volume.name} for a transfer"
    note = SetField("volume", volume.name, "granted_to", resource.name, "", say)
    steps = [
        Step(id=f"writer-{volume.name}", action=note, why="a volume has one user", needs=("claim",)),
        Step(id=f"secret-{volume.name}", action=MakeSecret(secret), why="each grant has its own secret"),
    ]
    granted = planning.drivers.storage(storage).plan_grant(storage, volume, machine_of(resource), secret)
    return after((*steps, *granted), "claim")


def _check_filled(image: Image, volume: Volume, machine: Resource, planning: Planning) -> frozenset[str]:
    """The transfers that are due at every boot until the appliance is stopped: an empty root's install."""
    if not _root_of(volume, machine, planning).empty:
        return frozenset()
    if not image.install_from:
        message = f"the root of image {image.name} is empty at every boot, and the image is installed from nowhere"
        raise PlanningError(Category.CONFLICT, message, "Set its install_from to an NFS volume with its content.")
    return frozenset({"install"})


def _later_steps(first: BootProfile, later: BootProfile) -> list[Step]:
    """A machine that is started anew must not copy again, over what was written since."""
    if first == later:
        return []
    action = put(later, first, f"Let {later.name} boot {later.appliance} without a transfer from now on")
    return [Step(id="profile-later", action=action, why="a transfer is single shot", needs=("ready",))]


def _single_shot_steps(
    image: Image, others: dict[str, Volume], kept: frozenset[str], resource: Resource, planning: Planning
) -> list[Step]:
    """Once the appliance is up a transfer is over: its wish is cleared and the other side's grant ends."""
    steps: list[Step] = []
    for field, prefix in (("install_from", "install"), ("transfer_to", "transfer")):
        volume = others.get(prefix)
        if volume is None or prefix in kept:
            continue
        clear = SetField("image", image.name, field, "", volume.name, f"Clear {field} of image {image.name}")
        steps.append(Step(id=field.replace("_", "-"), action=clear, why="it is single shot", needs=("profile-later",)))
        storage, secret = planning.facts.get(Storage, volume.storage), f"grant-{volume.name}"
        revoked = planning.drivers.storage(storage).plan_revoke(storage, volume, machine_of(resource), secret)
        note = SetField("volume", volume.name, "granted_to", "", resource.name, f"{volume.name} is free again")
        over = (
            *revoked,
            Step(id=f"forget-{volume.name}", action=ForgetSecret(secret), why="the grant is over"),
            Step(id=f"free-{volume.name}", action=note, why="nobody has it any more"),
        )
        steps += after(over, "profile-later")
    return steps


def after(steps: tuple[Step, ...], need: str) -> list[Step]:
    """These steps, in a row of needs that begins after `need`, where they name none of their own."""
    chained: list[Step] = []
    for step in steps:
        chained.append(step if step.needs else replace(step, needs=(chained[-1].id if chained else need,)))
    return chained


PLANNERS = {StartAppliance: plan_start_appliance}

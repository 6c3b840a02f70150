"""Copying the system of a machine that runs from its own disk into an image, while it runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.appliance import BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.addresses import address_towards
from openqrm.planning.fields import Name
from openqrm.planning.grants import grant_steps, granted, revoke_steps
from openqrm.planning.record_plans import plan_of, refuse_in_use
from openqrm.plugin_api.actions import Copying, CopyRoot, TidyCopy
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.planning import Planner, Planning

COPY_S = 24 * 3600.0
KINDS = ("nfs", "iscsi", "aoe")  # root types that a running system can reach


class CaptureImage(Intent, noun="image", verb="capture", role=Role.ADMINISTRATOR):
    """Copy the system of a machine that runs from its own disk into an image's empty volume, while it runs.

    The machine itself copies the file system of its root by the volume's protocol: NFS, iSCSI or AoE. A volume that is
    a disk is formatted first. In the copy, disks and cards of the old machine are taken out of fstab and of the
    network's configuration, so that it boots on any other one.
    """

    name: Annotated[Name, refers_to("image"), Meta(description="the image, on a volume that is empty")]
    resource: Annotated[Name, refers_to("resource"), Meta(description="the machine")]


def plan_capture_image(intent: CaptureImage, planning: Planning) -> Plan:
    """One writer for the time of the copy."""
    facts = planning.facts
    image, resource = facts.get(Image, intent.name), facts.get(Resource, intent.resource)
    _demand_own_system(resource, planning)
    volume = granted(facts.get(Volume, image.volume), resource, facts)
    refuse_in_use(volume, facts.list(Volume, source=volume.name), "Its clones would change: take another volume.")
    to = _copying(volume, resource, planning)
    granting = grant_steps(volume, planning, "")
    revoking = revoke_steps(volume, planning, "copy")
    copy = Step(
        id="copy", action=CopyRoot(resource.name, volume.name, to), why="it was asked for", host=resource.name,
        needs=(granting[-1].id,), deadline_s=COPY_S, notice=f"{resource.name} is slower while it is copied",
    )  # fmt: skip
    tidy = Step(
        id="tidy", action=TidyCopy(resource.name, volume.name, to), why="the machine is left as it was",
        host=resource.name, needs=(revoking[-1].id,), optional=True,
    )  # fmt: skip
    steps = (*granting, copy, *revoking, tidy)
    title = f"Copy the system of {resource.name} into image {image.name} while it runs"
    plan = plan_of(intent, title, steps, about=image, past="captured")
    locks = (*plan.locks, volume.ref)
    return replace(plan, on_failure=OnFailure.UNDO, locks=locks, shares=(resource.ref,))


def _demand_own_system(resource: Resource, planning: Planning) -> None:
    profile = planning.facts.find(BootProfile, resource.name)
    seen = planning.facts.find(Observation, resource.name)
    if profile is None or not profile.is_local:
        message = f"{resource.name} runs no system of its own disk that openQRM knows"
        raise PlanningError(Category.CONFLICT, message, "Take it in as it is: openqrm local-server integrate")
    if seen is None or not seen.connected or seen.profile != profile.appliance:
        message = f"{resource.name} does not answer by SSH"
        raise PlanningError(Category.UNAVAILABLE, message, "Look whether it is on and its sshd answers.")


def _copying(volume: Volume, resource: Resource, planning: Planning) -> Copying:
    storage = planning.facts.get(Storage, volume.storage)
    address = address_towards(planning.facts.get(Resource, storage.resource), resource, planning.facts)
    root = planning.drivers.storage(storage).root(storage, volume, address, volume.grant.secret)
    if root.type not in KINDS:
        message = f"volume {volume.name} is reached by {root.type}, which {resource.name} cannot mount while it runs"
        hint = f"Copy into a volume by {', '.join(KINDS)}; an image on another storage is installed from one by NFS."
        raise PlanningError(Category.UNSUPPORTED, message, hint)
    told = dict(root.facts)
    return Copying(
        id=f"{volume.name}.{volume.id}.{volume.version}", kind=root.type, address=told.get("server", ""),
        path=told.get("path") or told.get("target") or told.get("device", ""), version=told.get("version", "4.2"),
        options=told.get("options", ""), filesystem=told.get("filesystem", ""), port=told.get("port", ""),
        unit=told.get("lun", ""), initiator=told.get("initiator", ""), user=told.get("user", ""),
        secret=dict(root.secrets).get("secret", ""),
    )  # fmt: skip


PLANNERS: dict[type[Intent], Planner] = {CaptureImage: plan_capture_image}

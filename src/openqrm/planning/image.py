"""Images: root file systems, each a volume and how to use it."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Plan
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning import image_capture, image_fill
from openqrm.planning.fields import Keys, Line, Name, NameOrNone, Text
from openqrm.planning.grants import TRANSFER_HINT
from openqrm.planning.record_plans import edited, new_name, plan_put, plan_remove, record_of, refuse_in_use
from openqrm.planning.transfers import refuse_overwriting
from openqrm.plugin_api.drivers import Capability, capabilities_of
from openqrm.plugin_api.intents import Intent, Query, Secret, refers_to
from openqrm.plugin_api.listing import Listing, ListQuery
from openqrm.plugin_api.planning import Planner, Planning, Reading


class ListImages(ListQuery, noun="image", verb="list", role=Role.READ_ONLY):
    """List the images."""


class ShowImage(Query, noun="image", verb="show", role=Role.READ_ONLY):
    """Show one image."""

    name: Annotated[Name, refers_to("image"), Meta(description="the image")]


class CreateImage(Intent, noun="image", verb="create", role=Role.OPERATOR):
    """Create an image: say that a volume holds, or will hold, a root file system.

    With `install_from` the volume is filled from another one, with `transfer_to` it is copied to another one, once,
    when the image is booted next.
    """

    name: Annotated[Name, Meta(description="a name for it")]
    volume: Annotated[Name, refers_to("volume"), Meta(description="the volume")]
    os: Annotated[Line, Meta(description="linux, windows or other")] = "linux"
    os_version: Annotated[Line, Meta(description="like Debian 12")] = ""
    install_from: Annotated[
        NameOrNone, refers_to("volume"), Meta(description="volume to fill it from: by NFS, or the machine's own disk")
    ] = ""
    transfer_to: Annotated[
        NameOrNone, refers_to("volume"), Meta(description="volume to copy it to: by NFS, or the machine's own disk")
    ] = ""
    root_password: Annotated[Secret, Meta(description="password of root, set at boot", max_length=200)] = Secret("")
    authorized_keys: Annotated[Keys, Meta(description="public SSH keys, one a line")] = ""
    comment: Annotated[Text, Meta(description="free text")] = ""


class EditImage(Intent, noun="image", verb="edit", role=Role.OPERATOR):
    """Change an image; what is not given stays. It holds from the next boot on."""

    name: Annotated[Name, refers_to("image"), Meta(description="the image")]
    os: Annotated[Line | None, Meta(description="linux, windows or other")] = None
    os_version: Annotated[Line | None, Meta(description="like Debian 12")] = None
    install_from: Annotated[
        NameOrNone | None, refers_to("volume"), Meta(description="volume to fill it from; empty: none")
    ] = None
    transfer_to: Annotated[
        NameOrNone | None, refers_to("volume"), Meta(description="volume to copy it to; empty: none")
    ] = None
    root_password: Annotated[Annotated[Secret, Meta(max_length=200)] | None, Meta(description="password of root")] = (
        None
    )
    authorized_keys: Annotated[Keys | None, Meta(description="public SSH keys, one a line")] = None
    comment: Annotated[Text | None, Meta(description="free text")] = None


class RemoveImage(Intent, noun="image", verb="remove", role=Role.OPERATOR):
    """Remove an image that no appliance uses. Its volume stays."""

    name: Annotated[Name, refers_to("image"), Meta(description="the image")]


def plan_create_image(intent: CreateImage, planning: Planning) -> Plan:
    facts = planning.facts
    new_name(facts, Image, intent.name)
    volume = facts.get(Volume, intent.volume)
    refuse_in_use(volume, facts.list(Image, volume=volume.name), "Create another volume, or a clone of this one.")
    record = record_of(Image, intent)
    _check_transfers(record, planning)
    return replace(plan_put(intent, record), shares=(volume.ref,))


def plan_edit_image(intent: EditImage, planning: Planning) -> Plan:
    before = planning.facts.get(Image, intent.name)
    record = edited(before, intent)
    _check_transfers(record, planning)
    return plan_put(intent, record, before)


def _check_transfers(image: Image, planning: Planning) -> None:
    for field in ("install_from", "transfer_to"):
        if not (name := getattr(image, field)):
            continue
        if name == image.volume:
            raise PlanningError(Category.BAD_INPUT, f"{field} is the image's own volume", "Name another volume.")
        storage = planning.facts.get(Storage, planning.facts.get(Volume, name).storage)
        if Capability.TRANSFER not in capabilities_of(planning.drivers.storage(storage), storage):
            raise PlanningError(Category.UNSUPPORTED, f"{field}: {storage.type} cannot be copied from", TRANSFER_HINT)
    if image.transfer_to and image.transfer_to == image.install_from:
        message = "install_from and transfer_to are the same volume"
        raise PlanningError(Category.BAD_INPUT, message, "Fill it first; copy it to another one at a later boot.")
    if image.transfer_to:
        refuse_overwriting(planning.facts.get(Volume, image.transfer_to), planning.facts)


def plan_remove_image(intent: RemoveImage, planning: Planning) -> Plan:
    image = planning.facts.get(Image, intent.name)
    refuse_in_use(image, planning.facts.list(Appliance, image=image.name), "Give these appliances another image first.")
    return plan_remove(intent, image)


def answer_show_image(query: ShowImage, reading: Reading) -> Image:
    return reading.facts.get(Image, query.name)


PLANNERS: dict[type[Intent], Planner] = {
    CreateImage: plan_create_image,
    EditImage: plan_edit_image,
    RemoveImage: plan_remove_image,
    **image_capture.PLANNERS,
    **image_fill.PLANNERS,
}
ANSWERS = {ShowImage: answer_show_image}
LISTS = {ListImages: Listing(Image)}

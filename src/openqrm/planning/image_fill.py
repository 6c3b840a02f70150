"""Filling an image's volume from an archive, a folder or a disk, by the storage that holds it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Plan
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.fields import Name, Path
from openqrm.planning.record_plans import plan_of
from openqrm.plugin_api.filling import plan_filling
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.planning import Planner, Planning

Digest = Annotated[str, Meta(pattern=r"^([0-9a-fA-F]{64})?$(?!\n)")]
ELSEWHERE = "Name a source that fits; or set its install_from to a volume by NFS, and the next boot fills it."


class FillImage(Intent, noun="image", verb="fill", role=Role.ADMINISTRATOR):
    """Fill an image's empty volume from an archive, a folder or a disk on the storage's own machine.

    A volume of files takes a folder or a tar, as it is or packed by gzip, bzip2, xz or zstd. Devices in it are left
    out: a machine that boots has its own. What leads out of the volume is refused. A volume that is a disk takes a disk
    in a file, raw or qcow2, that stands on no other file. When it fails the volume is empty again.
    """

    name: Annotated[Name, refers_to("image"), Meta(description="the image")]
    source: Annotated[Path, Meta(description="the archive, folder or disk, on the storage's resource")]
    sha256: Annotated[Digest, Meta(description="of the file; another one is refused")] = ""


def plan_fill_image(intent: FillImage, planning: Planning) -> Plan:
    """One plan, whose step tells how far it is."""
    facts = planning.facts
    image = facts.get(Image, intent.name)
    volume = facts.get(Volume, image.volume)
    if volume.granted_to:
        message = f"volume {volume.name} is granted to {volume.granted_to}"
        raise PlanningError(Category.CONFLICT, message, "Stop the appliance that runs there first.")
    storage = facts.get(Storage, volume.storage)
    driver = planning.drivers.storage(storage)
    steps = plan_filling(driver, storage, volume, intent.source, intent.sha256, ELSEWHERE)
    return plan_of(intent, f"Fill image {image.name} from {intent.source}", steps, about=image, past="filled")


PLANNERS: dict[type[Intent], Planner] = {FillImage: plan_fill_image}

"""Volumes: places on storages, made, cloned and destroyed by the storage's plugin."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Image, Loan, Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.fields import Name, NameOrNone, Size
from openqrm.planning.order import after
from openqrm.planning.record_plans import ASKED, new_name, plan_of, refuse_in_use
from openqrm.planning.volume_removed import keeps_removed, removal_of
from openqrm.plugin_api.actions import put, remove
from openqrm.plugin_api.drivers import Capability, OnlyNames, capabilities_of
from openqrm.plugin_api.intents import Intent, Query, refers_to
from openqrm.plugin_api.listing import Listing, ListQuery
from openqrm.plugin_api.planning import Planning, Reading
from openqrm.ports.records import Facts


class ListVolumes(ListQuery, noun="volume", verb="list", role=Role.READ_ONLY):
    """List the volumes."""

    storage: Annotated[NameOrNone, refers_to("storage"), Meta(description="only those on this storage")] = ""


class ShowVolume(Query, noun="volume", verb="show", role=Role.READ_ONLY):
    """Show one volume."""

    name: Annotated[Name, refers_to("volume"), Meta(description="the volume")]


class VolumeStanding(StrEnum):
    """What openQRM has to do with a volume."""

    OURS = "ours"
    FOREIGN = "foreign"  # nothing of ours touches it
    VANISHED = "vanished"  # it is ours, and the storage does not hold it


class HeldVolume(msgspec.Struct):
    """A volume as its storage shows it, and what openQRM knows of it."""

    name: str
    standing: VolumeStanding
    size_mib: int
    used_mib: int


class InspectVolumes(Query, noun="volume", verb="inspect", role=Role.OPERATOR):
    """List what a storage itself says it holds, ours or not, and what of ours it does not hold any more."""

    storage: Annotated[Name, refers_to("storage"), Meta(description="the storage")]


class CreateVolume(Intent, noun="volume", verb="create", role=Role.OPERATOR):
    """Create an empty volume on a storage."""

    name: Annotated[Name, Meta(description="a name for it")]
    storage: Annotated[Name, refers_to("storage"), Meta(description="the storage")]
    size_mib: Annotated[Size, Meta(description="its size in MiB; 0: as the storage likes")] = 0


class CloneVolume(Intent, noun="volume", verb="clone", role=Role.OPERATOR):
    """Clone a volume on its storage, thin where the storage can.

    The source must not be granted to a machine: a clone of a mounted file system is not whole.
    """

    name: Annotated[Name, Meta(description="a name for the clone")]
    source: Annotated[Name, refers_to("volume"), Meta(description="the volume to clone")]


class RemoveVolume(Intent, noun="volume", verb="remove", role=Role.ADMINISTRATOR):
    """Remove a volume and all data on it. Its name must be typed to confirm.

    Where its storage keeps what it removes it can be had back for some time: see `volume removed`.
    """

    name: Annotated[Name, refers_to("volume"), Meta(description="the volume")]


def plan_create_volume(intent: CreateVolume, planning: Planning) -> Plan:
    new_name(planning.facts, Volume, intent.name)
    volume = Volume(name=intent.name, storage=intent.storage, size_mib=intent.size_mib)
    return _plan_making(intent, volume, f"Create volume {volume.name} on {volume.storage}", planning)


def plan_clone_volume(intent: CloneVolume, planning: Planning) -> Plan:
    facts = planning.facts
    source = facts.get(Volume, intent.source)
    new_name(facts, Volume, intent.name)
    storage = facts.get(Storage, source.storage)
    if Capability.CLONE not in capabilities_of(planning.drivers.storage(storage), storage):
        hint = "Create a volume and fill it from the other one (image install_from)."
        raise PlanningError(Category.UNSUPPORTED, f"{storage.type} cannot clone volumes", hint)
    if source.granted_to:
        message = f"volume {source.name} is granted to {source.granted_to}"
        raise PlanningError(Category.CONFLICT, message, "Stop the appliance that runs there first.")
    volume = Volume(name=intent.name, storage=storage.name, size_mib=source.size_mib, source=source.name)
    return _plan_making(intent, volume, f"Clone volume {source.name} as {volume.name}", planning, source.ref)


def _plan_making(intent: Intent, volume: Volume, title: str, planning: Planning, *shares: str) -> Plan:
    storage = planning.facts.get(Storage, volume.storage)
    made = after(planning.drivers.storage(storage).plan_create(storage, volume), "record")
    say = f"Create volume {volume.name}"
    record = Step(id="record", action=put(volume, None, say), why="what is written down first can be taken back")
    plan = plan_of(intent, title, (record, *made), about=volume, past="created")
    return replace(plan, shares=shares)


def plan_remove_volume(intent: RemoveVolume, planning: Planning) -> Plan:
    facts = planning.facts
    volume = facts.get(Volume, intent.name)
    refuse_used(volume, facts)
    storage = facts.get(Storage, volume.storage)
    driver = planning.drivers.storage(storage)
    gone = driver.plan_remove(storage, volume)
    records = [Step(id="record", action=remove(volume, f"Remove volume {volume.name}"), why=ASKED)]
    title = f"Destroy volume {volume.name} on {storage.name} and all data on it"
    if isinstance(driver, OnlyNames):
        title = f"Forget volume {volume.name} on {storage.name}; what is on a disk stays"
    if keeper := keeps_removed(storage, planning):
        removal = removal_of(volume, keeper.keep_s(storage), planning.now_s)
        note = put(removal, None, f"Remember the removed volume as {removal.name}")
        records.insert(0, Step(id="remember", action=note, why="it can be had back until its time is over"))
        title = f"Remove volume {volume.name} on {storage.name}; it can be had back as {removal.name}"
    steps = [*gone, *after(tuple(records), gone[-1].id)] if gone else records
    plan = plan_of(intent, title, steps, about=volume, confirm=volume.name)
    return replace(plan, on_failure=OnFailure.HOLD)


def refuse_used(volume: Volume, facts: Facts) -> None:
    """Raises PlanningError `conflict` that names the images, clones and machines that need the volume."""
    users = [*facts.list(Image, volume=volume.name), *facts.list(Volume, source=volume.name)]
    users += [*facts.list(Image, install_from=volume.name), *facts.list(Image, transfer_to=volume.name)]
    users += [facts.get(Resource, loan.resource) for loan in facts.list(Loan, volume=volume.name)]
    refuse_in_use(volume, users, "Remove these images and clones, and stop what runs there, first.")
    if volume.granted_to:
        message = f"volume {volume.name} is granted to {volume.granted_to}"
        raise PlanningError(Category.CONFLICT, message, "Stop the appliance that runs there first.")


def answer_show_volume(query: ShowVolume, reading: Reading) -> Volume:
    return reading.facts.get(Volume, query.name)


def answer_inspect_volumes(query: InspectVolumes, reading: Reading) -> list[HeldVolume]:
    facts = reading.facts
    storage = facts.get(Storage, query.storage)
    ours = {each.name: each for each in facts.list(Volume, storage=storage.name)}
    driver = reading.drivers.storage(storage)
    rows = [
        HeldVolume(each.name, VolumeStanding.OURS if ours.pop(each.name, None) else VolumeStanding.FOREIGN,
                   each.size_mib, each.used_mib)
        for each in driver.list_volumes(reading.world, storage)
    ]  # fmt: skip
    left = VolumeStanding.OURS if isinstance(driver, OnlyNames) else VolumeStanding.VANISHED
    rows += [HeldVolume(each.name, left, each.size_mib, 0) for each in ours.values()]
    return sorted(rows, key=lambda row: row.name)


PLANNERS = {CreateVolume: plan_create_volume, CloneVolume: plan_clone_volume, RemoveVolume: plan_remove_volume}
ANSWERS = {
    ShowVolume: answer_show_volume,
    InspectVolumes: answer_inspect_volumes,
}
LISTS = {ListVolumes: Listing(Volume)}

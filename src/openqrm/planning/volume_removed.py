"""Volumes that were removed: had back, or destroyed for good when their time is over."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure, Plan, Step
from openqrm.domain.storage import Removal, Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.fields import NameOrNone, Numbered
from openqrm.planning.order import after
from openqrm.planning.record_plans import ASKED, new_name, plan_of
from openqrm.plugin_api.actions import put, remove
from openqrm.plugin_api.drivers import KeepsRemoved
from openqrm.plugin_api.intents import Intent, Query, refers_to
from openqrm.plugin_api.planning import Planning, Reading

MOST = 50  # in one plan
RemovalName = Annotated[Numbered, Meta(description="as VOLUME.NUMBER")]


class ListRemovedVolumes(Query, noun="volume", verb="removed", role=Role.READ_ONLY):
    """List removed volumes that can still be had back, and until when they are kept."""

    storage: Annotated[NameOrNone, refers_to("storage"), Meta(description="only those of this storage")] = ""


class RestoreVolume(Intent, noun="volume", verb="restore", role=Role.OPERATOR):
    """Bring back a removed volume, with all data that was on it, under its old name."""

    name: RemovalName


class PurgeVolume(Intent, noun="volume", verb="purge", role=Role.ADMINISTRATOR):
    """Destroy a removed volume for good. Its name must be typed to confirm."""

    name: RemovalName


class PurgeDueVolumes(Intent, noun="volume", verb="purge-due", role=Role.ADMINISTRATOR):
    """Destroy the removed volumes whose time is over, the oldest first, at most 50 at once."""


def keeps_removed(storage: Storage, planning: Planning) -> KeepsRemoved | None:
    """The driver, where it does not destroy what it removes."""
    driver = planning.drivers.storage(storage)
    return driver if isinstance(driver, KeepsRemoved) else None


def removal_of(volume: Volume, keep_s: float, now_s: float) -> Removal:
    """What is remembered of a volume that is removed now."""
    return Removal(
        name=f"{volume.name}.{volume.id}",
        volume=volume.name,
        number=volume.id,
        storage=volume.storage,
        size_mib=volume.size_mib,
        source=volume.source,
        removed_s=now_s,
        until_s=now_s + keep_s,
    )


def plan_restore_volume(intent: RestoreVolume, planning: Planning) -> Plan:
    facts = planning.facts
    removal = facts.get(Removal, intent.name)
    volume = _volume_of(removal)
    new_name(facts, Volume, volume.name)
    source = volume.source if facts.find(Volume, volume.source or "-") else ""
    say = f"Create volume {volume.name} as it was"
    first = Step(id="record", action=put(replace(volume, id=0, source=source), None, say), why=ASKED)
    storage, driver = _keeper(removal, planning)
    back = after(driver.plan_restore(storage, volume), first.id)
    last = Step(
        id="had-back", action=remove(removal, f"Forget that {removal.name} was removed"), why="it is back",
        needs=((back[-1].id if back else first.id),),
    )  # fmt: skip
    title = f"Bring back volume {volume.name} on {removal.storage}"
    plan = plan_of(intent, title, (first, *back, last), about=removal, past="restored")
    return replace(plan, locks=(*plan.locks, volume.ref))


def plan_purge_volume(intent: PurgeVolume, planning: Planning) -> Plan:
    removal = planning.facts.get(Removal, intent.name)
    title = f"Destroy what volume {removal.volume} was on {removal.storage}, for good"
    plan = plan_of(intent, title, _purge_steps(removal, planning), about=removal, past="purged", confirm=removal.name)
    return replace(plan, on_failure=OnFailure.HOLD)


def plan_purge_due(intent: PurgeDueVolumes, planning: Planning) -> Plan:
    due = [each for each in planning.facts.list(Removal) if each.until_s <= planning.now_s]
    if not due:
        message = "no removed volume's time is over"
        raise PlanningError(Category.CONFLICT, message, "See until when each is kept: openqrm volume removed")
    chosen = sorted(due, key=lambda each: each.until_s)[:MOST]
    steps = [step for each in chosen for step in _purge_steps(each, planning)]
    title = f"Destroy {len(chosen)} removed volumes whose time is over"
    plan = plan_of(intent, title, steps, about=chosen[0], past="purged")
    return replace(plan, on_failure=OnFailure.HOLD, locks=tuple(each.ref for each in chosen))


def answer_removed_volumes(query: ListRemovedVolumes, reading: Reading) -> list[Removal]:
    return reading.facts.list(Removal, **({"storage": query.storage} if query.storage else {}))


def _purge_steps(removal: Removal, planning: Planning) -> list[Step]:
    """Ids with the number, for several namesakes may be destroyed by one plan."""
    storage, driver = _keeper(removal, planning)
    gone = [
        replace(step, id=f"{step.id}.{removal.number}", needs=tuple(f"{need}.{removal.number}" for need in step.needs))
        for step in driver.plan_purge(storage, _volume_of(removal))
    ]
    forget = Step(
        id=f"forget-{removal.name}", action=remove(removal, f"Forget the removed volume {removal.name}"),
        why="nothing of it is left", needs=(gone[-1].id,) if gone else (),
    )  # fmt: skip
    return [*gone, forget]


def _volume_of(removal: Removal) -> Volume:
    """As its storage knew it."""
    return Volume(
        name=removal.volume,
        id=removal.number,
        storage=removal.storage,
        size_mib=removal.size_mib,
        source=removal.source,
    )


def _keeper(removal: Removal, planning: Planning) -> tuple[Storage, KeepsRemoved]:
    storage = planning.facts.get(Storage, removal.storage)
    driver = keeps_removed(storage, planning)
    if driver is None:
        message = f"{storage.type} keeps nothing that was removed"
        raise PlanningError(Category.UNSUPPORTED, message, "Look on the storage itself for what it left.")
    return storage, driver


PLANNERS = {
    RestoreVolume: plan_restore_volume,
    PurgeVolume: plan_purge_volume,
    PurgeDueVolumes: plan_purge_due,
}
ANSWERS = {ListRemovedVolumes: answer_removed_volumes}

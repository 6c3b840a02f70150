"""From a machine that was taken in to one that openQRM does not know, and that shows no trace of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta

from openqrm.plugin_api import (
    SELF,
    Appliance,
    BootProfile,
    Category,
    Image,
    Intent,
    Observation,
    OnFailure,
    Plan,
    PlanningError,
    Record,
    Resource,
    Role,
    Step,
    Storage,
    Volume,
    refers_to,
)
from openqrm.plugin_api.actions import SetField, remove
from openqrm.plugin_api.manifest import Name
from openqrm.plugin_api.planning import Planning
from openqrm_plugins.local_server.integrate import TYPE, in_a_row
from openqrm_plugins.local_server.leave import TakeLeave

WHY = "it was asked for"


class LetMachineGo(Intent, noun="local-server", verb="remove", role=Role.ADMINISTRATOR):
    """Let a machine go that was taken in: it is left as it was found, and forgotten here.

    It has to run its own system. One that is gone for good is forgotten by force.
    """

    name: Annotated[Name, refers_to("resource"), Meta(description="the resource")]
    force: Annotated[bool, Meta(description="without signing in: openQRM's key stays on the machine")] = False


def plan_let_go(intent: LetMachineGo, planning: Planning) -> Plan:
    """First off the machine, while it is reached, then out of the books."""
    facts = planning.facts
    resource = facts.get(Resource, intent.name)
    _refuse_others(resource, planning)
    steps = [*_records(resource, planning)]
    if not intent.force:
        _demand_own_system(resource, planning)
        key = " ".join(facts.get(Resource, SELF).ssh.own_key.split()[:2])
        leave = TakeLeave(resource.name, key)
        steps.insert(0, Step(id="take-leave", action=leave, why="it is left as it was found", host=resource.name))
    return Plan(
        title=f"Let {resource.name} go, with the system that is installed on it",
        steps=in_a_row(tuple(steps)),
        intent="local-server.remove",
        on_failure=OnFailure.HOLD,
        locks=(resource.ref,),
        topic_done="resource.let-go",
        about=resource.ref,
    )


def _refuse_others(resource: Resource, planning: Planning) -> None:
    facts, name = planning.facts, resource.name
    disk = facts.find(Volume, name)
    if disk is None or facts.get(Storage, disk.storage).type != TYPE:
        message = f"{name} was not taken in with a system of its own"
        raise PlanningError(Category.CONFLICT, message, f"See: openqrm resource remove {name}")
    users: list[Record] = [*facts.list(Storage, resource=name), *facts.list(Resource, host=name)]
    users += [each for each in facts.list(Volume, granted_to=name) if each.name != name]
    users += [each for each in facts.list(Appliance, image=name) if each.name != name]
    if resource.claimed_by not in ("", name):
        users.append(facts.get(Appliance, resource.claimed_by))
    if users:
        told = ", ".join(user.ref.replace("/", " ") for user in users[:5])
        message = f"resource {name} is in use by {told}"
        raise PlanningError(Category.CONFLICT, message, "Stop or remove that first.")


def _demand_own_system(resource: Resource, planning: Planning) -> None:
    seen = planning.facts.find(Observation, resource.name)
    if seen is None or seen.profile != resource.name or not seen.connected:
        message = f"{resource.name} does not run its own system, where openQRM's key has to be taken away"
        hint = f"Start it: openqrm appliance start {resource.name}. One that is gone for good: say force."
        raise PlanningError(Category.CONFLICT, message, hint)


def _records(resource: Resource, planning: Planning) -> Iterator[Step]:
    facts, name = planning.facts, resource.name
    if profile := facts.find(BootProfile, name):
        yield _gone(profile, "profile", f"{name} is no longer told what to boot")
    if resource.claimed_by:
        free = SetField("resource", name, "claimed_by", "", name, f"{name} belongs to nobody here")
        yield Step(id="claim", action=free, why=WHY)
    for kind in (Appliance, Image, Volume):
        if record := facts.find(kind, name):
            yield _gone(record, kind.kind, f"Forget {kind.kind} {name}; what is on the disk stays")
    for storage in facts.list(Storage, type=TYPE):
        if [each.name for each in facts.list(Volume, storage=storage.name)] == [name]:
            yield _gone(storage, "storage", f"Forget storage {storage.name}, which has no more disks")
    if seen := facts.find(Observation, name):
        yield _gone(seen, "seen", f"Forget what was seen of {name}")
    yield _gone(resource, "machine", f"Forget resource {name}")


def _gone(record: Record, id_: str, say: str) -> Step:
    return Step(id=id_, action=remove(record, say), why=WHY)

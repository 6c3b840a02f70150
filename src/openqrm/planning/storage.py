"""Storages: resources that serve volumes by one technology."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.domain.plan import OnFailure, Plan
from openqrm.domain.resource import SELF, Resource
from openqrm.domain.storage import Removal, Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.fields import Name, Setting, Text
from openqrm.planning.order import after
from openqrm.planning.record_plans import edited, new_name, plan_put, plan_remove, record_of, refuse_in_use
from openqrm.plugin_api.intents import Intent, Query, refers_to
from openqrm.plugin_api.listing import Listing, ListQuery
from openqrm.plugin_api.looking import LooksAtStorage
from openqrm.plugin_api.planning import Planning, Reading


class ListStorages(ListQuery, noun="storage", verb="list", role=Role.READ_ONLY):
    """List the storages."""


class ShowStorage(Query, noun="storage", verb="show", role=Role.READ_ONLY):
    """Show one storage."""

    name: Annotated[Name, refers_to("storage"), Meta(description="the storage")]


class StorageTypeRow(msgspec.Struct):
    """A type that storages can be of, the plugin that has it, and how that stands."""

    name: str
    plugin: str
    standing: str
    summary: str


class ListStorageTypes(ListQuery, noun="storage-type", verb="list", role=Role.READ_ONLY):
    """List the types that storages can be of, and how the plugin of each stands."""


class CreateStorage(Intent, noun="storage", verb="create", role=Role.ADMINISTRATOR):
    """Declare a storage: a resource, and the plugin that knows how to make volumes on it."""

    name: Annotated[Name, Meta(description="a name for it")]
    type: Annotated[Name, refers_to("storage-type"), Meta(description="what it is, like nfs-storage or lvm-iscsi")]
    resource: Annotated[Name, refers_to("resource"), Meta(description="the resource it is on")] = SELF
    settings: Annotated[Setting, Meta(description="KEY=VALUE, as the plugin's page tells")] = msgspec.field(
        default_factory=dict
    )
    comment: Annotated[Text, Meta(description="free text")] = ""


class EditStorage(Intent, noun="storage", verb="edit", role=Role.ADMINISTRATOR):
    """Change a storage's settings or comment; what is not given stays."""

    name: Annotated[Name, refers_to("storage"), Meta(description="the storage")]
    settings: Annotated[Setting | None, Meta(description="KEY=VALUE; these replace all there were")] = None
    comment: Annotated[Text | None, Meta(description="free text")] = None


class RemoveStorage(Intent, noun="storage", verb="remove", role=Role.ADMINISTRATOR):
    """Remove a storage without volumes. Nothing is changed on its resource."""

    name: Annotated[Name, refers_to("storage"), Meta(description="the storage")]


def plan_create_storage(intent: CreateStorage, planning: Planning) -> Plan:
    new_name(planning.facts, Storage, intent.name)
    planning.facts.get(Resource, intent.resource)
    record = record_of(Storage, intent)
    return _with_a_look(plan_put(intent, record), record, planning)


def plan_edit_storage(intent: EditStorage, planning: Planning) -> Plan:
    before = planning.facts.get(Storage, intent.name)
    record = edited(before, intent)
    return _with_a_look(plan_put(intent, record, before), record, planning)


def _with_a_look(plan: Plan, storage: Storage, planning: Planning) -> Plan:
    """Raises PlanningError for a type that no enabled plugin has."""
    driver = planning.drivers.storage(storage)
    if not isinstance(driver, LooksAtStorage):
        return plan
    looked = after(driver.plan_look(storage), plan.steps[-1].id)
    return replace(plan, steps=(*plan.steps, *looked), on_failure=OnFailure.UNDO)


def plan_remove_storage(intent: RemoveStorage, planning: Planning) -> Plan:
    storage = planning.facts.get(Storage, intent.name)
    facts = planning.facts
    refuse_in_use(storage, facts.list(Volume, storage=storage.name), "Remove its volumes first.")
    removed = facts.list(Removal, storage=storage.name)
    refuse_in_use(storage, removed, "Purge these removed volumes first, or have them back: openqrm volume removed")
    return plan_remove(intent, storage)


def answer_show_storage(query: ShowStorage, reading: Reading) -> Storage:
    return reading.facts.get(Storage, query.name)


PLANNERS = {CreateStorage: plan_create_storage, EditStorage: plan_edit_storage, RemoveStorage: plan_remove_storage}
ANSWERS = {ShowStorage: answer_show_storage}
LISTS = {ListStorages: Listing(Storage)}

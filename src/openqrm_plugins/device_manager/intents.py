"""What may be asked of block devices."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from openqrm.plugin_api import Intent, OnFailure, Plan, Query, Resource, Role, Step
from openqrm.plugin_api.intents import refers_to
from openqrm.plugin_api.manifest import Name
from openqrm.plugin_api.planning import Planning, Reading
from openqrm.plugin_api.storage.fields import GroupName
from openqrm_plugins.device_manager.actions import DropGroup, JoinGroup
from openqrm_plugins.device_manager.devices import Device, list_devices

Path = Annotated[str, Meta(pattern=r"^/dev(/[A-Za-z0-9:._+-]+)+$(?!\n)", max_length=200)]


class ListDevices(Query, noun="device", verb="list", role=Role.OPERATOR):
    """List the block devices of a resource, and what uses each."""

    resource: Annotated[Name, refers_to("resource"), Meta(description="the resource")]


class CreateGroup(Intent, noun="device", verb="create-group", role=Role.ADMINISTRATOR):
    """Make a volume group of a device that nobody uses. The device must be typed to confirm."""

    resource: Annotated[Name, refers_to("resource"), Meta(description="the resource")]
    group: Annotated[GroupName, Meta(description="a name for the volume group")]
    device: Annotated[Path, Meta(description="like /dev/sdb")]


class ExtendGroup(Intent, noun="device", verb="extend-group", role=Role.ADMINISTRATOR):
    """Extend a volume group by a device that nobody uses. The device must be typed to confirm."""

    resource: Annotated[Name, refers_to("resource"), Meta(description="the resource")]
    group: Annotated[GroupName, Meta(description="the volume group")]
    device: Annotated[Path, Meta(description="like /dev/sdb")]


class RemoveGroup(Intent, noun="device", verb="remove-group", role=Role.ADMINISTRATOR):
    """Remove a volume group that holds nothing. Its name must be typed to confirm.

    Its devices are wiped of nothing: they can be made a group of again.
    """

    resource: Annotated[Name, refers_to("resource"), Meta(description="the resource")]
    group: Annotated[GroupName, Meta(description="the volume group")]


def plan_join(intent: CreateGroup | ExtendGroup, planning: Planning) -> Plan:
    """One step, which looks once more whether anybody uses the device before it touches it."""
    resource = planning.facts.get(Resource, intent.resource)
    action = JoinGroup(resource.name, intent.group, intent.device, isinstance(intent, CreateGroup))
    return _plan_of(intent, resource, "join-group", action, intent.device)


def plan_remove_group(intent: RemoveGroup, planning: Planning) -> Plan:
    """One step, which refuses a group that holds anything, whoever made it."""
    resource = planning.facts.get(Resource, intent.resource)
    return _plan_of(intent, resource, "drop-group", DropGroup(resource.name, intent.group), intent.group)


def _plan_of(intent: Intent, resource: Resource, id_: str, action: JoinGroup | DropGroup, confirm: str) -> Plan:
    return Plan(
        title=action.describe(),
        steps=(Step(id=id_, action=action, why="it was asked for", host=resource.name),),
        intent=f"{intent.noun}.{intent.verb}",
        on_failure=OnFailure.HOLD,
        locks=(resource.ref,),
        about=resource.ref,
        confirm=confirm,
    )


def answer_devices(query: ListDevices, reading: Reading) -> list[Device]:
    return list_devices(reading.world.host(reading.facts.get(Resource, query.resource).name))


PLANNERS = {CreateGroup: plan_join, ExtendGroup: plan_join, RemoveGroup: plan_remove_group}
ANSWERS = {ListDevices: answer_devices}

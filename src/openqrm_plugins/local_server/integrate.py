"""From a machine that openQRM does not reach to an appliance that runs there, by itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.plugin_api import (
    LOCAL_ROOT,
    SELF,
    Appliance,
    BootProfile,
    Category,
    Image,
    Intent,
    Kernel,
    Plan,
    PlanningError,
    Record,
    Resource,
    Reversal,
    Role,
    Secret,
    Ssh,
    Step,
    Storage,
    Volume,
    parse_address,
    parse_host_key,
)
from openqrm.plugin_api.actions import AwaitMilestone, ForgetSecret, SetField, put
from openqrm.plugin_api.manifest import Name
from openqrm.plugin_api.planning import Planning
from openqrm_plugins.local_server.leave import LetIn
from openqrm_plugins.local_server.note import NoteMachine

TYPE = "local-server"  # of the one storage that all these disks are volumes of; it is told to be on openQRM itself
UP_S = 120.0
Address = Annotated[str, Meta(pattern=r"^[0-9A-Fa-f.:]{2,45}$(?!\n)")]
Port = Annotated[int, Meta(ge=0, le=65535)]
HostKey = Annotated[str, Meta(pattern=r"^[^\u0000-\u001f\u007f]*$(?!\n)", max_length=2000)]


class IntegrateMachine(Intent, noun="local-server", verb="integrate", role=Role.ADMINISTRATOR):
    """Take in a machine with an installed Linux, as it is.

    openQRM signs in as root by SSH, with the password given here, once, and from then on with its own key: one line in
    authorized_keys is all that is written on the machine. It becomes a resource, its disk a volume and an image, and
    the two an appliance of the same name that runs. What openQRM knows as a resource already is taken in by that name.
    """

    name: Annotated[Name, Meta(description="a name for it, or the resource that it is")]
    address: Annotated[Address, Meta(description="its IP address, as its own card has it")]
    ssh_host_key: Annotated[HostKey, Meta(description="its SSH host key, as ssh-keyscan prints it")]
    password: Annotated[
        Annotated[Secret, Meta(max_length=200)] | None,
        Meta(description="root's password there; none: it lets openQRM's key in already"),
    ] = None
    ssh_port: Annotated[Port, Meta(description="port of its SSH; 0: the usual one")] = 0


def plan_integrate(intent: IntegrateMachine, planning: Planning) -> Plan:
    """Let in first, then looked at, then written down."""
    facts, name = planning.facts, intent.name
    before = facts.find(Resource, name)
    _refuse_unfit(name, before, planning)
    ssh = Ssh(port=intent.ssh_port, host_key=parse_host_key(intent.ssh_host_key))
    known = before or Resource(name=name)
    after = replace(known, address=parse_address(intent.address), boot="local", managed=True, ssh=ssh)
    steps = (
        *_let_in(intent, after, before, planning),
        *_disk(name, planning),
        Step(id="note", action=NoteMachine(name), why="it says best itself what it is", host=name),
        *_running(name, planning),
        *_forget(intent),
    )
    return Plan(
        title=f"Take in {name} with the system that is installed on it",
        steps=in_a_row(steps),
        intent="local-server.integrate",
        locks=(after.ref,),
        topic_done="resource.integrated",
        about=after.ref,
        reversal=None if before else Reversal("local-server.remove", {"name": name}),
    )


def in_a_row(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Each after the one before it."""
    before = [(), *((step.id,) for step in steps)]
    return tuple(replace(step, needs=needs) for step, needs in zip(steps, before, strict=False))


def _refuse_unfit(name: str, resource: Resource | None, planning: Planning) -> None:
    taken: list[Record | None] = [planning.facts.find(kind, name) for kind in (Appliance, Image, Volume)]
    if found := [record for record in taken if record]:
        message = f"there is {'an' if found[0].kind[0] in 'ai' else 'a'} {found[0].kind} {name} already"
        raise PlanningError(Category.CONFLICT, message, "Choose another name for the machine.")
    if resource is None:
        return
    if name == SELF or resource.host:
        message = f"{name} is a VM on {resource.host}" if resource.host else f"openQRM itself runs on {name}"
        raise PlanningError(Category.REFUSED, message, "Name a physical machine, or a new one.")
    if resource.claimed_by:
        message = f"appliance {resource.claimed_by} runs on {name}"
        raise PlanningError(Category.CONFLICT, message, "Stop that appliance, and boot the machine from its own disk.")


def _let_in(intent: IntegrateMachine, after: Resource, before: Resource | None, planning: Planning) -> Iterator[Step]:
    key = " ".join(planning.facts.get(Resource, SELF).ssh.own_key.split()[:2])
    first = replace(after, ssh=replace(after.ssh, secret=intent.password or ""))
    how = "the password that was given" if intent.password else "openQRM's key"
    yield Step(
        id="machine", action=put(first, before, f"Know {after.name} at {after.address}, let in by {how}"),
        why="nobody but the one with this host key is believed",
    )  # fmt: skip
    yield Step(id="let-in", action=LetIn(after.name, key), why="it has no agent of openQRM's", host=after.name)
    if intent.password:
        say = f"Sign in to {after.name} with openQRM's key only"
        yield Step(id="key-only", action=put(after, first, say), why="a password is for the first time alone")


def _disk(name: str, planning: Planning) -> Iterator[Step]:
    storages = planning.facts.list(Storage, type=TYPE)
    storage = storages[0] if storages else Storage(name=TYPE, type=TYPE, resource=SELF, comment="disks of machines")
    if not storages:
        say = "Have a storage for the disks of machines that are taken in"
        yield Step(id="storage", action=put(storage, None, say), why="every volume is on a storage")
    volume = Volume(name=name, storage=storage.name, granted_to=name)
    image = Image(name=name, volume=name, comment="installed on its own disk")
    yield Step(
        id="volume", action=put(volume, None, f"Know the disk of {name} as a volume"), why="nobody else writes it"
    )
    yield Step(id="image", action=put(image, None, f"Know the system of {name} as an image"), why="it is a root")


def _running(name: str, planning: Planning) -> Iterator[Step]:
    kernel = next((each.name for each in planning.facts.list(Kernel, default=True)), "")
    appliance = Appliance(name=name, kernel=kernel, image=name, resource=name, wanted="running")
    profile = BootProfile(name=name, appliance=name, kernel=kernel, root_type=LOCAL_ROOT)
    claim = SetField("resource", name, "claimed_by", name, "", f"Claim {name} for itself")
    yield Step(id="appliance", action=put(appliance, None, f"Describe appliance {name}, which runs"), why="it does")
    yield Step(id="claim", action=claim, why="so nobody else gets the machine")
    say = f"Let {name} boot its own disk, with its own kernel"
    yield Step(id="profile", action=put(profile, None, say), why="should it ask the network first")
    up = AwaitMilestone(name, name, "init")
    yield Step(id="up", action=up, why="only what was seen counts as taken in", deadline_s=UP_S)


def _forget(intent: IntegrateMachine) -> Iterator[Step]:
    if intent.password:
        action = ForgetSecret(intent.password)
        yield Step(id="forget-password", action=action, why="it was for the first time alone")

"""A VM moves to another host while it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, NotYet, Resource, Satisfied, Seen, StepError, World
from openqrm.plugin_api.actions.progress import render_progress
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.virsh import OFF, ON, ask, ask_of_vm, explain_failure, find_state

PROGRAM = Path(__file__).with_name("host") / "move.sh"
MOVE_S = 3600.0
CALL_S = 120.0
LOOK_S = 2.0
_WORK = re.compile(r"^Job type: +(\w+)", re.MULTILINE)
_LEAVING, _COMING = "Outgoing migration", "available only on the source host"
_AMOUNT = re.compile(r"^Data (total|remaining): +(\d{1,9}(?:\.\d{1,3})?) (B|[KMGTPE]iB)$", re.MULTILINE)
_UNITS = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_DOWN = re.compile(r"^Total downtime: +(\d{1,9}) +ms", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """A host, and how another one reaches its libvirt and its migration port."""

    host: str
    uri: str
    address: str


@dataclass(frozen=True)
class MoveMachine:
    """The VM runs on `target`, which knows it from now on, and `source` does not. Nor is it on its way back.

    A move goes on, or goes back, when openQRM is away; what takes it back ends one that is under way.
    """

    name: ClassVar[str] = "kvm.move"
    vm: str
    source: Place
    target: Place
    is_tunnelled: bool = False
    is_trusted: bool = False  # although libvirt cannot see that the hosts share its disks

    def describe(self) -> str:
        return f"Move VM {self.vm} from {self.source.host} to {self.target.host} while it runs"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.vm}",)

    def inverse(self) -> MoveMachine:
        return MoveMachine(self.vm, self.target, self.source, self.is_tunnelled, self.is_trusted)

    def observe(self, world: World) -> Seen:
        here, there = self._states(world)
        if here and (on_its_way := self._find_move(world)):
            return NotYet(on_its_way, LOOK_S)
        if here in ON and there in ON:
            return Differs(f"VM {self.vm} is on its way to {self.source.host}")
        if here in ON:
            return Differs(f"VM {self.vm} runs on {self.source.host}")
        if there not in ON:
            message = f"VM {self.vm} runs neither on {self.source.host} nor on {self.target.host}"
            raise StepError(Category.CONFLICT, message, "Look at both hosts; one that is off is moved without this.")
        if here:
            return Differs(f"{self.source.host} still knows VM {self.vm}, which runs on {self.target.host}")
        if self._tell(world, self.target.host, "look") != "none":
            return Differs(f"a move of VM {self.vm} to {self.source.host} has been begun")
        return Satisfied(f"VM {self.vm} runs on {self.target.host}{_downtime(world, self.target.host, self.vm)}")

    def ensure(self, world: World) -> None:
        here, there = self._states(world)
        if here in ON and there not in ON:
            self._start(world)
            return
        if here in OFF:
            ask(world, self.source.host, "undefine", "--domain", uuid_of(self.vm))
        self._tell(world, self.target.host, "halt")

    def halt(self, world: World) -> str:
        """It may have come to its end before: the VM is recorded where libvirt has it."""
        self._tell(world, self.source.host, "halt")
        places = (place.host for place in (self.source, self.target))
        at = next((host for host in places if find_state(world, host, self.vm) in ON), "")
        if not at:
            return f"VM {self.vm} runs neither on {self.source.host} nor on {self.target.host}"
        booked = world.records.find(Resource, self.vm)
        if booked and booked.host != at:
            world.records.change(booked, {"host": at})
        return f"VM {self.vm} runs on {at}"

    def _states(self, world: World) -> tuple[str, str]:
        here, there = (find_state(world, place.host, self.vm) for place in (self.source, self.target))
        return here, there

    def _find_move(self, world: World) -> str:
        """How far it is; empty when none is under way. What is gone since its state was asked has just arrived."""
        try:
            work = _work(world, self.source.host, self.vm)
        except StepError as error:
            if error.category is not Category.NOT_FOUND:
                raise
            return f"VM {self.vm} is on its way to {self.target.host}"
        if _LEAVING not in work and self._tell(world, self.source.host, "look") != "working":
            return ""
        amounts = _amounts(work)
        if len(amounts) < 2:  # libvirt does not know yet
            return f"VM {self.vm} is on its way to {self.target.host}"
        progress = render_progress(amounts["total"] - amounts["remaining"], amounts["total"])
        return f"{progress} of VM {self.vm} are on {self.target.host}"

    def _start(self, world: World) -> None:
        choices = ("--tunnelled",) if self.is_tunnelled else ("--migrateuri", f"tcp://{self.target.address}")
        trust = ("--unsafe",) if self.is_trusted else ()
        words = ("migrate", "--live", "--p2p", "--persistent", "--undefinesource", *choices, *trust)
        names = ("--domain", uuid_of(self.vm), "--desturi", self.target.uri)
        self._tell(world, self.source.host, "start", *words, *names)

    def _tell(self, world: World, host: str, verb: str, *words: str) -> str:
        argv = ("sh", "-s", "--", verb, uuid_of(self.vm), *words)
        done = world.host(host).run(argv, stdin=PROGRAM.read_bytes(), timeout_s=CALL_S)
        if done.status != 0:
            raise explain_failure(host, done)
        return done.out.strip()


def _work(world: World, host: str, vm: str) -> str:
    """What libvirt says of its work on this VM; empty while it comes to this host. Raises StepError `not_found`."""
    said = ask_of_vm(world, host, vm, "domjobinfo", absent=_COMING)
    if said is None:
        return ""
    if not _WORK.search(said):
        raise StepError(Category.UNAVAILABLE, f"libvirt on {host} describes its work as {said[:80]!r}", "Retry.")
    return said


def _amounts(work: str) -> dict[str, int]:
    """Of its memory and disks, in bytes."""
    return {name: int(float(amount) * 1024 ** _UNITS.index(unit)) for name, amount, unit in _AMOUNT.findall(work)}


def _downtime(world: World, host: str, vm: str) -> str:
    """How long it stood still, where libvirt still remembers; nothing depends on it."""
    try:
        said = ask(world, host, "domjobinfo", "--completed", "--keep-completed", "--domain", uuid_of(vm))
    except StepError:
        return ""
    found = _DOWN.search(said)
    return f"; it stood still for {found[1]} ms" if found else ""

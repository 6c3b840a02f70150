"""A VM moves to another host while it runs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, NotYet, Satisfied, Seen, StepError, World
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.virsh import ON, ask, find_state

MOVE_S = 3600.0
LOOK_S = 2.0
_WORK = re.compile(r"^Job type: +(\w+)", re.MULTILINE)
_DOWN = re.compile(r"^Total downtime: +(\d{1,9}) +ms", re.MULTILINE)


@dataclass(frozen=True)
class Place:
    """A host, and how another one reaches its libvirt and its migration port."""

    host: str
    uri: str
    address: str


@dataclass(frozen=True)
class MoveMachine:
    """The VM runs on `target`, which knows it from now on, and `source` does not. Its libvirt does it by itself:

    a move goes on, or goes back, when openQRM is away.
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
        here, there = (find_state(world, place.host, self.vm) for place in (self.source, self.target))
        if here in ON and _is_moving(world, self.source.host, self.vm):
            return NotYet(f"VM {self.vm} is on its way to {self.target.host}", LOOK_S)
        if here in ON:
            return Differs(f"VM {self.vm} runs on {self.source.host}")
        if there not in ON:
            message = f"VM {self.vm} runs neither on {self.source.host} nor on {self.target.host}"
            raise StepError(Category.CONFLICT, message, "Look at both hosts; one that is off is moved without this.")
        if here:
            return Differs(f"{self.source.host} still knows VM {self.vm}, which runs on {self.target.host}")
        return Satisfied(f"VM {self.vm} runs on {self.target.host}{_downtime(world, self.target.host, self.vm)}")

    def ensure(self, world: World) -> None:
        if find_state(world, self.source.host, self.vm) not in ON:
            ask(world, self.source.host, "undefine", "--domain", uuid_of(self.vm))
            return
        choices = ("--tunnelled",) if self.is_tunnelled else ("--migrateuri", f"tcp://{self.target.address}")
        trust = ("--unsafe",) if self.is_trusted else ()
        words = ("--live", "--p2p", "--persistent", "--undefinesource", *choices, *trust)
        names = ("--domain", uuid_of(self.vm), "--desturi", self.target.uri)
        ask(world, self.source.host, "migrate", *words, *names, timeout_s=MOVE_S)


def _is_moving(world: World, host: str, vm: str) -> bool:
    said = ask(world, host, "domjobinfo", "--domain", uuid_of(vm))
    found = _WORK.search(said)
    if not found:
        raise StepError(Category.UNAVAILABLE, f"libvirt on {host} describes its work as {said[:80]!r}", "Retry.")
    return found[1] != "None"


def _downtime(world: World, host: str, vm: str) -> str:
    """How long it stood still, where libvirt still remembers; nothing depends on it."""
    try:
        said = ask(world, host, "domjobinfo", "--completed", "--keep-completed", "--domain", uuid_of(vm))
    except StepError:
        return ""
    found = _DOWN.search(said)
    return f"; it stood still for {found[1]} ms" if found else ""

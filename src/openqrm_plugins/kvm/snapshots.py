"""Snapshots of a VM: its disks, and its memory when it runs. libvirt keeps them within the disks, which are qcow2."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from openqrm.plugin_api import (
    Category,
    Differs,
    Disk,
    Irreversible,
    PlanningError,
    Satisfied,
    Seen,
    SnapshotFacts,
    StepError,
    VirtualMachine,
    World,
)
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.virsh import ask, ask_of_vm, find_state

TAKE_S = 600.0  # the memory is written to the disk
_ROW = re.compile(r"^ (\S.*?) +(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4}) +(\S+)$")
_MARK = re.compile(r"<description>([^<]*)</description>")
_ABSENT = "no domain snapshot with matching name"
_NO_CURRENT = "has no current snapshot"
_HINT = "Take another name; openqrm vm snapshots lists those that there are."


@dataclass(frozen=True)
class TakeSnapshot:
    """The VM has this snapshot, taken for the plan that `mark` is of: an older one of the same name is a conflict."""

    name: ClassVar[str] = "kvm.take-snapshot"
    host: str
    vm: str
    snapshot: str
    mark: str

    def describe(self) -> str:
        return f"Take snapshot {self.snapshot} of VM {self.vm}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.vm}",)

    def inverse(self) -> RemoveSnapshot:
        return RemoveSnapshot(self.host, self.vm, self.snapshot)

    def observe(self, world: World) -> Seen:
        text = ask_of_vm(world, self.host, self.vm, "snapshot-dumpxml", *_named(self.snapshot), absent=_ABSENT)
        if not text:
            return Differs(f"VM {self.vm} has no snapshot {self.snapshot}")
        found = _MARK.search(text)
        if not found or found[1] != self.mark:
            message = f"VM {self.vm} has a snapshot {self.snapshot} already"
            raise StepError(Category.CONFLICT, message, _HINT)
        return Satisfied(f"VM {self.vm} has snapshot {self.snapshot}")

    def ensure(self, world: World) -> None:
        words = ("--name", self.snapshot, "--description", self.mark)
        ask(world, self.host, "snapshot-create-as", "--domain", uuid_of(self.vm), *words, timeout_s=TAKE_S)


@dataclass(frozen=True)
class RemoveSnapshot:
    """The VM has no snapshot of this name; the VM itself stays as it is."""

    name: ClassVar[str] = "kvm.remove-snapshot"
    host: str
    vm: str
    snapshot: str

    def describe(self) -> str:
        return f"Remove snapshot {self.snapshot} of VM {self.vm}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.vm}",)

    def inverse(self) -> Irreversible:
        return Irreversible("what the snapshot held is gone")

    def observe(self, world: World) -> Seen:
        if ask_of_vm(world, self.host, self.vm, "snapshot-dumpxml", *_named(self.snapshot), absent=_ABSENT):
            return Differs(f"VM {self.vm} has snapshot {self.snapshot}")
        return Satisfied(f"VM {self.vm} has no snapshot {self.snapshot}")

    def ensure(self, world: World) -> None:
        words = ("snapshot-delete", *_named(self.snapshot))
        ask_of_vm(world, self.host, self.vm, *words, absent=_ABSENT, timeout_s=TAKE_S)


@dataclass(frozen=True)
class DropSnapshots:
    """The VM has no snapshot, or its host does not know it any more."""

    name: ClassVar[str] = "kvm.drop-snapshots"
    host: str
    vm: str

    def describe(self) -> str:
        return f"Remove all snapshots of VM {self.vm}, if there are any"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.vm}",)

    def inverse(self) -> Irreversible:
        return Irreversible("what the snapshots held is gone")

    def observe(self, world: World) -> Seen:
        kept = [each.name for each in list_snapshots(world, self.host, self.vm)] if self._is_known(world) else []
        if kept:
            return Differs(f"VM {self.vm} has snapshots {', '.join(kept)}")
        return Satisfied(f"VM {self.vm} has no snapshots")

    def ensure(self, world: World) -> None:
        for each in list_snapshots(world, self.host, self.vm):
            words = ("snapshot-delete", *_named(each.name))
            ask_of_vm(world, self.host, self.vm, *words, absent=_ABSENT, timeout_s=TAKE_S)

    def _is_known(self, world: World) -> bool:
        return bool(find_state(world, self.host, self.vm))


@dataclass(frozen=True)
class RevertMachine:
    """The VM is as it was when the snapshot was taken; how it was just before is in snapshot `before`.

    libvirt remembers by which snapshot a VM came to be as it is: right after `before` was taken that is `before`.
    """

    name: ClassVar[str] = "kvm.revert"
    host: str
    vm: str
    snapshot: str
    before: str

    def describe(self) -> str:
        return f"Set VM {self.vm} back to snapshot {self.snapshot}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.vm}",)

    def inverse(self) -> RevertMachine:
        return RevertMachine(self.host, self.vm, self.before, self.snapshot)

    def observe(self, world: World) -> Seen:
        said = ask_of_vm(world, self.host, self.vm, "snapshot-current", "--name", absent=_NO_CURRENT)
        current = (said or "").strip() or "none"
        if current == self.snapshot:
            return Satisfied(f"VM {self.vm} is as in snapshot {self.snapshot}")
        return Differs(f"the last snapshot of VM {self.vm} is {current}")

    def ensure(self, world: World) -> None:
        said = ask_of_vm(
            world, self.host, self.vm, "snapshot-revert", *_named(self.snapshot), absent=_ABSENT, timeout_s=TAKE_S
        )
        if said is None:
            message = f"VM {self.vm} has no snapshot {self.snapshot}"
            raise StepError(Category.NOT_FOUND, message, f"openqrm vm snapshots {self.vm}")


def list_snapshots(world: World, host: str, vm: str) -> list[SnapshotFacts]:
    """All that libvirt knows of this VM, oldest first."""
    lines = ask_of_vm(world, host, vm, "snapshot-list", "--topological").splitlines()
    rows = [_ROW.match(line.rstrip()) for line in lines if line.strip()]
    if not all(rows):
        raise StepError(Category.UNAVAILABLE, f"libvirt on {host} lists snapshots as {lines[0][:80]!r}", "Retry.")
    facts = [
        SnapshotFacts(
            name=row[1],
            made_s=datetime.strptime(row[2], "%Y-%m-%d %H:%M:%S %z").timestamp(),
            has_memory=row[3] in ("running", "paused"),
        )
        for row in rows if row
    ]  # fmt: skip
    return sorted(facts, key=lambda each: each.made_s)


def refuse_disks(vm: VirtualMachine, disks: tuple[Disk, ...]) -> None:
    """Raises PlanningError `unsupported` when a snapshot has no place, or would leave a disk out."""
    if not disks:
        message = f"VM {vm.name} has no disk of its own, which a snapshot would be kept in"
        raise PlanningError(Category.UNSUPPORTED, message, "Its root is a volume: clone or snapshot that.")
    for disk in disks:
        if disk.format != "qcow2":
            message = f"disk {disk.volume} of VM {vm.name} is {disk.format}, and only qcow2 holds snapshots"
            raise PlanningError(Category.UNSUPPORTED, message, "Clone the volume while the VM is off.")


def _named(snapshot: str) -> tuple[str, str]:
    return ("--snapshotname", snapshot)

"""What a VM is made of: network cards, disks of its own, and what it boots from; checked against all other machines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Annotated, Literal

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_mac
from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Loan, Storage, Volume
from openqrm.domain.vm import Disk, Nic, VirtualMachine
from openqrm.planning.order import after
from openqrm.planning.placement import OWN_MIB, Need
from openqrm.planning.record_plans import refuse_in_use
from openqrm.plugin_api.actions import FitsHost, SetField, put
from openqrm.plugin_api.drivers import InspectsDisks, LocalDisks
from openqrm.plugin_api.planning import Planning

Bridge = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$(?!\n)", max_length=15)]
Boot = Literal["net", "disk", "iso"]
BootOrNone = Literal["", "net", "disk", "iso"]
Count = Annotated[int, Meta(ge=1, le=1024)]
Memory = Annotated[int, Meta(ge=16, le=1 << 30)]


def get_vm(name: str, planning: Planning) -> tuple[VirtualMachine, Resource]:
    """A VM and its resource."""
    return planning.facts.get(VirtualMachine, name), planning.facts.get(Resource, name)


def need_of(vm: VirtualMachine, planning: Planning) -> Need:
    """What placement is to know of it: a disk ties it to the host that the disk is on."""
    for name in vm.disks:
        storage = planning.facts.get(Storage, planning.facts.get(Volume, name).storage)
        tie = f"its disk {name} is on {storage.resource}"
        return Need(vm.name, vm.cpu_count, vm.memory_mib, tied=storage.resource, tie=tie)
    return Need(vm.name, vm.cpu_count, vm.memory_mib)


def fits_step(host: str, vm: str, need: str) -> Step:
    """Not tried again: what is full stays full, and placing it anew finds another host."""
    return Step(id="fits", action=FitsHost(host, vm, OWN_MIB), why="others may have chosen it too", needs=(need,),
                attempts=1)  # fmt: skip


def disks_of(vm: VirtualMachine, host: str, planning: Planning) -> tuple[Disk, ...]:
    """Its volumes as files or devices of the host. Raises PlanningError when one is not there, or not free."""
    facts, disks = planning.facts, []
    for name in vm.disks:
        volume = facts.get(Volume, name)
        storage = facts.get(Storage, volume.storage)
        driver = planning.drivers.storage(storage)
        if not isinstance(driver, LocalDisks) or storage.resource != host:
            message = f"volume {name} on storage {storage.name} cannot be a disk of a VM on {host}"
            raise PlanningError(Category.UNSUPPORTED, message, f"Take a volume whose files or devices are on {host}.")
        if volume.granted_to not in ("", vm.name):
            message = f"volume {name} is granted to {volume.granted_to}"
            raise PlanningError(Category.CONFLICT, message, "A volume has one writer: clone it.")
        refuse_in_use(volume, facts.list(Loan, volume=name), "Wait until nobody copies from it any more.")
        disks.append(driver.disk(storage, volume))
    return tuple(disks)


def locks_of(vm: VirtualMachine, volumes: Iterable[str]) -> tuple[str, ...]:
    """What a plan about a VM and these volumes holds."""
    return (vm.ref, f"resource/{vm.name}", *(f"volume/{name}" for name in volumes))


def attach_steps(names: Iterable[str], vm: str, planning: Planning, need: str) -> list[Step]:
    """Each volume has this VM as its one writer; its grant is empty, for no network leads to it."""
    steps: list[Step] = []
    for name in names:
        volume = planning.facts.get(Volume, name)
        inspected = after(_inspect_steps(volume, planning), need)
        note = put(replace(volume, granted_to=vm), volume, f"Make {vm} the one writer of {name}")
        last = inspected[-1].id if inspected else need
        steps += (*inspected, Step(id=f"attach-{name}", action=note, why="a volume has one writer", needs=(last,)))
    return steps


def _inspect_steps(volume: Volume, planning: Planning) -> tuple[Step, ...]:
    storage = planning.facts.get(Storage, volume.storage)
    driver = planning.drivers.storage(storage)
    return driver.plan_inspect(storage, volume) if isinstance(driver, InspectsDisks) else ()


def detach_steps(names: Iterable[str], planning: Planning, need: str) -> list[Step]:
    """Each volume has no writer any more."""
    steps = []
    for name in names:
        volume = planning.facts.get(Volume, name)
        note = put(replace(volume, granted_to=""), volume, f"{name} has no writer")
        steps.append(Step(id=f"detach-{name}", action=note, why="the VM is without it", needs=(need,)))
    return steps


def used_up_steps(resource: Resource, planning: Planning) -> tuple[Step, ...]:
    """Once a VM is on, what it was to boot from once is no longer wanted: a later change must not order it anew."""
    vm = planning.facts.find(VirtualMachine, resource.name) if resource.host else None
    if vm is None or not vm.boot_once:
        return ()
    say = f"Note that VM {vm.name} has booted from {vm.boot_once} once"
    note = SetField("vm", vm.name, "boot_once", "", vm.boot_once, say)
    return (Step(id="used-up", action=note, why="its next start is a usual one"),)


def nic_of(vm: str, bridge: str, mac: str, planning: Planning) -> Nic:
    """With a MAC address made up from the VM's name: the same each time it is planned, and nobody else's."""
    facts = planning.facts
    if mac:
        others = (nic.mac for other in facts.list(VirtualMachine) for nic in other.nics)
        if facts.list(Resource, mac=(wanted := parse_mac(mac))) or wanted in others:
            raise PlanningError(Category.CONFLICT, f"{wanted} is another machine's MAC address", "Leave it out.")
        return Nic(wanted, bridge)
    known = facts.find(VirtualMachine, vm)
    own = {nic.mac for nic in known.nics} if known else set()
    number = 0
    while (made := _made_up(vm, number)) in own or facts.list(Resource, mac=made):
        number += 1
    return Nic(made, bridge)


def _made_up(vm: str, number: int) -> str:
    """Locally administered, and long enough that two VMs do not come to the same: nobody looks through all others."""
    digest = hashlib.sha256(f"{vm}/{number}".encode()).digest()
    return ":".join(("52", *(f"{byte:02x}" for byte in digest[:5])))


def refuse_bad_boot(vm: VirtualMachine) -> None:
    for boot in {vm.boot, vm.boot_once}:
        if (boot == "disk" and not vm.disks) or (boot == "iso" and not vm.iso):
            raise PlanningError(Category.BAD_INPUT, f"VM {vm.name} has no {boot} to boot from", "Give it one first.")


def resource_boot(vm: VirtualMachine) -> str:
    return "net" if vm.boot == "net" else "local"

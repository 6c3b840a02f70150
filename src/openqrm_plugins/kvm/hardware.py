"""A VM as its host is told of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from openqrm.plugin_api import Category, Disk, Nic, PlanningError, VirtualMachine

MOST_DISKS = 24  # vda to vdx
SERIAL_BYTES = 20  # what virtio has room for
_OURS = uuid.UUID("0d0c1e5a-6f43-4d5c-9a51-6f70656e7172")


@dataclass(frozen=True)
class Drive:
    """A disk: a file or block device of the host. `serial` is what the VM finds it by: its volume, cut to fit."""

    path: str
    format: str  # raw or qcow2
    serial: str = ""


@dataclass(frozen=True)
class Hardware:
    """Hardware, what it boots from, and what it boots from `once`."""

    name: str
    cpu_count: int
    memory_mib: int
    nics: tuple[Nic, ...] = ()
    disks: tuple[Drive, ...] = ()
    iso: str = ""
    boot: str = "net"
    once: str = ""


def uuid_of(name: str) -> str:
    """By this, and never by its name, libvirt is asked for a VM: one of the same name that is not ours has another."""
    return str(uuid.uuid5(_OURS, name))


def hardware_of(vm: VirtualMachine, disks: tuple[Disk, ...]) -> Hardware:
    """What is wanted of it. Raises PlanningError where libvirt or this plugin has no room for it."""
    if len(disks) > MOST_DISKS:
        message = f"VM {vm.name} has {len(disks)} disks, and KVM VMs have {MOST_DISKS} at most"
        raise PlanningError(Category.UNSUPPORTED, message, "Take fewer disks, or larger ones.")
    return Hardware(
        name=vm.name,
        cpu_count=vm.cpu_count,
        memory_mib=vm.memory_mib,
        nics=vm.nics,
        disks=tuple(Drive(disk.path, disk.format, disk.volume[:SERIAL_BYTES]) for disk in disks),
        iso=vm.iso,
        boot=vm.boot,
        once=vm.boot_once,
    )

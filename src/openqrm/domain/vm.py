"""Virtual machines: what is wanted of a VM's hardware. That it is there, and what it runs, is its resource's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from openqrm.domain.record import Record
from openqrm.domain.resource import Resource


@dataclass(frozen=True)
class Nic:
    """A network card of a VM: on `bridge` of whichever host carries it."""

    mac: str
    bridge: str


@dataclass(frozen=True, kw_only=True)
class VirtualMachine(Record):
    """The VM of the resource of the same name. Its host is `Resource.host`, and nowhere else."""

    kind: ClassVar[str] = "vm"
    type: str = ""  # id of its virtualization plugin, as Resource.type
    cpu_count: int = 1
    memory_mib: int = 1024
    nics: tuple[Nic, ...] = field(default=())  # the first one boots from the network
    disks: tuple[str, ...] = ()  # volumes on storages of its host that are its own disks, in order
    iso: str = ""  # path on the host, in the drive
    boot: str = "net"  # what it boots from: net, disk or iso
    boot_once: str = ""  # at the next power-on, instead
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Booking:
    """A host, and what its VMs have booked of it."""

    host: str
    booked_mib: int
    vm_count: int


def bookings_of(hosts: Iterable[Resource], vms: Iterable[Resource], most: int = 0) -> list[Booking]:
    """Of these hosts, the one with most memory left first; MOST of them, 0: all."""
    booked: dict[str, list[int]] = {}
    for vm in vms:
        booked.setdefault(vm.host, []).append(vm.memory_mib)
    free = sorted(hosts, key=lambda host: (sum(booked.get(host.name, ())) - host.memory_mib, host.name))
    made = [
        Booking(host=host.name, booked_mib=sum(booked.get(host.name, ())), vm_count=len(booked.get(host.name, ())))
        for host in free
    ]
    return made[:most] if most else made


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A volume as a file or block device of the host."""

    volume: str
    path: str
    format: str  # raw or qcow2

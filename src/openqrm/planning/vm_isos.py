"""ISO images in the drives of virtual machines: those there are, and a look before one is put in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.domain.user import Role
from openqrm.domain.vm import VirtualMachine
from openqrm.planning.fields import Name
from openqrm.planning.host import get_host
from openqrm.planning.order import after
from openqrm.plugin_api.drives import DrivesIsos, IsoFacts
from openqrm.plugin_api.intents import Query, refers_to
from openqrm.plugin_api.planning import Drivers, Planning, Reading


class ListHostIsos(Query, noun="host", verb="isos", role=Role.OPERATOR):
    """List the ISO images on a host that its virtual machines may have in their drives."""

    name: Annotated[Name, refers_to("host"), Meta(description="the host")]


class ListVmIsos(Query, noun="vm", verb="isos", role=Role.OPERATOR):
    """List the ISO images that a virtual machine may have in its drive: those on its host."""

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]


def with_iso(steps: Iterable[Step], vm: VirtualMachine, host: str, planning: Planning) -> tuple[Step, ...]:
    """These, and before anything is changed a look whether this host may give it the ISO image in its drive."""
    if not vm.iso:
        return tuple(steps)
    seen = _driver(vm.type, planning.drivers).plan_insert(host, vm)
    return (*seen, *after(tuple(steps), seen[-1].id)) if seen else tuple(steps)


def answer_list_host_isos(query: ListHostIsos, reading: Reading) -> list[IsoFacts]:
    return _isos(query.name, reading)


def answer_list_vm_isos(query: ListVmIsos, reading: Reading) -> list[IsoFacts]:
    reading.facts.get(VirtualMachine, query.name)
    return _isos(reading.facts.get(Resource, query.name).host, reading)


def _isos(name: str, reading: Reading) -> list[IsoFacts]:
    host = get_host(name, reading.facts)
    return _driver(host.carries, reading.drivers).list_isos(reading.world, host)


def _driver(type_: str, drivers: Drivers) -> DrivesIsos:
    driver = drivers.virtualization(type_)
    if isinstance(driver, DrivesIsos):
        return driver
    message = f"VMs of type {type_} have no drive for ISO images"
    raise PlanningError(Category.UNSUPPORTED, message, "Start it from the network, or from a disk of its own.")


ANSWERS = {ListHostIsos: answer_list_host_isos, ListVmIsos: answer_list_vm_isos}

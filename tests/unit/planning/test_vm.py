"""VMs: their plans book before they make, and refuse what cannot be."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError, StepError
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import OnFailure, Plan
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Grant, Image, Loan, Storage, Volume
from openqrm.domain.vm import Nic, VirtualMachine
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.planning.grants import granted_volumes
from openqrm.planning.host import AddHost, RemoveHost, plan_add_host, plan_remove_host
from openqrm.planning.resource_power import (
    PowerOffResource,
    PowerOnResource,
    RebootResource,
    plan_power_off,
    plan_power_on,
    plan_reboot,
)
from openqrm.planning.vm import CreateVm, RemoveVm, plan_create_vm, plan_remove_vm
from openqrm.planning.vm_hardware import (
    AddDisk,
    AddNic,
    EditVm,
    RemoveDisk,
    RemoveNic,
    plan_add_disk,
    plan_add_nic,
    plan_edit_vm,
    plan_remove_disk,
    plan_remove_nic,
)  # fmt: skip
from openqrm.planning.vm_migrate import MigrateVm, plan_migrate_vm
from openqrm.plugin_api.actions import FitsHost, PutRecord, SetField
from openqrm.plugin_api.testing import SimulatedWorld
from tests.unit.planning.shelf import Shelf, planning

MAC = "52:54:00:00:00:01"
HOSTS = (
    Resource(name="h1", carries="kvm", cpu_count=8, memory_mib=4096, managed=False),
    Resource(name="h2", carries="kvm", cpu_count=8, memory_mib=8192, managed=False),
)
VM = VirtualMachine(name="web", type="kvm", memory_mib=1024, nics=(Nic(MAC, "br0"),))
ITS_RESOURCE = Resource(name="web", type="kvm", host="h1", mac=MAC, memory_mib=1024, cpu_count=1, nic_count=1)
IS_OFF = Observation(name="web", power="off")
IS_IDLE = Observation(name="web", power="on", milestone="uplink", last_seen_s=999.0)


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def written(plan: Plan, number: int) -> dict[str, Any]:
    """The fields that this step writes."""
    action = plan.steps[number].action
    assert isinstance(action, PutRecord)
    return action.fields


def refused(call: Any, *arguments: Any) -> PlanningError:
    with pytest.raises(PlanningError) as caught:
        call(*arguments)
    return caught.value


def test_a_vm_is_booked_before_it_is_made() -> None:
    plan = plan_create_vm(CreateVm("web"), planning(*HOSTS))
    assert ids(plan) == ["record", "resource", "fits", "define-web-on-h2", "note-off"]
    assert plan.on_failure is OnFailure.UNDO and set(plan.locks) == {"vm/web", "resource/web"}
    assert [step.needs for step in plan.steps] == [
        (), ("record",), ("resource",), ("fits",), ("define-web-on-h2",),
    ]  # fmt: skip
    assert written(plan, 4)["power"] == "off", "an appliance may start on it, and it may be moved"


def test_a_made_up_mac_is_the_same_each_time_and_nobody_elses() -> None:
    first = written(plan_create_vm(CreateVm("web"), planning(*HOSTS)), 1)["mac"]
    taken = Resource(name="other", mac=first)
    again = written(plan_create_vm(CreateVm("web"), planning(*HOSTS)), 1)["mac"]
    other = written(plan_create_vm(CreateVm("web"), planning(*HOSTS, taken)), 1)["mac"]
    assert first == again != other and first.startswith("52:")


@pytest.mark.parametrize(
    ("wish", "category", "said"),
    [
        (CreateVm("h1"), Category.CONFLICT, "resource h1"),
        (CreateVm("web", memory_mib=9000), Category.UNAVAILABLE, "MiB short"),
        (CreateVm("web", host="h1", memory_mib=5000), Category.UNAVAILABLE, "h1: "),
        (CreateVm("web", boot="disk"), Category.BAD_INPUT, "no disk to boot from"),
        (CreateVm("web", boot="iso"), Category.BAD_INPUT, "no iso to boot from"),
        (CreateVm("web", iso="/srv/x.iso"), Category.UNSUPPORTED, "no drive for ISO images"),
        (CreateVm("web", disk="root"), Category.UNSUPPORTED, "cannot be a disk"),
    ],
)
def test_what_cannot_be_is_refused(wish: CreateVm, category: Category, said: str) -> None:
    beside = (Storage(name="s", type="nfs-storage", resource="h1"), Volume(name="root", storage="s"))
    error = refused(plan_create_vm, wish, planning(*HOSTS, *beside))
    assert error.category is category and said in error.message and error.hint


def test_of_two_plans_for_the_last_room_the_later_goes_back() -> None:
    host = replace(HOSTS[0], memory_mib=1500)
    other = replace(VM, name="db", nics=())
    alone = SimulatedWorld(given=(host, VM, ITS_RESOURCE))
    both = SimulatedWorld(given=(host, VM, ITS_RESOURCE, other, replace(ITS_RESOURCE, name="db", mac="")))
    look = FitsHost("h1", "web", 256)
    assert "220 MiB left" in look.observe(alone).because
    with pytest.raises(StepError) as caught:
        look.observe(both)
    assert caught.value.category is Category.CONFLICT and "804 MiB short" in caught.value.message


def test_more_memory_is_booked_before_it_is_given() -> None:
    here = planning(*HOSTS, VM, ITS_RESOURCE)
    assert ids(plan_edit_vm(EditVm("web", memory_mib=2048), here)) == ["record", "resource", "fits", "define-web-on-h1"]
    assert ids(plan_edit_vm(EditVm("web", memory_mib=512), here)) == ["record", "resource", "define-web-on-h1"]
    assert refused(plan_edit_vm, EditVm("web", memory_mib=1024), here).category is Category.CONFLICT


def test_a_change_that_is_undone_leaves_the_vm_as_it_was() -> None:
    here = planning(*HOSTS, VM, ITS_RESOURCE)
    step = plan_edit_vm(EditVm("web", memory_mib=512), here).steps[-1]
    (was,) = here.drivers.virtualization("kvm").plan_define("h1", VM, ())
    assert step.inverse == was.action != step.action.inverse()


def test_cards_come_and_go_and_the_first_stays() -> None:
    here = planning(*HOSTS, VM, ITS_RESOURCE)
    more = written(plan_add_nic(AddNic("web", "br1"), here), 0)["nics"]
    assert len(more) == 2
    assert refused(plan_remove_nic, RemoveNic("web", MAC), here).category is Category.REFUSED
    assert refused(plan_add_nic, AddNic("web", "br1", mac=MAC), here).category is Category.CONFLICT


def test_a_vm_that_an_appliance_has_is_not_removed() -> None:
    claimed = replace(ITS_RESOURCE, claimed_by="shop")
    error = refused(plan_remove_vm, RemoveVm("web"), planning(*HOSTS, VM, claimed))
    assert error.category is Category.CONFLICT and "shop" in error.message
    gone = plan_remove_vm(RemoveVm("web"), planning(*HOSTS, VM, ITS_RESOURCE, IS_OFF))
    assert ids(gone) == ["power-off", "remove-web-from-h1", "record-vm", "record-resource", "record-observation"]


def test_a_system_without_an_agent_is_told_by_its_button_and_one_with_is_asked() -> None:
    """And is rebooted so, for nobody else could."""
    own, silent = replace(ITS_RESOURCE, type="keeping"), replace(IS_OFF, power="on", boot_id="")
    told = planning(*HOSTS, replace(VM, type="keeping"), own, silent)
    off, again = plan_power_off(PowerOffResource("web"), told), plan_reboot(RebootResource("web"), told)
    assert ids(off) == ["press", "power-off", "note-off"] and off.steps[0].optional
    assert ids(again) == ["press", "power-off", "power-on"]
    assert [step.needs for step in again.steps] == [(), ("press",), ("power-off",)]
    asked = planning(*HOSTS, replace(VM, type="keeping"), own, replace(silent, boot_id="1"))
    assert ids(plan_power_off(PowerOffResource("web"), asked))[0] == "ask"
    assert ids(plan_reboot(RebootResource("web"), asked)) == ["reboot"]


def test_what_is_powered_off_is_noted_as_off() -> None:
    plan = plan_power_off(PowerOffResource("web"), planning(*HOSTS, VM, ITS_RESOURCE, IS_IDLE))
    assert ids(plan) == ["ask", "power-off", "note-off"]
    noted = plan.steps[-1].action
    assert isinstance(noted, SetField) and (noted.value, noted.before) == ("off", IS_IDLE.power)
    again = plan_power_off(PowerOffResource("web"), planning(*HOSTS, VM, ITS_RESOURCE, IS_OFF))
    assert ids(again) == ["ask", "power-off"]
    on = plan_power_on(PowerOnResource("web"), planning(*HOSTS, VM, ITS_RESOURCE, IS_OFF))
    assert ids(on) == ["power-on", "note-on"], "a VM that has not booted yet is moved as one that runs"


def test_what_it_boots_from_once_is_wanted_once() -> None:
    once = replace(VM, iso="/srv/x.iso", boot_once="iso")
    plan = plan_power_on(PowerOnResource("web"), planning(*HOSTS, once, ITS_RESOURCE, IS_OFF))
    assert ids(plan) == ["power-on", "used-up", "note-on"]
    used_up = plan.steps[1].action
    assert isinstance(used_up, SetField) and (used_up.record, used_up.field, used_up.value) == ("web", "boot_once", "")


def test_what_runs_is_moved_running_and_what_is_off_is_moved_off() -> None:
    running = plan_migrate_vm(MigrateVm("web"), planning(*HOSTS, VM, ITS_RESOURCE, IS_IDLE))
    assert ids(running) == ["book", "fits", "migrate-web-h1-h2"] and running.on_failure is OnFailure.UNDO
    off = plan_migrate_vm(MigrateVm("web", host="h2"), planning(*HOSTS, VM, ITS_RESOURCE, IS_OFF))
    assert ids(off) == ["book", "fits", "define-web-on-h2", "remove-web-from-h1"]
    here = planning(*HOSTS, VM, ITS_RESOURCE, IS_OFF)
    assert refused(plan_migrate_vm, MigrateVm("web", host="h1"), here).category is Category.CONFLICT


def test_a_host_is_taken_up_and_let_go() -> None:
    bare = Resource(name="h9", managed=False)
    assert ids(plan_add_host(AddHost("h9", "kvm", vm_limit=4), planning(bare))) == ["take-up-h9", "carries", "limit"]
    assert refused(plan_add_host, AddHost("h1", "kvm"), planning(*HOSTS)).category is Category.CONFLICT
    assert refused(plan_add_host, AddHost("web", "kvm"), planning(ITS_RESOURCE)).category is Category.UNSUPPORTED
    busy = refused(plan_remove_host, RemoveHost("h1"), planning(*HOSTS, VM, ITS_RESOURCE))
    assert busy.category is Category.CONFLICT and "resource web" in busy.message
    assert ids(plan_remove_host(RemoveHost("h2"), planning(*HOSTS))) == ["carries"]


DISKS = (
    Storage(name="files", type="local", resource="h1"),
    Volume(name="root", storage="files"),
    Volume(name="data", storage="files", granted_to="web"),
    Volume(name="theirs", storage="files", granted_to="db"),
)


def test_a_vm_is_the_one_writer_of_its_disks() -> None:
    here = planning(*HOSTS, *DISKS)
    plan = plan_create_vm(CreateVm("web", disk="root", boot="disk"), here)
    assert ids(plan) == ["record", "resource", "fits", "attach-root", "define-web-on-h1", "note-off"]
    assert written(plan, 3)["granted_to"] == "web" and "volume/root" in plan.locks
    assert written(plan, 1)["boot"] == "local"
    taken = refused(plan_create_vm, CreateVm("web", disk="theirs"), here)
    assert taken.category is Category.CONFLICT and "granted to db" in taken.message
    lent = planning(*HOSTS, *DISKS, Loan(name="root.db", volume="root", resource="db"))
    assert "loan root.db" in refused(plan_create_vm, CreateVm("web", disk="root"), lent).message


def test_a_disk_comes_and_goes() -> None:
    with_data = replace(VM, disks=("data",))
    here = planning(*HOSTS, *DISKS, with_data, ITS_RESOURCE, IS_OFF)
    assert ids(plan_add_disk(AddDisk("web", "root"), here)) == ["record", "attach-root", "define-web-on-h1"]
    gone = plan_remove_disk(RemoveDisk("web", "data"), here)
    assert ids(gone) == ["record", "define-web-on-h1", "detach-data"] and written(gone, 2)["granted_to"] == ""
    running = planning(*HOSTS, *DISKS, with_data, ITS_RESOURCE, IS_IDLE)
    assert refused(plan_remove_disk, RemoveDisk("web", "data"), running).category is Category.CONFLICT
    assert refused(plan_add_disk, AddDisk("web", "data"), here).category is Category.CONFLICT
    assert "detach-data" in ids(plan_remove_vm(RemoveVm("web"), here))


def test_a_disk_that_could_lead_elsewhere_is_inspected_before_it_is_given() -> None:
    here = planning(*HOSTS, replace(DISKS[0], type="inspected"), *DISKS[1:], VM, ITS_RESOURCE, IS_OFF)
    plan = plan_add_disk(AddDisk("web", "root"), here)
    assert ids(plan) == ["record", "inspect-root", "attach-root", "define-web-on-h1"]
    assert [step.needs for step in plan.steps] == [(), ("record",), ("inspect-root",), ("attach-root",)]
    assert ids(plan_create_vm(CreateVm("db", disk="root"), here))[2:5] == ["fits", "inspect-root", "attach-root"]


def test_disks_tie_a_vm_to_its_host() -> None:
    here = planning(*HOSTS, *DISKS, replace(VM, disks=("data",)), ITS_RESOURCE, IS_OFF)
    error = refused(plan_migrate_vm, MigrateVm("web"), here)
    assert "its disk data is on h1" in error.message


def test_an_appliance_that_stops_leaves_the_vm_its_disks() -> None:
    root = Volume(name="shop", granted_to="web", storage="files", grant=Grant(mac=MAC, secret="grant-shop.1"))
    assert [each.name for each in granted_volumes(ITS_RESOURCE, Shelf(*DISKS, root, replace(VM, disks=("data",))))] == [
        "shop"
    ]


def test_an_appliance_makes_its_resource_a_host_and_lets_it_go() -> None:
    parts = (
        Kernel(name="k6", default=True), Storage(name="nas", type="nfs-storage", resource="box"),
        Resource(name="box", address="10.0.0.2"),
        Volume(name="v", storage="nas"),
        Image(name="i", volume="v"), Appliance(name="virt", kernel="k6", image="i", carries="kvm"),
        Resource(name="blade", mac="52:54:00:00:00:09", address="10.0.0.9", memory_mib=4096),
        Observation(name="blade", power="on", milestone="uplink", last_seen_s=999.0),
    )  # fmt: skip
    start = plan_start_appliance(StartAppliance("virt"), planning(*parts))
    steps = {step.id: step for step in start.steps}
    assert steps["take-up-blade"].needs == ("ready",) and steps["carries"].needs == ("take-up-blade",)

    runs = (
        *parts[:-3], Appliance(name="virt", kernel="k6", image="i", carries="kvm", wanted="running"),
        replace(parts[-2], claimed_by="virt", carries="kvm"),
        replace(parts[-1], profile="virt", milestone="init"),
    )  # fmt: skip
    stop = plan_stop_appliance(StopAppliance("virt"), planning(*runs))
    assert ids(stop)[:2] == ["want", "carries"] and not [s.id for s in stop.steps[2:] if s.needs == ("want",)]
    error = refused(plan_stop_appliance, StopAppliance("virt"), planning(*runs, replace(ITS_RESOURCE, host="blade")))
    assert error.category is Category.CONFLICT and "resource web" in error.message

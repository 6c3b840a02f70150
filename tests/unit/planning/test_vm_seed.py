"""A VM's seed is there before the VM is told of it; the one before, and the secret in the vault, go afterwards."""

from dataclasses import replace

import pytest

from openqrm.domain.errors import PlanningError
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.vm import Nic, VirtualMachine
from openqrm.planning.vm import CreateVm, RemoveVm, plan_create_vm, plan_remove_vm
from openqrm.planning.vm_hardware import EditVm, plan_edit_vm
from openqrm.planning.vm_migrate import MigrateVm, plan_migrate_vm
from openqrm.planning.vm_seed import SeedVm, plan_seed_vm
from openqrm.plugin_api.actions import ForgetSecret, PutRecord
from openqrm.plugin_api.intents import Secret
from openqrm.plugin_api.planning import Planning
from tests.unit.planning.shelf import planning

MAC = "52:54:00:00:00:01"
VM = VirtualMachine(name="db", type="keeping", nics=(Nic(MAC, "br0"),))
ASKED = SeedVm("db", Secret("ref-2"))


def site(vm: VirtualMachine, *records: Record) -> Planning:
    resource = Resource(name="db", type=vm.type, host="h1", mac=MAC, cpu_count=1, memory_mib=1024, nic_count=1)
    host = Resource(name="h1", carries="keeping", memory_mib=4096, cpu_count=4)
    return planning(vm, resource, host, Observation(name="db", power="off"), *records)


def test_the_seed_is_written_before_the_vm_has_it_and_the_vault_forgets_it_at_the_end() -> None:
    plan = plan_seed_vm(ASKED, site(replace(VM, iso="/seeds/ref-1")))
    assert [step.id for step in plan.steps] == [
        "seed-/seeds/ref-2", "record", "define-db-on-h1", "unseed-/seeds/ref-1", "forget",
    ]  # fmt: skip
    known: set[str] = set()
    for step in plan.steps:
        assert known.issuperset(step.needs) and (step.needs or not known), step.id
        known.add(step.id)
    record, forget = plan.steps[1].action, plan.steps[-1].action
    assert isinstance(record, PutRecord) and record.fields["iso"] == "/seeds/ref-2"
    assert forget == ForgetSecret("ref-2")


def test_an_image_that_is_no_seed_stays_on_the_host() -> None:
    plan = plan_seed_vm(ASKED, site(replace(VM, iso="/srv/debian.iso")))
    assert not any(step.id.startswith("unseed") for step in plan.steps)


def test_a_vm_that_is_removed_takes_its_seed_along() -> None:
    plan = plan_remove_vm(RemoveVm("db"), site(replace(VM, iso="/seeds/ref-1")))
    ids = [step.id for step in plan.steps]
    assert ids.index("remove-db-from-h1") < ids.index("unseed-/seeds/ref-1") < ids.index("record-vm")


def test_an_image_is_looked_at_before_anything_is_changed_and_only_when_it_is_another_one() -> None:
    created = plan_create_vm(CreateVm("web", type="keeping", iso="/srv/x.iso"), site(VM))
    edited = plan_edit_vm(EditVm("db", iso="/srv/x.iso"), site(VM))
    for plan in (created, edited):
        first, second, *_ = plan.steps
        assert first.id == "look-at-/srv/x.iso-on-h1" and second.needs == (first.id,)
    kept = plan_edit_vm(EditVm("db", memory_mib=512), site(replace(VM, iso="/srv/x.iso")))
    assert kept.steps[0].id == "record"


def test_a_plugin_without_seeds_says_so() -> None:
    with pytest.raises(PlanningError, match="kvm cannot give VMs a seed"):
        plan_seed_vm(ASKED, site(replace(VM, type="kvm")))


def test_a_seed_goes_when_another_image_takes_its_place() -> None:
    made = site(replace(VM, iso="/seeds/ref-1"))
    plan = plan_edit_vm(EditVm("db", iso="/srv/debian.iso"), made)
    assert [step.id for step in plan.steps][-2:] == ["define-db-on-h1", "unseed-/seeds/ref-1"]
    assert "unseed" not in str(plan_edit_vm(EditVm("db", cpu_count=2), made).steps)


def test_a_vm_that_moves_has_its_seed_there_before_and_leaves_none_behind() -> None:
    made = site(replace(VM, iso="/seeds/ref-1"), Resource(name="h2", carries="keeping", memory_mib=4096, cpu_count=4))
    ids = [step.id for step in plan_migrate_vm(MigrateVm("db", host="h2"), made).steps]
    moved = ["carry-/seeds/ref-1", "define-db-on-h2", "remove-db-from-h1", "unseed-/seeds/ref-1"]
    assert ids == ["book", "fits", *moved]

"""Snapshots of VMs: the present is kept before a VM is set back, and what cannot be is refused."""

from dataclasses import replace

import pytest

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Storage, Volume
from openqrm.domain.vm import VirtualMachine
from openqrm.planning.vm_snapshots import (
    RemoveVmSnapshot,
    RevertVm,
    SnapshotVm,
    plan_remove_vm_snapshot,
    plan_revert_vm,
    plan_snapshot_vm,
)
from openqrm.plugin_api.planning import Planning
from tests.unit.planning.shelf import planning

TAKE, REVERT, DROP = SnapshotVm("db", "clean"), RevertVm("db", "clean"), RemoveVmSnapshot("db", "clean")
VM = VirtualMachine(name="db", type="keeping", disks=("data",))
ITS_RESOURCE = Resource(name="db", type="keeping", host="h1", claimed_by="shop")
RUNS = Observation(name="db", power="on", milestone="init", profile="shop", last_seen_s=999.0)
DATA = Volume(name="data", storage="dir", granted_to="db")
ROOT = Volume(name="root", storage="nas", granted_to="db")


def site(*records: Record) -> Planning:
    return planning(
        VM, ITS_RESOURCE, RUNS, DATA, Resource(name="h1", carries="keeping"),
        Storage(name="dir", type="local", resource="h1"),
        Storage(name="nas", type="nfs-storage", resource="h1"), *records,
    )  # fmt: skip


def test_a_snapshot_is_one_step_of_the_driver() -> None:
    plan = plan_snapshot_vm(TAKE, site())
    assert [step.id for step in plan.steps] == ["take-clean"]
    assert {"vm/db", "resource/db", "volume/data"} <= {*plan.locks}


def test_the_present_is_kept_before_a_vm_is_set_back() -> None:
    plan = plan_revert_vm(REVERT, site())
    kept, back, given = plan.steps
    assert [kept.id, back.id, given.id] == [
        "take-before-1000000",
        "back-to-clean-from-before-1000000",
        "define-db-on-h1",
    ]
    assert back.needs == (kept.id,) and given.needs == (back.id,)
    assert given.inverse == given.action, "undone, the VM is not taken away"
    assert plan.on_failure is OnFailure.UNDO


def test_a_snapshot_that_is_removed_is_gone() -> None:
    plan = plan_remove_vm_snapshot(DROP, site())
    assert [step.id for step in plan.steps] == ["drop-clean"] and plan.on_failure is OnFailure.HOLD


def test_what_writes_a_volume_over_the_network_is_not_taken_alone() -> None:
    with pytest.raises(PlanningError, match="writes volume root over the network") as error:
        plan_snapshot_vm(TAKE, site(ROOT))
    assert error.value.category is Category.CONFLICT and "Stop appliance shop" in error.value.hint
    with pytest.raises(PlanningError, match="writes volume root"):
        plan_revert_vm(REVERT, site(ROOT))
    assert plan_snapshot_vm(TAKE, site(ROOT, replace(RUNS, power="off"))).steps


def test_a_plugin_without_snapshots_says_so() -> None:
    with pytest.raises(PlanningError, match="kvm cannot take snapshots") as error:
        plan_snapshot_vm(TAKE, site(replace(VM, type="kvm")))
    assert error.value.category is Category.UNSUPPORTED

"""The contract of KVM, on its simulator."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from openqrm.plugin_api import Differs, Disk, Nic, Satisfied, VirtualMachine
from openqrm.plugin_api.testing import (
    LAWS,
    VIRTUALIZATION_RULES,
    Case,
    SimulatedWorld,
    VirtualizationBench,
    cases_of,
)
from openqrm_plugins.kvm.acceleration import ForgetAcceleration
from openqrm_plugins.kvm.driver import Driver
from openqrm_plugins.kvm.power import PressButton
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.snapshots import TakeSnapshot
from openqrm_plugins.kvm.tests.simulator import HOST, OTHER, world

VM = VirtualMachine(
    name="web", type="kvm", cpu_count=2, memory_mib=128, nics=(Nic("52:54:00:aa:00:01", "br0"),), disks=("web-root",)
)
DISKS = (Disk(volume="web-root", path="/srv/disks/web-root.img", format="raw"),)
BENCH = VirtualizationBench(Driver(Settings()), HOST, VM, world, DISKS)
HOLDS_SNAPSHOTS = replace(BENCH, disks=(replace(DISKS[0], format="qcow2"),))
DISKLESS = VirtualizationBench(Driver(Settings()), HOST, VirtualMachine(name="db", type="kvm"), world)


def running() -> SimulatedWorld:
    made = DISKLESS.made()
    for step in DISKLESS.on():
        step.action.ensure(made)
    made.forget_preparation()
    return made


def kept() -> SimulatedWorld:
    """With two snapshots, one taken after the other."""
    made = HOLDS_SNAPSHOTS.made()
    for snapshot in ("clean", "later"):
        TakeSnapshot(HOST.name, VM.name, snapshot, "1").ensure(made)
    made.forget_preparation()
    return made


MOVE = DISKLESS.driver.plan_migrate(DISKLESS.vm, HOST, OTHER) if isinstance(DISKLESS.driver, Driver) else ()
CASES = [
    *BENCH.cases(),
    *HOLDS_SNAPSHOTS.cases_of_snapshots(),
    *cases_of("qcow2", HOLDS_SNAPSHOTS.remove()[:1], kept),
    *cases_of("migration", MOVE, running),
    Case("press", PressButton(HOST.name, DISKLESS.vm.name), running),
    Case("forget", ForgetAcceleration(HOST.name), BENCH.made),
]


@pytest.mark.parametrize("rule", VIRTUALIZATION_RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("bench", [BENCH, HOLDS_SNAPSHOTS, DISKLESS], ids=["raw", "qcow2", "diskless"])
def test_the_driver_keeps_the_rules(bench: VirtualizationBench, rule: Callable[[VirtualizationBench], None]) -> None:
    rule(bench)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_actions_keep_the_laws(case: Case, law: Callable[[Case], None]) -> None:
    law(case)


def test_a_vm_that_goes_takes_its_snapshots_out_of_its_disks_first() -> None:
    drop, remove = HOLDS_SNAPSHOTS.remove()
    assert remove.needs == (drop.id,) and [step.id for step in BENCH.remove()] == [remove.id]
    made = kept()
    assert drop.action.observe(made) == Differs("VM web has snapshots clean, later")
    drop.action.ensure(made)
    assert drop.action.observe(made) == Satisfied("VM web has no snapshots")
    remove.action.ensure(made)
    assert isinstance(drop.action.observe(made), Satisfied), "the host does not know the VM any more"

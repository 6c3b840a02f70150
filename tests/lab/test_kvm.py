"""KVM on real hosts: the contract, a move of a VM that runs, one that is refused, and whether KVM keeps its promise."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from lab.libvirt_hosts import LibvirtHost, LibvirtHosts
from openqrm.plugin_api import Differs, Disk, Nic, NotYet, Resource, Satisfied, StepError, VirtualMachine, run
from openqrm.plugin_api.testing import VIRTUALIZATION_RULES, Case, VirtualizationBench
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.laws_of_change import (
    law_03_ensuring_satisfies,
    law_04_the_inverse_restores,
    law_05_a_crash_is_harmless,
)
from openqrm_plugins.kvm.driver import Driver
from openqrm_plugins.kvm.migrate import MoveMachine
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.virsh import URI
from tests.lab.real_world import RealWorld

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

DRIVER = Driver(Settings(accelerator="qemu"))
ONE, TWO = Resource(name="hv1", address="10.77.0.11"), Resource(name="hv2", address="10.77.0.12")
VM = VirtualMachine(name="web", type="kvm", memory_mib=64, nics=(Nic("52:54:00:aa:00:01", "br0"),), disks=("root",))
DISKLESS = replace(VM, disks=())
# A boot sector that goes to 32-bit mode and fills 16 MiB from the second one on, again and again, counting.
DIRTIES = bytes.fromhex(
    "fa31c08ed80f01162d7c0f20c00c010f22c0ea177c080066b910008ec1fcbf00001000b90000400040f3abebf1"
    "1700337c00000000000000000000ffff0000009acf00ffff00000092cf00"
)
LAWS_OF_CHANGE = (law_03_ensuring_satisfies, law_04_the_inverse_restores, law_05_a_crash_is_harmless)
STEPS = ("kvm take-up-hv1", "kvm define-web", "kvm power-on", "kvm power-off", "kvm remove-web")


class Kvm:
    """Two hosts, on which `world` leaves no VM."""

    def __init__(self, hosts: list[LibvirtHost], directory: Path) -> None:
        self.hosts = hosts
        self.disks = (Disk(volume="root", path=str(directory / "root.qcow2"), format="qcow2"),)

    def virsh(self, *words: str, on: int = 0) -> str:
        argv = ("virsh", "--quiet", "--connect", URI, *words)
        return run(self.hosts[on].host, argv, hint="Look at the log of libvirtd.")

    def world(self) -> RealWorld:
        for number in range(len(self.hosts)):
            for uuid in self.virsh("list", "--uuid", on=number).split():
                self.virsh("destroy", uuid, on=number)
            for uuid in self.virsh("list", "--uuid", "--all", on=number).split():
                self.virsh("undefine", "--snapshots-metadata", uuid, on=number)
        make = ("qemu-img", "create", "-q", "-f", "qcow2", self.disks[0].path, "64M")
        run(self.hosts[0].host, make, hint="It is of qemu-utils.")
        one, two = self.hosts
        return RealWorld("hv1", one.host, self.look, {}, beside={"hv2": two.host}, given=(ONE, TWO))

    def look(self) -> str:
        """What is defined, and what runs. What libvirt adds to a definition is the same each time."""
        known = self.virsh("list", "--uuid", "--all").split()
        return "\n".join([*(self.virsh("dumpxml", "--inactive", uuid) for uuid in known), self.virsh("list", "--name")])

    def bench(self) -> VirtualizationBench:
        return VirtualizationBench(DRIVER, ONE, VM, self.world, self.disks)

    def case(self, name: str) -> Case:
        return next(case for case in self.bench().cases() if case.name == name)


@pytest.fixture(scope="module")
def kvm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kvm]:
    directory = tmp_path_factory.mktemp("hosts")
    with LibvirtHosts(directory, 2) as hosts:
        yield Kvm(hosts, directory)


@pytest.mark.parametrize("rule", VIRTUALIZATION_RULES, ids=lambda rule: rule.__name__)
def test_the_driver_keeps_the_rules_for_real(kvm: Kvm, rule: Callable[[VirtualizationBench], None]) -> None:
    rule(kvm.bench())


@pytest.mark.lab
@pytest.mark.parametrize("law", LAWS_OF_CHANGE, ids=lambda law: law.__name__)
@pytest.mark.parametrize("step", STEPS)
def test_the_actions_keep_the_laws_of_change_for_real(kvm: Kvm, step: str, law: Callable[[Case], None]) -> None:
    law(kvm.case(step))


def test_a_vm_that_runs_moves_to_the_other_host_and_back(kvm: Kvm) -> None:
    made = kvm.world()
    resource = Resource(name="web", type="kvm", host="hv1")
    carry_all((*DRIVER.plan_define("hv1", DISKLESS, ()), *DRIVER.plan_on(resource)), made)
    (move,) = DRIVER.plan_migrate(DISKLESS, ONE, TWO)
    carry_all((move,), made)
    assert "stood still for" in move.action.observe(made).because
    with pytest.raises(StepError, match="hv1 does not know VM web"):
        DRIVER.observe_power(made, resource)
    assert [facts.name for facts in DRIVER.list_machines(made, TWO)] == ["web"] and not kvm.virsh("list", "--name")
    carry_all(DRIVER.plan_migrate(DISKLESS, TWO, ONE), made)
    assert DRIVER.observe_power(made, resource) == "on"


def test_a_vm_that_runs_takes_its_seed_along(kvm: Kvm) -> None:
    """Each host has its own folder of seeds. On the other host it starts anew with it, too."""
    made = kvm.world()
    made.vault.keep("user-data", "#cloud-config")
    seeded = replace(DISKLESS, iso=DRIVER.seed_path(DISKLESS, "user-data"))
    resource = Resource(name="web", type="kvm", host="hv1")
    carry_all((*DRIVER.plan_seed("hv1", seeded, "user-data"), *DRIVER.plan_define("hv1", seeded, ())), made)
    carry_all(DRIVER.plan_on(resource), made)
    written = kvm.hosts[0].host.read_file(seeded.iso)
    carry_all((*DRIVER.plan_carry(seeded, ONE, TWO), *DRIVER.plan_migrate(seeded, ONE, TWO)), made)
    carry_all(DRIVER.plan_unseed("hv1", seeded), made)
    assert kvm.hosts[0].host.read_file(seeded.iso) is None and kvm.hosts[1].host.read_file(seeded.iso) == written
    there = replace(resource, host="hv2")
    carry_all((*DRIVER.plan_off(there), *DRIVER.plan_on(there)), made)
    assert DRIVER.observe_power(made, there) == "on" and seeded.iso in kvm.virsh("dumpxml", "web", on=1)


def test_an_iso_image_is_a_file_of_its_folder_on_each_host(kvm: Kvm) -> None:
    made, folder = kvm.world(), "/var/lib/openqrm-iso"
    iso, link, pipe, near = (f"{folder}/{name}.iso" for name in ("a", "link", "pipe", "near"))
    here, there = (each.host for each in kvm.hosts)
    here.write_file(iso, bytes(4096))
    for words in (("ln", "-s", "/etc/shadow", link), ("mkfifo", pipe), ("ln", "-s", "a.iso", near)):
        run(here, words, hint="It is a test.")
    assert [each.name for each in DRIVER.list_isos(made, ONE)] == [iso] and not DRIVER.list_isos(made, TWO)
    for path in (iso, near):
        carry_all(DRIVER.plan_insert("hv1", replace(DISKLESS, iso=path)), made)
    for path, said in ((link, "leads to /etc/shadow"), (pipe, "it is a fifo"), (f"{folder}/none", "there is no")):
        with pytest.raises(StepError, match=said):
            DRIVER.plan_insert("hv1", replace(DISKLESS, iso=path))[0].action.observe(made)
    shared, vm = Driver(Settings(accelerator="qemu", shares_disks=True)), replace(DISKLESS, iso=iso)
    carry_all((*shared.plan_define("hv1", vm, ()), *shared.plan_on(Resource(name="web", host="hv1"))), made)
    with pytest.raises(StepError, match=f"there is no {iso} on hv2"):
        shared.plan_carry(vm, ONE, TWO)[0].action.observe(made)
    there.write_file(iso, bytes(4096))
    carry_all((*shared.plan_carry(vm, ONE, TWO), *shared.plan_migrate(vm, ONE, TWO)), made)
    assert shared.observe_power(made, Resource(name="web", type="kvm", host="hv2")) == "on"


def test_a_host_that_does_not_know_the_other_one_keeps_its_vm(kvm: Kvm) -> None:
    made = kvm.world()
    resource = Resource(name="web", type="kvm", host="hv1")
    carry_all((*DRIVER.plan_define("hv1", DISKLESS, ()), *DRIVER.plan_on(resource)), made)
    known = kvm.hosts[0].directory / ".ssh" / "known_hosts"
    kept = known.read_text()
    known.write_text("")
    (move,) = DRIVER.plan_migrate(DISKLESS, ONE, TWO)
    try:
        with pytest.raises(StepError, match="does not know the SSH host key"):
            move.action.ensure(made)
    finally:
        known.write_text(kept)
    assert DRIVER.observe_power(made, resource) == "on"
    assert not DRIVER.list_machines(made, TWO)


def test_a_host_that_promises_kvm_is_tried(kvm: Kvm) -> None:
    """Whether this computer has it or not: what is noted is what a VM then runs by."""
    made, auto = kvm.world(), Driver(Settings())
    carry_all(auto.plan_take_up(ONE), made)
    carry_all(auto.plan_define("hv1", DISKLESS, ()), made)
    assert "KVM" in auto.plan_take_up(ONE)[-1].action.observe(made).because


def begin(move: MoveMachine, made: RealWorld) -> None:
    """Until libvirt tells how far it is."""
    move.ensure(made)
    while "of VM web are on hv2" not in (seen := move.observe(made)).because:
        assert isinstance(seen, NotYet)
        made.advance(1)


@pytest.mark.lab
def test_a_move_that_never_ends_is_ended_and_the_vm_stays(kvm: Kvm, tmp_path: Path) -> None:
    """It writes more than the 1 MiB a second that may go to the other host."""
    made, resource = kvm.world(), Resource(name="web", type="kvm", host="hv1")
    disk = tmp_path / "dirty.img"
    disk.write_bytes(DIRTIES.ljust(510, b"\0") + b"\x55\xaa" + bytes(2**20 - 512))
    vm, shared = replace(VM, nics=()), Driver(Settings(accelerator="qemu", shares_disks=True))
    disks = (Disk(volume="root", path=str(disk), format="raw"),)
    carry_all((*shared.plan_define("hv1", vm, disks), *shared.plan_on(resource)), made)
    seen_there: set[str] = set()  # once it is past its firmware this changes all the time
    while len(seen_there) < 3:
        made.advance(1)
        seen_there.add(kvm.virsh("qemu-monitor-command", "web", "--hmp", "xp /1wx 0x800000"))
    kvm.virsh("migrate-setspeed", "web", "1")
    (step,) = shared.plan_migrate(vm, ONE, TWO)
    move, back = step.action, step.inverse
    assert isinstance(move, MoveMachine) and isinstance(back, MoveMachine)
    for end in (move.halt, back.ensure):
        begin(move, made)
        assert isinstance(back.observe(made), Differs)
        assert end(made) in ("VM web runs on hv1", None)
        assert isinstance(back.observe(made), Satisfied) and move.observe(made) == Differs("VM web runs on hv1")
        assert kvm.virsh("list", "--name").split() == ["web"] and not kvm.virsh("list", "--all", "--name", on=1)
    begin(move, made)
    kvm.virsh("domjobabort", "web")
    while isinstance(move.observe(made), NotYet):
        made.advance(1)
    with pytest.raises(StepError, match=r"job 'migration out' canceled by client|End of file while reading data"):
        move.ensure(made)
    kvm.virsh("migrate-setspeed", "web", "1000")
    kvm.virsh("suspend", "web")
    carry_all((step,), made)
    assert move.halt(made) == "VM web runs on hv2"

"""Power with a one-time device, moving while it runs, hosts with and without KVM, and what is refused."""

from dataclasses import replace

import pytest

from openqrm.plugin_api import (
    Category,
    Differs,
    Disk,
    Nic,
    NotYet,
    PlanningError,
    Resource,
    Satisfied,
    StepError,
    VirtualMachine,
)
from openqrm.plugin_api.testing import SimulatedWorld, VirtualizationBench
from openqrm.plugin_api.testing.bench import carry_all
from openqrm_plugins.kvm.acceleration import BOOT_ID, PROOF, SECTOR
from openqrm_plugins.kvm.domain_xml import parse_domain
from openqrm_plugins.kvm.driver import Driver
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.migrate import LOOK_S, MoveMachine
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.tests.simulator import HOST, OTHER, SimulatedDomain, libvirt_in, recorded, world

VM = VirtualMachine(name="web", type="kvm", memory_mib=128, nics=(Nic("52:54:00:aa:00:01", "br0"),))
DRIVER = Driver(Settings())
RESOURCE = Resource(name="web", type="kvm", host="h1")
WEB = uuid_of("web")


def made_with(vm: VirtualMachine) -> SimulatedWorld:
    return VirtualizationBench(DRIVER, HOST, vm, world).made()


def test_what_it_boots_from_once_is_used_up_by_one_start() -> None:
    made = made_with(replace(VM, iso="/srv/rescue.iso", boot_once="iso"))
    domain = libvirt_in(made).domains[uuid_of("web")]
    (step,) = DRIVER.plan_on(RESOURCE)
    carry_all((step,), made)
    assert parse_domain(domain.started).hardware.once == "iso"
    assert parse_domain(domain.defined).hardware.once == ""
    carry_all((*DRIVER.plan_off(RESOURCE), step), made)
    assert parse_domain(domain.started).hardware.once == ""


def test_an_order_for_the_next_start_is_kept_while_it_runs() -> None:
    made = made_with(VM)
    (step,) = DRIVER.plan_on(RESOURCE)
    carry_all((step, *DRIVER.plan_define("h1", replace(VM, iso="/srv/x.iso", boot_once="iso"), ())), made)
    assert isinstance(step.action.observe(made), Satisfied)
    assert parse_domain(libvirt_in(made).domains[uuid_of("web")].defined).hardware.once == "iso"


def test_that_somebody_else_was_a_moment_sooner_is_as_good() -> None:
    made = made_with(VM)
    (on,), (off,) = DRIVER.plan_on(RESOURCE), DRIVER.plan_off(RESOURCE)
    off.action.ensure(made)
    carry_all((on,), made)
    on.action.ensure(made)
    assert DRIVER.observe_power(made, RESOURCE) == "on"


@pytest.mark.parametrize("fault", ["start-no-bridge", "start-no-memory"])
def test_a_start_that_fails_says_why_although_virsh_goes_on(fault: str) -> None:
    made = made_with(VM)
    libvirt_in(made).fault = fault
    with pytest.raises(StepError, match="libvirt on h1: it"):
        DRIVER.plan_on(RESOURCE)[0].action.ensure(made)


def test_a_vm_that_its_host_does_not_know_is_neither_on_nor_off() -> None:
    made = world()
    with pytest.raises(StepError, match="h1 does not know VM web") as caught:
        DRIVER.observe_power(made, RESOURCE)
    assert caught.value.category is Category.NOT_FOUND
    with pytest.raises(StepError, match="h1 does not know VM web"):
        DRIVER.plan_off(RESOURCE)[0].action.observe(made)


def test_a_vm_of_that_name_which_is_not_ours_is_never_touched() -> None:
    made = made_with(VM)
    libvirt = libvirt_in(made)
    foreign = libvirt.domains.pop(uuid_of("web"))
    libvirt.domains["7f7b33d4-7b3a-5e2f-9a00-3d54a1b8a111"] = SimulatedDomain(foreign.defined, foreign.defined)
    (define,), (remove,) = DRIVER.plan_define("h1", VM, ()), DRIVER.plan_remove("h1", VM, ())
    assert isinstance(define.action.observe(made), Differs)
    with pytest.raises(StepError, match="not openQRM's") as error:
        define.action.ensure(made)
    assert error.value.category is Category.CONFLICT
    assert isinstance(remove.action.observe(made), Satisfied)
    assert [facts.name for facts in DRIVER.list_machines(made, HOST)] == ["web"]


def test_a_card_on_a_bridge_that_the_host_lacks_is_refused_before_the_vm_is_made() -> None:
    made = world()
    (step,) = DRIVER.plan_define("h1", replace(VM, nics=(*VM.nics, Nic("52:54:00:aa:00:02", "br9"))), ())
    with pytest.raises(StepError, match="h1 has no bridge br9; it has br0"):
        step.action.ensure(made)
    assert not libvirt_in(made).domains


def test_a_system_that_does_not_listen_to_the_button_stays_on() -> None:
    made = made_with(VM)
    (press,) = DRIVER.plan_press(RESOURCE)
    assert isinstance(press.action.observe(made), Satisfied)
    press.action.ensure(made)
    carry_all(DRIVER.plan_on(RESOURCE), made)
    libvirt_in(made).listens = False
    press.action.ensure(made)
    assert isinstance(press.action.observe(made), Differs)


def test_one_that_runs_is_not_taken_from_its_host() -> None:
    made = made_with(VM)
    carry_all(DRIVER.plan_on(RESOURCE), made)
    with pytest.raises(StepError, match="web is running"):
        DRIVER.plan_remove("h1", VM, ())[0].action.observe(made)


def test_hardware_that_was_changed_by_hand_is_seen() -> None:
    made = made_with(VM)
    domain = libvirt_in(made).domains[uuid_of("web")]
    domain.defined = domain.defined.replace("<vcpu>1<", "<vcpu>4<")
    assert isinstance(DRIVER.plan_define("h1", VM, ())[0].action.observe(made), Differs)


@pytest.mark.parametrize(("status", "accelerator"), [(33, "kvm"), (137, "qemu"), (1, "qemu")])
def test_kvm_is_used_where_it_works(status: int, accelerator: str) -> None:
    made = world(status)
    carry_all((*DRIVER.plan_take_up(HOST), *DRIVER.plan_define("h1", VM, ())), made)
    assert parse_domain(libvirt_in(made).domains[uuid_of("web")].defined).accelerator == accelerator
    seen = DRIVER.plan_take_up(HOST)[-1].action.observe(made)
    assert ("emulated" in seen.because) == (accelerator == "qemu")
    assert SECTOR not in libvirt_in(made).files


def test_kvm_is_tried_anew_after_a_boot_and_on_a_host_that_forgets() -> None:
    made = made_with(VM)
    libvirt, (prove,) = libvirt_in(made), DRIVER.plan_take_up(HOST)[1:]
    libvirt.files[BOOT_ID] = b"aaaaaaaa-1111-4222-8333-444455556666\n"
    assert isinstance(prove.action.observe(made), Differs)
    del libvirt.files[PROOF]
    (define,) = DRIVER.plan_define("h1", replace(VM, cpu_count=2), ())
    carry_all((define,), made)
    assert libvirt.files[PROOF].startswith(b"kvm ")


def test_a_host_without_a_bridge_is_no_host() -> None:
    made = world()
    libvirt_in(made).bridges = "[]"
    with pytest.raises(StepError, match="no bridge"):
        DRIVER.plan_take_up(HOST)[0].action.observe(made)


def test_taking_up_notes_what_libvirt_sees() -> None:
    made = made_with(VM)
    host = made.records.get(Resource, "h1")
    assert (host.cpu_count, host.memory_mib) == (2, 24105)


def moving() -> tuple[SimulatedWorld, MoveMachine, MoveMachine]:
    """A VM on its way from the one host to the other, which it is booked on; the move, and what takes it back."""
    made = made_with(VM)
    carry_all(DRIVER.plan_on(RESOURCE), made)
    (step,) = DRIVER.plan_migrate(VM, HOST, OTHER)
    move, back = step.action, step.inverse
    assert isinstance(move, MoveMachine) and isinstance(back, MoveMachine)
    libvirt_in(made).dawdles = True
    move.ensure(made)
    made.records.put(replace(RESOURCE, host="h2"))
    return made, move, back


def test_a_move_under_way_is_waited_for_and_tells_how_far_it_is() -> None:
    made, move, _ = moving()
    assert move.observe(made) == NotYet("59 %, 50 MB of 85 MB, of VM web are on h2", LOOK_S)
    move.ensure(made)
    libvirt_in(made).answers[f"domjobinfo --domain {WEB}"] = recorded("domjobinfo-beginning")
    assert move.observe(made) == NotYet("VM web is on its way to h2", LOOK_S)
    libvirt_in(made).answers[f"domjobinfo --domain {WEB}"] = recorded("domstate-gone")
    assert move.observe(made) == NotYet("VM web is on its way to h2", LOOK_S), "it has left between two looks"
    libvirt_in(made).answers.clear()
    libvirt_in(made).arrive(WEB)
    assert "stood still for" in move.observe(made).because
    assert DRIVER.observe_power(made, replace(RESOURCE, host="h2")) == "on"
    assert not DRIVER.list_machines(made, HOST)


def test_a_plan_that_is_abandoned_ends_its_move_and_the_vm_is_recorded_where_it_is() -> None:
    made, move, back = moving()
    assert (move.halt(made), back.halt(made)) == ("VM web runs on h1", "VM web runs on h1")
    assert made.records.get(Resource, "web").host == "h1" and not libvirt_in(made, OTHER).domains
    assert move.observe(made) == Differs("VM web runs on h1")
    move.ensure(made)
    libvirt_in(made).arrive(WEB)
    assert move.halt(made) == "VM web runs on h2" and made.records.get(Resource, "web").host == "h2"


def test_a_move_that_is_taken_back_goes_no_further() -> None:
    made, move, back = moving()
    assert back.observe(made) == Differs("VM web is on its way to h2")
    back.ensure(made)
    assert isinstance(back.observe(made), Satisfied) and move.observe(made) == Differs("VM web runs on h1")


def test_a_move_that_came_to_nothing_says_so_once_and_then_begins_anew() -> None:
    made, move, back = moving()
    libvirt_in(made).arrive(WEB, "migrate-aborted")
    assert isinstance(move.observe(made), Differs) and isinstance(back.observe(made), Differs)
    with pytest.raises(StepError, match="canceled by client"):
        move.ensure(made)
    move.ensure(made)
    libvirt_in(made).arrive(WEB)
    assert isinstance(move.observe(made), Satisfied)


def test_what_a_move_left_on_its_source_is_cleared() -> None:
    made = made_with(VM)
    carry_all(DRIVER.plan_on(RESOURCE), made)
    (move,) = DRIVER.plan_migrate(VM, HOST, OTHER)
    carry_all((move,), made)
    left = libvirt_in(made, OTHER).domains[uuid_of("web")].defined
    libvirt_in(made).domains[uuid_of("web")] = SimulatedDomain(left)
    assert isinstance(move.action.observe(made), Differs)
    carry_all((move,), made)
    assert not libvirt_in(made).domains


def test_one_that_is_off_does_not_move_live() -> None:
    made = made_with(VM)
    with pytest.raises(StepError, match="runs neither on h1 nor on h2"):
        DRIVER.plan_migrate(VM, HOST, OTHER)[0].action.observe(made)


@pytest.mark.parametrize(
    ("settings", "source", "target", "uri"),
    [
        (Settings(), HOST, OTHER, "qemu+ssh://root@10.0.0.2/system"),
        (Settings(transport="tls"), HOST, replace(OTHER, address="fd00::2"), "qemu://[fd00::2]/system"),
        (Settings(transport="tcp"), HOST, OTHER, "qemu+tcp://10.0.0.2/system"),
    ],
)
def test_hosts_reach_each_other_as_it_is_set(settings: Settings, source: Resource, target: Resource, uri: str) -> None:
    (step,) = Driver(settings).plan_migrate(VM, source, target)
    made = made_with(VM)
    carry_all(DRIVER.plan_on(RESOURCE), made)
    assert f"{uri!r}" in repr(step.action)


@pytest.mark.parametrize(
    ("vm", "target", "words"),
    [
        (replace(VM, disks=("web-root",)), OTHER, "has disks of its own"),
        (VM, replace(OTHER, address=""), "has no address"),
    ],
)
def test_a_move_that_cannot_be_is_refused_while_planning(vm: VirtualMachine, target: Resource, words: str) -> None:
    with pytest.raises(PlanningError, match=words):
        DRIVER.plan_migrate(vm, HOST, target)


def test_shared_disks_move_when_that_is_set() -> None:
    (step,) = Driver(Settings(shares_disks=True)).plan_migrate(replace(VM, disks=("web-root",)), HOST, OTHER)
    made = made_with(VM)
    carry_all(DRIVER.plan_on(RESOURCE), made)
    step.action.ensure(made)
    assert any("--unsafe" in argv for argv in made.argvs())


def test_disks_are_told_with_their_format() -> None:
    made = world()
    disks = (Disk(volume="web-root", path="/srv/web.qcow2", format="qcow2"),)
    carry_all(DRIVER.plan_define("h1", replace(VM, disks=("web-root",)), disks), made)
    assert 'type="qcow2"' in libvirt_in(made).domains[uuid_of("web")].defined

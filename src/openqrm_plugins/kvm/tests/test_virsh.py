"""What virsh's words mean, and what is seen on a host."""

import pytest

from openqrm.plugin_api import Category, Completed, MachineFacts, StepError
from openqrm.plugin_api.testing import Disturbance, UnknownCommand
from openqrm_plugins.kvm.domain_xml import Tuning, render_domain
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.tests.simulator import RECORDED, SimulatedDomain, libvirt_in, recorded, world
from openqrm_plugins.kvm.tests.test_domain_xml import BARE, FULL
from openqrm_plugins.kvm.virsh import BATCH, explain_failure, list_machines

MEANINGS = [
    ("no-libvirtd", Category.UNAVAILABLE, "its libvirtd does not answer"),
    ("define-name-taken", Category.CONFLICT, "a VM of this name that is not openQRM's"),
    ("start-no-bridge", Category.REFUSED, "it lacks the bridge"),
    ("start-no-iso", Category.REFUSED, "is not there"),
    ("start-no-memory", Category.REFUSED, "too little memory"),
    ("migrate-unknown-key", Category.REFUSED, "does not know the SSH host key"),
    ("migrate-no-route", Category.REFUSED, "No route to host"),
    ("define-bad", Category.REFUSED, "unknown driver format value 'nix'"),
    ("define-garbled", Category.REFUSED, "Couldn't find end of Start Tag"),
]


@pytest.mark.parametrize(("name", "category", "words"), MEANINGS)
def test_a_failure_is_taken_for_what_it_is(name: str, category: Category, words: str) -> None:
    error = explain_failure("h1", recorded(name))
    assert (error.category, "libvirt on h1" in error.message) == (category, True)
    assert words in error.message and error.hint


@pytest.mark.parametrize("said", ["virsh: No such file or directory", "sh: 1: virsh: not found", ""])
def test_a_host_without_virsh_says_so(said: str) -> None:
    error = explain_failure("h1", Completed(127, "", said))
    assert error.hint and (not said or error.category is Category.UNSUPPORTED)


def test_all_vms_of_a_host_are_listed_ours_or_not() -> None:
    made = world()
    libvirt = libvirt_in(made)
    for number in range(BATCH + 2):
        libvirt.domains[f"00000000-0000-0000-0000-{number:012}"] = SimulatedDomain(
            render_domain(BARE, Tuning()).replace("<name>db", f"<name>vm{number}")
        )
    libvirt.domains[uuid_of("web")] = SimulatedDomain("x", RECORDED["dumpxml-running"]["out"])
    listed = {each.name: each for each in list_machines(made, "h1")}
    macs = tuple(nic.mac for nic in FULL.nics)
    assert listed["web"] == MachineFacts(name="web", power="on", cpu_count=2, memory_mib=128, macs=macs)
    assert len(listed) == BATCH + 3 and listed["vm7"].power == "off"


def test_one_that_vanishes_meanwhile_is_left_out_and_half_an_answer_is_none() -> None:
    done = recorded("dumpxml-two")  # of three VMs one was not there
    made = world()
    libvirt = libvirt_in(made)
    libvirt.domains = {uuid_of(name): SimulatedDomain("") for name in ("web", "gone", "bare")}
    libvirt.answers["; ".join(f"dumpxml {uuid}" for uuid in libvirt.domains)] = done
    assert [each.name for each in list_machines(made, "h1")] == ["web", "bare"]
    libvirt.answers = {words: Completed(0, done.out[: len(done.out) // 2]) for words in libvirt.answers}
    with pytest.raises(StepError, match="of 3 VMs"):
        list_machines(made, "h1")


@pytest.mark.parametrize("how", Disturbance)
def test_a_list_that_went_wrong_is_a_typed_error(how: Disturbance) -> None:
    made = world()
    libvirt_in(made).domains[uuid_of("web")] = SimulatedDomain(RECORDED["dumpxml-off"]["out"])
    list_machines(made, "h1")
    for label in dict.fromkeys(made.gate.log):
        made.gate.disturbances = {label: how}
        with pytest.raises(StepError):
            list_machines(made, "h1")


def test_the_simulator_refuses_what_was_never_recorded() -> None:
    with pytest.raises(UnknownCommand):
        world().host("h1").run(("virsh", "list"))

"""What ipmitool's words mean, and what is ordered of a BMC."""

from dataclasses import replace

import pytest

from openqrm.plugin_api import SELF, Category, Completed, PlanningError, Satisfied, StepError
from openqrm.plugin_api.testing import Disturbance
from openqrm_plugins.ipmi.driver import Driver
from openqrm_plugins.ipmi.settings import Settings
from openqrm_plugins.ipmi.tests.simulator import CALL, PASSWORD, RECORDED, SimulatedBmc, recorded
from openqrm_plugins.ipmi.tests.test_contract import RESOURCE, bmc_in, world
from openqrm_plugins.ipmi.tool import HOME, Target, explain_failure, find_power, observe_power

TARGET = Target(resource="m1", address="10.0.0.5", port=623, user="admin", secret="bmc-m1", cipher_suite=3)


@pytest.mark.parametrize(
    ("name", "category", "words", "hint"),
    [
        ("wrong-password", Category.REFUSED, "the password is wrong", "Set user and password"),
        ("wrong-user", Category.REFUSED, "there is no such user", "Set user and password"),
        ("long-password", Category.REFUSED, "more than 20 characters", "Set user and password"),
        ("wrong-cipher-suite", Category.REFUSED, "the cipher suite is refused", "Set cipher_suite"),
        ("silent", Category.UNAVAILABLE, "10.0.0.5: it does not answer", "cable is in"),
        ("no-such-name", Category.UNAVAILABLE, "nobody knows its address", "address is right"),
        ("on-refused", Category.REFUSED, "Set Chassis Power Control to Up/On failed: Unspecified error", "own log"),
    ],
)
def test_each_failure_is_told_apart(name: str, category: Category, words: str, hint: str) -> None:
    error = explain_failure(TARGET, recorded(name))
    assert error.category is category
    assert words in error.message
    assert hint in error.hint


def test_a_bmc_that_is_busy_is_asked_again() -> None:
    said = "Set Chassis Power Control to Up/On failed: Command not supported in present state"
    assert explain_failure(TARGET, Completed(1, "", said)).category is Category.BUSY


def test_power_is_read() -> None:
    assert find_power(recorded("on").out) == "on"
    assert find_power(recorded("off").out) == "off"


@pytest.mark.parametrize("out", ["", "Chassis Power is", "Chassis Power is onwards", "\x00Chassis Power is on?"])
def test_an_answer_without_sense_is_no_power(out: str) -> None:
    assert find_power(out) == ""


def test_a_bmc_that_does_not_tell_its_power_is_asked_again() -> None:
    made = world()
    made.gate.disturbances[f"{SELF}: {' '.join(CALL)}"] = Disturbance.GARBLED
    with pytest.raises(StepError, match="when asked for its power") as error:
        observe_power(made, TARGET)
    assert error.value.category is Category.UNAVAILABLE


@pytest.mark.parametrize(
    ("name", "faults"),
    [("session-on", set()), ("session-off", set()), ("session-on-refused", {"order-refused", "on-refused"})],
)
def test_the_simulated_bmc_says_what_the_real_one_said_in_one_session(name: str, faults: set[str]) -> None:
    bmc = SimulatedBmc()
    bmc.faults = faults
    said = "".join(f"{line}\n" for line in RECORDED[name]["lines"]).encode()
    assert bmc.run(CALL, said, {"IPMI_PASSWORD": PASSWORD, "HOME": str(HOME)}) == recorded(name)


@pytest.mark.parametrize(("settings", "order"), [(Settings(), "pxe"), (Settings(efi_boot=True), "pxe efiboot")])
def test_the_network_is_ordered_before_power(settings: Settings, order: str) -> None:
    made = world()
    (step,) = Driver(settings).plan_on(RESOURCE)
    assert step.action.ensure(made) == Satisfied("m1 is on")
    assert bmc_in(made).ordered() == order
    assert len(made.argvs()) == 1


def test_a_resource_that_boots_locally_is_switched_on_only() -> None:
    made = world()
    (step,) = Driver(Settings()).plan_on(replace(RESOURCE, boot="local"))
    step.action.ensure(made)
    assert (bmc_in(made).ordered(), bmc_in(made).is_on) == ("", True)


def test_a_bmc_that_cannot_order_a_boot_still_switches_on() -> None:
    made = world()
    bmc_in(made).faults = {"order-refused"}
    (step,) = Driver(Settings()).plan_on(RESOURCE)
    assert step.action.ensure(made) == Satisfied("m1 is on")
    assert (bmc_in(made).ordered(), bmc_in(made).is_on) == ("", True)


@pytest.mark.parametrize("faults", [{"on-refused"}, {"on-refused", "order-refused"}])
def test_a_bmc_that_does_not_switch_on_says_so(faults: set[str]) -> None:
    made = world()
    bmc_in(made).faults = faults
    (step,) = Driver(Settings()).plan_on(RESOURCE)
    with pytest.raises(StepError, match="Set Chassis Power Control to Up/On failed") as refused:
        step.action.ensure(made)
    assert refused.value.category is Category.REFUSED


def test_a_wrong_password_is_refused_with_a_hint() -> None:
    made = world()
    made.vault.secrets["bmc-m1"] = "guess"
    (step,) = Driver(Settings()).plan_on(RESOURCE)
    with pytest.raises(StepError, match="the password is wrong") as refused:
        step.action.observe(made)
    assert refused.value.category is Category.REFUSED


def test_power_that_is_shown_late_is_waited_for_and_nothing_is_cycled() -> None:
    made = world()
    (step,) = Driver(Settings()).plan_on(RESOURCE)
    bmc_in(made).lag(3)
    for _ in range(step.attempts - 1):
        if not isinstance(step.action.observe(made), Satisfied):
            step.action.ensure(made)
    assert isinstance(step.action.observe(made), Satisfied)
    assert bmc_in(made).is_on


def test_a_resource_without_a_bmc_is_refused_while_planning() -> None:
    with pytest.raises(PlanningError, match="m1 has no address of a BMC"):
        Driver(Settings()).plan_on(replace(RESOURCE, bmc=replace(RESOURCE.bmc, address="")))


def test_the_password_is_in_the_environment_alone() -> None:
    made = world()
    Driver(Settings()).observe_power(made, RESOURCE)
    assert made.host(SELF).argvs == [argv for argv in made.argvs() if "s3cret" not in " ".join(argv)]

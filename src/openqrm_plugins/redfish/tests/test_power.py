"""What a BMC's answers mean, and what is ordered of it."""

from dataclasses import replace
from typing import Any

import pytest

from openqrm.plugin_api import Category, HttpAnswer, NotYet, PlanningError, Satisfied, StepError
from openqrm_plugins.redfish.driver import Driver
from openqrm_plugins.redfish.service_root import Target, explain_refusal, get_system, parse_message
from openqrm_plugins.redfish.settings import Settings
from openqrm_plugins.redfish.tests.simulator import RESET, SYSTEM, recorded
from openqrm_plugins.redfish.tests.test_contract import NAMED, RESOURCE, bmc_in, is_on, world

TARGET = Target(
    resource="m1", address="10.0.0.6", port=443, user="admin", secret="bmc-m1", system=SYSTEM, verify_tls=True
)


@pytest.mark.parametrize(
    ("answer", "category", "words", "hint"),
    [
        (recorded("GET", SYSTEM, 401), Category.REFUSED, "Incorrect username or password", "Set user and password"),
        (recorded("GET", "/redfish/v1/Systems/nope", 404), Category.NOT_FOUND, "no system nope", "leave it empty"),
        (recorded("POST", RESET, 409), Category.BUSY, "the chassis refuses", "restart the BMC"),
        (recorded("POST", RESET, 501), Category.REFUSED, "no reset type Bogus", "own log"),
        (HttpAnswer(502, None, {}), Category.UNAVAILABLE, "HTTP status 502", "restart the BMC"),
    ],
)
def test_each_refusal_is_told_apart(answer: HttpAnswer, category: Category, words: str, hint: str) -> None:
    error = explain_refusal(TARGET, answer)
    assert error.category is category
    assert words in error.message
    assert hint in error.hint


@pytest.mark.parametrize("body", [None, [], "x", {}, {"error": 1}, {"error": {"message": ["x"]}}])
def test_an_error_without_a_sentence(body: Any) -> None:
    assert parse_message(body) == ""


def test_a_long_sentence_of_many_lines_is_cut_to_one() -> None:
    assert len(parse_message({"error": {"message": "a\nb " * 9000}})) == 300


@pytest.mark.parametrize(
    "path", ["//evil.example/x", "https://evil.example/", "/redfish/v1/x y", "/redfish/v1/../..\n", "/other", 7, None]
)
def test_a_bmc_cannot_send_us_elsewhere(path: object) -> None:
    made = world()

    class Evil:
        def answer(self, request: object, password: str) -> HttpAnswer:
            return HttpAnswer(200, {"Members": [{"@odata.id": path}]}, {})

    made.api = Evil()
    with pytest.raises(StepError, match="makes no sense") as error:
        get_system(made, replace(TARGET, system=""))
    assert error.value.category is Category.UNAVAILABLE
    assert len(made.requests) == 1


def test_two_systems_are_for_the_operator_to_choose_from() -> None:
    made = world()

    class Blades:
        def answer(self, request: object, password: str) -> HttpAnswer:
            return HttpAnswer(200, {"Members": [{"@odata.id": "/redfish/v1/Systems/1"}, {"@odata.id": "/x/2"}]}, {})

    made.api = Blades()
    with pytest.raises(StepError, match="has 2 systems: /redfish/v1/Systems/1, /x/2"):
        get_system(made, replace(TARGET, system=""))


def test_the_network_is_ordered_before_power() -> None:
    made = world()
    (step,) = Driver(Settings()).plan_on(NAMED)
    step.action.ensure(made)
    assert (bmc_in(made).ordered(), is_on(made)) == ("Pxe", True)
    assert [request.method for request in made.requests] == ["GET", "PATCH", "POST"]


def test_a_resource_that_boots_locally_is_switched_on_only() -> None:
    made = world()
    (step,) = Driver(Settings()).plan_on(replace(NAMED, boot="local"))
    step.action.ensure(made)
    assert (bmc_in(made).ordered(), is_on(made)) == ("", True)


def test_states_on_the_way_are_waited_for() -> None:
    made = world()
    (step,) = Driver(Settings()).plan_on(NAMED)
    bmc_in(made).power_state = "On"
    bmc_in(made).lag("PoweringOn", "PoweringOff")
    assert isinstance(step.action.observe(made), NotYet)
    assert isinstance(step.action.observe(made), NotYet)
    assert isinstance(step.action.observe(made), Satisfied)


def test_power_that_is_shown_late_is_waited_for_and_nothing_is_cycled() -> None:
    made = world()
    (step,) = Driver(Settings()).plan_on(NAMED)
    bmc_in(made).lag(*["Off"] * 5)
    for _ in range(step.attempts - 1):
        if not isinstance(step.action.observe(made), Satisfied):
            step.action.ensure(made)
    assert isinstance(step.action.observe(made), Satisfied)
    kinds = {request.body["ResetType"] for request in made.requests if request.method == "POST"}
    assert kinds == {"On"}


def test_a_bmc_that_refuses_is_told() -> None:
    made = world()
    bmc_in(made).refuses = True
    (step,) = Driver(Settings()).plan_on(NAMED)
    with pytest.raises(StepError, match="the chassis refuses") as refused:
        step.action.ensure(made)
    assert refused.value.category is Category.BUSY
    assert not is_on(made)


def test_a_certificate_is_demanded_unless_told_otherwise() -> None:
    for settings in (Settings(), Settings(verify_tls=False)):
        made = world()
        Driver(settings).observe_power(made, RESOURCE)
        assert {request.verify_tls for request in made.requests} == {settings.verify_tls}


def test_a_resource_without_a_bmc_is_refused_while_planning() -> None:
    with pytest.raises(PlanningError, match="m1 has no address of a BMC"):
        Driver(Settings()).plan_on(replace(RESOURCE, bmc=replace(RESOURCE.bmc, address="")))

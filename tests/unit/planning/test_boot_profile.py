"""What plugins add to a boot: it is in the profile, and the plan says whose it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import Plan
from openqrm.domain.storage import Image
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from tests.unit.planning.test_transfers import site

IMAGE = Image(name="web", volume="disk")
KERNEL = Kernel(name="k", arguments="quiet")


def started(**answers: list[tuple[str, Any]]) -> Plan:
    def ask(hook: str, **arguments: Any) -> list[tuple[str, Any]]:
        expected = {"boot_arguments": {"resource", "appliance"}, "initrd_fragments": {"kernel"}}
        assert {*arguments} == expected[hook]
        return answers.get(hook, [])

    return plan_start_appliance(StartAppliance("web"), replace(site(IMAGE, KERNEL), ask=ask))


def test_each_plugin_that_adds_something_is_named_in_the_plan() -> None:
    plan = started(
        boot_arguments=[("crash", "crashkernel=128M  nosmt"), ("serial", "console=ttyS0,115200n8")],
        initrd_fragments=[("crash", ("kexec",))],
    )
    (step,) = (step for step in plan.steps if step.id == "profile")
    assert step.action.fields["arguments"] == "quiet crashkernel=128M nosmt console=ttyS0,115200n8"
    assert step.action.fields["fragments"] == ["kexec"]
    for told in (
        "plugin crash adds crashkernel=128M nosmt to the kernel line",
        "plugin serial adds console=ttyS0,115200n8 to the kernel line",
        "plugin crash adds kexec to the initrd",
    ):
        assert told in step.why


def test_without_plugins_there_is_the_kernel_s_own_line() -> None:
    (step,) = (step for step in started().steps if step.id == "profile")
    assert step.action.fields["arguments"] == "quiet" and "plugin" not in step.why


@pytest.mark.parametrize(
    "answers",
    [
        {"boot_arguments": [("evil", "quiet || shell")]},
        {"boot_arguments": [("evil", "a=${net0/mac}")]},
        {"boot_arguments": [("evil", 7)]},
        {"initrd_fragments": [("evil", ("../nfs",))]},
        {"initrd_fragments": [("evil", ("nfs&boot=1",))]},
        {"initrd_fragments": [("evil", "nfs")]},
    ],
)
def test_what_cannot_stand_in_a_boot_is_refused_by_the_plugin_s_name(answers: dict[str, Any]) -> None:
    with pytest.raises(PlanningError, match="evil") as refused:
        started(**answers)
    assert refused.value.category is Category.BAD_INPUT and "plugin disable evil" in refused.value.hint

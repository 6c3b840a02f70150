"""Kernels: what machines boot with, idle and as appliances."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.appliance import Appliance, BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.domain.plan import Plan, Step
from openqrm.domain.user import Role
from openqrm.planning.fields import Line, Name, Text
from openqrm.planning.record_plans import ASKED, edited, new_name, plan_of, plan_put, refuse_in_use, removing
from openqrm.plugin_api.actions import ClearKernel, PrepareKernel, SetField, put, remove
from openqrm.plugin_api.intents import Intent, Query, refers_to
from openqrm.plugin_api.listing import Listing, ListQuery
from openqrm.plugin_api.planning import Planning, Reading


class ListKernels(ListQuery, noun="kernel", verb="list", role=Role.READ_ONLY):
    """List the kernels."""


class ShowKernel(Query, noun="kernel", verb="show", role=Role.READ_ONLY):
    """Show one kernel."""

    name: Annotated[Name, refers_to("kernel"), Meta(description="the kernel")]


class AddKernel(Intent, noun="kernel", verb="add", role=Role.ADMINISTRATOR):
    """Add a kernel from a package or a directory on the machine openQRM runs on.

    `source` is a Debian package file (….deb), the name of a package that apt knows (linux-image-cloud-amd64), or a
    directory that holds vmlinuz and lib/modules/RELEASE. The first kernel becomes the default.
    """

    name: Annotated[Name, Meta(description="a name for it")]
    source: Annotated[Line, Meta(description="package file, package name or directory", min_length=1)]
    arguments: Annotated[Line, Meta(description="added to its command line")] = ""
    comment: Annotated[Text, Meta(description="free text")] = ""


class EditKernel(Intent, noun="kernel", verb="edit", role=Role.ADMINISTRATOR):
    """Change a kernel's command line or comment; what is not given stays."""

    name: Annotated[Name, refers_to("kernel"), Meta(description="the kernel")]
    arguments: Annotated[Line | None, Meta(description="added to its command line")] = None
    comment: Annotated[Text | None, Meta(description="free text")] = None


class SetDefaultKernel(Intent, noun="kernel", verb="set-default", role=Role.ADMINISTRATOR):
    """Have idle and unknown machines boot this kernel from now on."""

    name: Annotated[Name, refers_to("kernel"), Meta(description="the kernel")]


class RemoveKernel(Intent, noun="kernel", verb="remove", role=Role.ADMINISTRATOR):
    """Remove a kernel that no appliance uses and that is not the default, with its files."""

    name: Annotated[Name, refers_to("kernel"), Meta(description="the kernel")]


def plan_add_kernel(intent: AddKernel, planning: Planning) -> Plan:
    new_name(planning.facts, Kernel, intent.name)
    directory = f"{planning.base_directory}/kernels/{intent.name}"
    record = Kernel(
        name=intent.name, directory=directory, arguments=intent.arguments, comment=intent.comment,
        default=not planning.facts.list(Kernel),
    )  # fmt: skip
    say = f"Create kernel {intent.name}"
    steps = (
        Step(id="files", action=PrepareKernel(directory, intent.source), why="machines boot from its files",
             deadline_s=600),
        Step(id="record", action=put(record, None, say), why=ASKED, needs=("files",)),
    )  # fmt: skip
    plan = plan_of(intent, say, steps, about=record, past="created")
    return replace(plan, reversal=removing(record))


def plan_edit_kernel(intent: EditKernel, planning: Planning) -> Plan:
    before = planning.facts.get(Kernel, intent.name)
    return plan_put(intent, edited(before, intent), before)


def plan_set_default_kernel(intent: SetDefaultKernel, planning: Planning) -> Plan:
    kernel = planning.facts.get(Kernel, intent.name)
    if kernel.default:
        raise PlanningError(Category.CONFLICT, f"kernel {kernel.name} is the default already", "Nothing is to be done.")
    steps = [Step(id="default", action=_default(kernel.name, True), why=ASKED)]
    for old in planning.facts.list(Kernel, default=True):
        steps.append(
            Step(id=f"was-{old.name}", action=_default(old.name, False), why="there is one", needs=("default",))
        )
    return plan_of(intent, f"Make kernel {kernel.name} the default", steps, about=kernel, past="changed")


def _default(name: str, value: bool) -> SetField:
    say = f"Make kernel {name} the default" if value else f"Kernel {name} is no longer the default"
    return SetField("kernel", name, "default", value, not value, say)


def plan_remove_kernel(intent: RemoveKernel, planning: Planning) -> Plan:
    facts = planning.facts
    kernel = facts.get(Kernel, intent.name)
    refuse_in_use(
        kernel, [*facts.list(Appliance, kernel=kernel.name), *facts.list(BootProfile, kernel=kernel.name)],
        "Give these appliances another kernel first.",
    )  # fmt: skip
    if kernel.default:
        hint = "Make another one the default first (kernel set-default)."
        raise PlanningError(Category.CONFLICT, f"kernel {kernel.name} is the default; idle machines boot it", hint)
    say = f"Remove kernel {kernel.name}"
    steps = (
        Step(id="record", action=remove(kernel, say), why=ASKED),
        Step(id="files", action=ClearKernel(kernel.directory), why="nothing boots from them", needs=("record",)),
    )
    return plan_of(intent, say, steps, about=kernel)


def answer_show_kernel(query: ShowKernel, reading: Reading) -> Kernel:
    return reading.facts.get(Kernel, query.name)


PLANNERS = {
    AddKernel: plan_add_kernel,
    EditKernel: plan_edit_kernel,
    SetDefaultKernel: plan_set_default_kernel,
    RemoveKernel: plan_remove_kernel,
}
ANSWERS = {ShowKernel: answer_show_kernel}
LISTS = {ListKernels: Listing(Kernel)}

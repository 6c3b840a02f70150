"""A virtual machine's cloud-init seed: what it is to be made into at its first start."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Plan, Step
from openqrm.domain.user import Role
from openqrm.planning.fields import Name
from openqrm.planning.order import after
from openqrm.planning.vm_hardware import plan_change
from openqrm.planning.vm_parts import get_vm
from openqrm.plugin_api.actions import ForgetSecret
from openqrm.plugin_api.drivers import SeedsMachines
from openqrm.plugin_api.intents import Intent, Secret, refers_to
from openqrm.plugin_api.planning import Planning


class SeedVm(Intent, noun="vm", verb="seed", role=Role.OPERATOR):
    """Put a cloud-init seed (NoCloud) into the drive of a virtual machine, in place of what is there.

    A cloud image on its disk reads it at the next start, and carries it out once. It stays on the host, for root alone,
    until another one takes its place or the VM is removed.
    """

    name: Annotated[Name, refers_to("vm"), Meta(description="the VM")]
    user_data: Annotated[
        Secret,
        Meta(
            description="its user-data: #cloud-config or a script",
            max_length=65536,
            extra_json_schema={"x-lines": True},
        ),
    ]


def plan_seed_vm(intent: SeedVm, planning: Planning) -> Plan:
    """The vault keeps the user-data until the host has it."""
    before, resource = get_vm(intent.name, planning)
    driver = planning.drivers.virtualization(before.type)
    if not isinstance(driver, SeedsMachines):
        message = f"{before.type} cannot give VMs a seed"
        raise PlanningError(Category.UNSUPPORTED, message, "Put the user-data into the image.")
    path = driver.seed_path(before, intent.user_data)
    seeded = replace(before, iso=path)
    written = driver.plan_seed(resource.host, seeded, intent.user_data)
    plan = plan_change(intent, before, seeded, resource, planning)
    first, *rest = plan.steps
    forget = Step(id="forget", action=ForgetSecret(intent.user_data), why="the host has it")
    gone = after((*driver.plan_unseed(resource.host, before), forget), plan.steps[-1].id)
    steps = (*written, replace(first, needs=(written[-1].id,)), *rest, *gone)
    return replace(plan, title=f"Give VM {before.name} a cloud-init seed", steps=steps, topic_done="vm.seeded")


PLANNERS = {SeedVm: plan_seed_vm}

"""Power of resources: on, off and reboot, by BMC where there is one, by the agent and a packet where not."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Action, OnFailure, Plan, Step
from openqrm.domain.resource import SELF, Observation, Resource
from openqrm.domain.user import Role
from openqrm.planning.boot_profile import boot_before
from openqrm.planning.fields import Name
from openqrm.planning.order import after
from openqrm.planning.record_plans import ASKED
from openqrm.planning.vm_parts import used_up_steps
from openqrm.plugin_api.actions import AskShutdown, LeaveBoot, SetField, put
from openqrm.plugin_api.buttons import PressesButtons
from openqrm.plugin_api.drivers import Power, Waker
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.planning import Planning

ASK_S = 60.0  # that a system has to stop in
BMC_HINT = "Tell openQRM its management controller (resource edit), or use the machine's own power button."


class PowerOnResource(Intent, noun="resource", verb="power-on", role=Role.OPERATOR):
    """Power a resource on by its management controller, or wake it by a packet."""

    name: Annotated[Name, refers_to("resource"), Meta(description="the resource")]


class PowerOffResource(Intent, noun="resource", verb="power-off", role=Role.OPERATOR):
    """Power a resource off: its operating system is asked first, then the management controller does it.

    The system of a VM without an agent is asked as by its power button, and has a minute.
    Of a machine that is switched on by a packet only its operating system can do it.
    """

    name: Annotated[Name, refers_to("resource"), Meta(description="the resource")]
    claimed: Annotated[bool, Meta(description="although an appliance runs on it")] = False


class RebootResource(Intent, noun="resource", verb="reboot", role=Role.OPERATOR):
    """Reboot a resource and wait until it has asked for its boot script.

    A VM that runs a system of its own, without an agent, is powered off and on.
    """

    name: Annotated[Name, refers_to("resource"), Meta(description="the resource")]


def plan_power_on(intent: PowerOnResource, planning: Planning) -> Plan:
    resource, power = _reached(intent.name, planning)
    on = (
        power.plan_wake(resource, boot_before(resource, planning.facts))
        if isinstance(power, Waker)
        else power.plan_on(resource)
    )
    steps = (*on, *after((*used_up_steps(resource, planning), *note_power(resource, "on", planning)), on[-1].id))
    return _plan(intent, f"Power on {resource.name}", steps, resource, "powered-on")


def plan_power_off(intent: PowerOffResource, planning: Planning) -> Plan:
    resource, power = _reached(intent.name, planning)
    if resource.claimed_by and not intent.claimed:
        message = f"appliance {resource.claimed_by} runs on {resource.name}"
        raise PlanningError(Category.CONFLICT, message, "Stop the appliance; or say claimed, and it will be missed.")
    if isinstance(power, Waker):
        steps = _off_by_itself(resource, planning)
        return _plan(intent, f"Have {resource.name} power itself off", steps, resource, "powered-off")
    asked = _asked_to_stop(resource, power, planning)
    steps = (*asked, *after((*power.plan_off(resource), *note_power(resource, "off", planning)), asked[-1].id))
    return _plan(intent, f"Power off {resource.name}", steps, resource, "powered-off")


def _asked_to_stop(resource: Resource, power: Power, planning: Planning) -> tuple[Step, ...]:
    """By its agent; or by its power button where none has ever spoken. What does not listen is switched off anyway."""
    if isinstance(power, PressesButtons) and _has_no_agent(resource, planning):
        return tuple(replace(step, optional=True, attempts=1, deadline_s=ASK_S) for step in power.plan_press(resource))
    return (
        Step(id="ask", action=AskShutdown(resource.name), why="its services end in order", optional=True, attempts=1,
             deadline_s=ASK_S),
    )  # fmt: skip


def _has_no_agent(resource: Resource, planning: Planning) -> bool:
    """None has spoken since it is known: it runs a system that openQRM did not bring there."""
    seen = planning.facts.find(Observation, resource.name)
    return seen is None or not seen.boot_id


def _off_by_itself(resource: Resource, planning: Planning) -> tuple[Step, ...]:
    """Raises PlanningError `unsupported` when its system cannot be asked: nothing else could do it."""
    seen = planning.facts.find(Observation, resource.name)
    if seen is None or not seen.connected:
        message = f"{resource.bmc.driver} only switches {resource.name} on, and no system answers there to be asked"
        raise PlanningError(Category.UNSUPPORTED, message, "Use the machine's own power button.")
    ask = Step(id="ask", action=AskShutdown(resource.name), why=f"{resource.bmc.driver} cannot switch it off")
    return (ask, *after(note_power(resource, "off", planning), "ask"))


def note_power(resource: Resource, power: str, planning: Planning) -> tuple[Step, ...]:
    """Steps that note a resource as on or off: what is off reports nothing, and what is on not until it has booted."""
    seen = planning.facts.find(Observation, resource.name)
    say = f"Note that {resource.name} is {power}"
    if seen is None:
        action: Action = put(Observation(name=resource.name, power=power), None, say)
    elif seen.power != power:
        action = SetField("observation", resource.name, "power", power, seen.power, say)
    else:
        return ()
    why = "what it may be used for depends on that"
    return (Step(id=f"note-{power}", action=action, why=why, attempts=1, optional=True),)  # its boot may be first


def plan_reboot(intent: RebootResource, planning: Planning) -> Plan:
    resource = planning.facts.get(Resource, intent.name)
    if resource.name == SELF:
        raise PlanningError(Category.REFUSED, f"{SELF} is the machine openQRM itself runs on", "Reboot it by hand.")
    power = planning.drivers.power(resource)
    if power is not None and isinstance(power, PressesButtons) and _has_no_agent(resource, planning):
        off = (*_asked_to_stop(resource, power, planning), *power.plan_off(resource))
        on = (*power.plan_on(resource), *used_up_steps(resource, planning), *note_power(resource, "on", planning))
        steps = tuple(after((*off, *on), ""))
        return _plan(intent, f"Power {resource.name} off and on", steps, resource, "rebooted")
    seen = planning.facts.find(Observation, resource.name)
    leave = LeaveBoot(resource.name, seen.boot_id if seen else "")
    step = Step(id="reboot", action=leave, why=ASKED, notice=f"{resource.claimed_by or resource.name} pauses")
    return _plan(intent, f"Reboot {resource.name}", (step,), resource, "rebooted")


def _reached(name: str, planning: Planning) -> tuple[Resource, Power | Waker]:
    resource = planning.facts.get(Resource, name)
    power = planning.drivers.power(resource) or planning.drivers.waker(resource)
    if power is None:
        raise PlanningError(Category.UNSUPPORTED, f"nothing reaches the power of {resource.name}", BMC_HINT)
    return resource, power


def _plan(intent: Intent, title: str, steps: tuple[Step, ...], resource: Resource, past: str) -> Plan:
    return Plan(
        title=title,
        steps=steps,
        intent=f"{intent.noun}.{intent.verb}",
        on_failure=OnFailure.HOLD,
        locks=(resource.ref,),
        topic_done=f"resource.{past}",
        about=resource.ref,
    )


PLANNERS = {
    PowerOnResource: plan_power_on,
    PowerOffResource: plan_power_off,
    RebootResource: plan_reboot,
}

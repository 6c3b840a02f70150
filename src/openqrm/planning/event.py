"""Acknowledging events."""

from __future__ import annotations

from dataclasses import replace

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.event import Event
from openqrm.domain.plan import Plan
from openqrm.planning.plan import AcknowledgeEvent
from openqrm.planning.record_plans import plan_put
from openqrm.plugin_api.planning import Planning


def plan_acknowledge_event(intent: AcknowledgeEvent, planning: Planning) -> Plan:
    event = planning.facts.get(Event, intent.name)
    if event.acknowledged_by:
        message = f"event {event.name} was acknowledged by {event.acknowledged_by}"
        raise PlanningError(Category.CONFLICT, message, "Nothing is to be done.")
    return plan_put(intent, replace(event, acknowledged_by=planning.user), event)


PLANNERS = {AcknowledgeEvent: plan_acknowledge_event}

"""Answers that need more than the records: plans with their journals, events, appliances with the plans on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from openqrm.adapters.database import Transaction
from openqrm.domain.appliance import Appliance
from openqrm.domain.event import Event
from openqrm.domain.plan import PlanState, StoredPlan
from openqrm.domain.resource import Resource
from openqrm.planning.appliance import ApplianceDetails, ListAppliances, ShowAppliance, details, details_of
from openqrm.planning.plan import ListEvents, ListPlans, ShowPlan
from openqrm.planning.resource import sights
from openqrm.plugin_api.listing import Listing, Related
from openqrm.plugin_api.planning import Reading
from openqrm.services.plan_view import PlanView, view_stored


@dataclass(frozen=True)
class StoreReading(Reading):
    """A reading with the whole snapshot of the database."""

    tx: Transaction


class PlanRow(msgspec.Struct, kw_only=True):
    """A plan in a list."""

    id: str
    title: str
    state: PlanState
    about: str
    asked_by: str
    asked_from: str
    reason: str
    created_s: float
    finished_s: float
    note: str


def answer_list_plans(query: ListPlans, reading: StoreReading) -> list[PlanRow]:
    states = (query.state,) if query.state else ()
    page = reading.tx.plans.page(
        states=states, about=query.about, touching=query.touching, before=query.before, limit=query.limit
    )
    return [plan_row(plan) for plan in page]


def plan_row(stored: StoredPlan) -> PlanRow:
    """As a list has it."""
    return PlanRow(
        id=stored.id, title=stored.plan.title, state=stored.state, about=stored.plan.about, asked_by=stored.asked_by,
        asked_from=stored.asked_from, reason=stored.reason, created_s=stored.created_s, finished_s=stored.finished_s,
        note=stored.note,
    )  # fmt: skip


def answer_show_plan(query: ShowPlan, reading: StoreReading) -> PlanView:
    return view_stored(reading.tx.plans.load(query.id), reading.tx.plans.journal(query.id))


def answer_list_events(query: ListEvents, reading: StoreReading) -> list[Event]:
    return reading.tx.events.page(
        severity=query.severity, about=query.about, open_only=query.open, before=query.before, limit=query.limit
    )


def appliance_rows(appliances: Sequence[Appliance], related: Related, reading: StoreReading) -> list[ApplianceDetails]:
    """Rows of a list."""
    plans, now_s = _open_plans(reading), reading.world.now_s()
    fields = ("name", "claimed_by", "address", "managed", "timeout_s")
    names = [each.name for each in appliances]
    claimed = {each.claimed_by: each for each in related.among(Resource, "claimed_by", names, fields)}
    seen = sights(related, [each.name for each in claimed.values() if each.claimed_by])
    rows = []
    for each in appliances:
        resource = claimed.get(each.name)
        sight = seen.get(resource.name) if resource else None
        rows.append(details_of(each, resource, sight, plans.get(f"appliance/{each.name}"), now_s))
    return rows


def answer_show_appliance(query: ShowAppliance, reading: StoreReading) -> ApplianceDetails:
    return details(reading.facts.get(Appliance, query.name), reading, _open_plans(reading))


def _open_plans(reading: StoreReading) -> dict[str, StoredPlan]:
    page = reading.tx.plans.page(states=(PlanState.RUNNING, PlanState.STUCK), limit=1000)
    return {plan.plan.about: plan for plan in page}


ANSWERS = {
    ListPlans: answer_list_plans,
    ShowPlan: answer_show_plan,
    ListEvents: answer_list_events,
    ShowAppliance: answer_show_appliance,
}
LISTS = {
    ListAppliances: Listing(Appliance, ApplianceDetails, appliance_rows, derived=frozenset({"resource"})),
}

"""Plans and events as an operator asks for them; the answers and decisions are in openqrm.services."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from openqrm.domain.event import Severity
from openqrm.domain.plan import PlanState
from openqrm.domain.user import Role
from openqrm.planning.fields import Line
from openqrm.plugin_api.intents import Intent, Query, refers_to

PlanId = Annotated[str, refers_to("plan"), Meta(pattern=r"^[0-9A-Za-z-]{1,64}$(?!\n)", description="the plan")]
Limit = Annotated[int, Meta(ge=1, le=1000, description="how many at most")]


class ListPlans(Query, noun="plan", verb="list", role=Role.READ_ONLY):
    """List plans, newest first."""

    state: Annotated[PlanState | None, Meta(description="only those in this state")] = None
    about: Annotated[Line, Meta(description="only those about this object, like appliance/web")] = ""
    touching: Annotated[Line, Meta(description="only those that have had a hand on this object, like resource/m1")] = ""
    before: Annotated[Line, Meta(description="only those older than this plan")] = ""
    limit: Limit = 100


class ShowPlan(Query, noun="plan", verb="show", role=Role.READ_ONLY):
    """Show one plan: its steps, what became of each, and what can be done."""

    id: PlanId


class RetryPlan(Intent, noun="plan", verb="retry", role=Role.OPERATOR):
    """Try the failed steps of a stuck plan again."""

    id: PlanId
    step: Annotated[Line, Meta(description="only this step")] = ""


class SkipStep(Intent, noun="plan", verb="skip", role=Role.OPERATOR):
    """Skip a step of a stuck plan: you have made it so by hand, and answer for it."""

    id: PlanId
    step: Annotated[Line, Meta(description="the step", min_length=1)]
    because: Annotated[Line, Meta(description="why it may be skipped", min_length=3)]


class UndoPlan(Intent, noun="plan", verb="undo", role=Role.OPERATOR):
    """Take back what a plan has done.

    One that is under way or stuck: its steps, in reverse order. One that is done: by the plan of the intent that is its
    reversal, such as the stop of a start, and that can be previewed; where there is none, by its steps too.
    """

    id: PlanId


class AbandonPlan(Intent, noun="plan", verb="abandon", role=Role.ADMINISTRATOR):
    """Leave a stuck plan as it stands and free its objects; nothing is taken back.

    Work that its steps began and that goes on by itself, such as filling a volume, is ended where it lies.
    """

    id: PlanId
    because: Annotated[Line, Meta(description="why", min_length=3)]


class ListEvents(Query, noun="event", verb="list", role=Role.READ_ONLY):
    """List events, newest first."""

    severity: Annotated[Severity | None, Meta(description="only of this severity")] = None
    about: Annotated[Line, Meta(description="only those about this object, like resource/web")] = ""
    open: Annotated[bool, Meta(description="only those that nobody has acknowledged")] = False
    before: Annotated[Line, Meta(description="only those older than this event")] = ""
    limit: Limit = 100


class AcknowledgeEvent(Intent, noun="event", verb="acknowledge", role=Role.OPERATOR):
    """Say that an event has been seen to."""

    name: Annotated[str, refers_to("event"), Meta(description="its number", pattern=r"^[0-9]{1,18}$(?!\n)")]

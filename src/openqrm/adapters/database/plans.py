"""Plans and their journals, in the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import msgspec
from sqlalchemy import BindParameter, Connection, Row, bindparam, func, insert, select, update

from openqrm.adapters.database.events import Events
from openqrm.adapters.database.locks import Locks
from openqrm.adapters.database.records import Snapshot
from openqrm.adapters.database.rows import number_of
from openqrm.adapters.database.tables import JOURNAL, LOCKS, PLANS
from openqrm.domain.decision import DECISIONS
from openqrm.domain.errors import Category, OpenqrmError, PlanningError
from openqrm.domain.event import Event
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import OPEN_STATES, Plan, PlanState, StoredPlan
from openqrm.plugin_api.codec import ActionCodec
from openqrm.ports.plans import Fenced

JOURNAL_OF = (
    select(*(JOURNAL.c[name] for name in ("seq", "step", "fact", "at_s", "note", "category", "hint")))
    .where(JOURNAL.c.plan == bindparam("at_plan"))
    .order_by(JOURNAL.c.seq)
)
AT_ONCE = 500  # in one question
_THESE: BindParameter[Any] = bindparam("these", expanding=True)
THESE = select(PLANS).where(PLANS.c.id.in_(_THESE))
JOURNALS = (
    select(*(JOURNAL.c[name] for name in ("plan", "seq", "step", "fact", "at_s", "note", "category", "hint")))
    .where(JOURNAL.c.plan.in_(_THESE))
    .order_by(JOURNAL.c.plan, JOURNAL.c.seq)
)
APPENDING, CREATING = insert(JOURNAL), insert(PLANS)
BY_ID = select(PLANS).where(PLANS.c.id == bindparam("at_plan"))
LOCKED = BY_ID.with_for_update()
_RUNNING = update(PLANS).where(PLANS.c.id == bindparam("at_plan"), PLANS.c.state == PlanState.RUNNING)
PARKING = _RUNNING.values(due_s=bindparam("due_s"), note=bindparam("note"))
SETTLING = _RUNNING.values({name: bindparam(name) for name in ("state", "note", "finished_s", "due_s")})
HOW_MANY = select(func.count()).where(JOURNAL.c.plan == bindparam("at_plan"))


class Plans:
    """Plans in the caller's transaction."""

    def __init__(self, connection: Connection, codec: ActionCodec) -> None:
        self._connection, self._codec = connection, codec
        self._locks = Locks(connection)

    def create(self, plan: Plan, *, asked_by: str, reason: str, now_s: float, asked_from: str = "") -> str:
        """Store it as running and take its locks; its id, to be submitted after the commit.

        Raises PlanningError `busy` that names the plan which holds one of its objects, and `stale` when one of them is
        no longer as it was read.
        """
        values = {
            "state": PlanState.RUNNING, "intent": plan.intent, "about": plan.about,
            "plan": self._codec.dump_plan(plan), "asked_by": asked_by, "asked_from": asked_from, "reason": reason,
            "created_s": now_s, "finished_s": 0.0, "due_s": now_s, "note": "",
        }  # fmt: skip
        key = self._connection.execute(CREATING, values).inserted_primary_key
        number = int(key[0]) if key else 0
        self._locks.take(number, plan.touches(), plan.only_shares())
        self._refuse_stale(plan)
        return str(number)

    def load(self, plan: str) -> StoredPlan:
        """Raises PlanningError `not_found`; OpenqrmError `unsupported` when the plugin of a step is not enabled."""
        return self._stored(self._row(plan))

    def glance(self, plan: str) -> StoredPlan:
        """The same, but without its steps when a plugin of theirs is not there. Raises PlanningError `not_found`."""
        return self._shown(self._row(plan))

    def journal(self, plan: str) -> tuple[Entry, ...]:
        """All facts, in order."""
        rows = self._connection.execute(JOURNAL_OF, {"at_plan": number_of(plan)})
        return tuple(Entry(row.seq, row.step, Fact(row.fact), *row[3:]) for row in rows)

    def append(self, plan: str, entries: Sequence[Entry]) -> None:
        """Write facts. An IntegrityError tells that a sequence number is taken."""
        number = number_of(plan)
        self._connection.execute(APPENDING, [{"plan": number} | vars(entry) for entry in entries])

    def park(self, plan: str, *, seen: int, due_s: float, note: str) -> None:
        """It waits. Raises Fenced when there are more facts than were seen."""
        number = number_of(plan)
        self._connection.execute(PARKING, {"at_plan": number, "due_s": due_s, "note": note})
        self._refuse_news(number, seen)

    def settle(
        self, plan: str, state: PlanState, note: str, events: Sequence[Event], *, seen: int, now_s: float
    ) -> None:
        """Raises Fenced when another runner has settled it, or there are more facts than were seen."""
        number = number_of(plan)
        ended = {
            "state": state,
            "note": note[:2000],
            "finished_s": 0.0 if state in OPEN_STATES else now_s,
            "due_s": 0.0,
        }
        if self._connection.execute(SETTLING, {"at_plan": number} | ended).rowcount == 0:
            raise Fenced(f"plan {plan} is not to be settled as {state} any more")
        self._refuse_news(number, seen)
        if state not in OPEN_STATES:
            self._locks.release(number)
        Events(self._connection).emit(events)

    def decide(self, plan: str, fact: Fact, *, step: str = "", note: str, now_s: float) -> None:
        """An operator's decision (RETRIED, SKIPPED, UNDO_ASKED, ABANDONED): written, and the plan is running again.

        Submit it after the commit. Raises PlanningError `conflict` when it is too late for this decision, or when a
        later plan has touched the same objects since.
        """
        row, facts = self._row(plan, lock=True), self.journal(plan)
        state = PlanState.ABANDONED if any(each.fact is Fact.ABANDONED for each in facts) else PlanState(row.state)
        if fact not in DECISIONS[state]:
            wanted = "undone" if fact is Fact.UNDO_ASKED else fact
            message = f"plan {plan} is {state}: it cannot be {wanted} any more"
            raise PlanningError(Category.CONFLICT, message, "Ask for what you want as a new plan.")
        if step and step not in (ids := [each["id"] for each in msgspec.json.decode(row.plan)["steps"]]):
            message = f"plan {plan} has no step {step[:80]!r}"
            raise PlanningError(Category.NOT_FOUND, message, f"Its steps are {', '.join(ids)[:1000]}.")
        if state not in OPEN_STATES:
            self._locks.take_again(row.id)
        self.append(plan, [Entry(len(facts), step, fact, now_s, note[:2000])])
        again = {"state": PlanState.RUNNING, "finished_s": 0.0, "due_s": now_s, "note": ""}
        self._connection.execute(update(PLANS).where(PLANS.c.id == row.id).values(**again))

    def refuse_later(self, plan: str) -> None:
        """Raises PlanningError `conflict` when a later plan has touched what this finished one touched."""
        self._locks.refuse_later(number_of(plan))

    def _refuse_stale(self, plan: Plan) -> None:
        """PostgreSQL: a plan may have changed an object, ended and let go of it since we read it. SQLite: none can."""
        if self._connection.dialect.name == "sqlite":
            return
        ours = {*plan.touches()}
        mine = tuple((ref, version) for ref, version in plan.made_from if ref in ours)
        if changed := Snapshot(self._connection).changed(mine):
            message = f"{' and '.join(changed)[:500]} changed while this was being planned"
            raise PlanningError(Category.STALE, message, "Ask again: it will be planned from what is there now.")

    def _refuse_news(self, plan: int, seen: int) -> None:
        """Asked once the plan's row is ours: a decision takes it first and writes then, so that it is counted here."""
        if self._connection.scalar(HOW_MANY, {"at_plan": plan}) != seen:
            raise Fenced(f"plan {plan} has been decided about, or is driven by another")

    def ring(self, ref: str) -> list[str]:
        """Running plans that hold a lock on `kind/name`: submit them, something has happened to it."""
        held = select(PLANS.c.id).join(LOCKS, LOCKS.c.plan == PLANS.c.id)
        held = held.where(LOCKS.c.ref == ref, LOCKS.c.held.is_(True), PLANS.c.state == PlanState.RUNNING)
        return [str(number) for number in self._connection.scalars(held)]

    def held(self, refs: Collection[str]) -> set[str]:
        """Those of these objects that a plan has a lock on, running or stuck."""
        these, found = sorted(refs), set[str]()
        for start in range(0, len(these), AT_ONCE):
            held = select(LOCKS.c.ref).where(LOCKS.c.ref.in_(these[start : start + AT_ONCE]), LOCKS.c.held.is_(True))
            found |= {*self._connection.scalars(held)}
        return found

    def unfinished(self) -> list[tuple[str, float]]:
        """Running plans and when each is due (epoch)."""
        running = select(PLANS.c.id, PLANS.c.due_s).where(PLANS.c.state == PlanState.RUNNING)
        return [(str(row.id), row.due_s) for row in self._connection.execute(running)]

    def page(
        self, *, states: Sequence[PlanState] = (), about: str = "", touching: str = "", before: str = "",
        limit: int = 100,
    ) -> list[StoredPlan]:  # fmt: skip
        """Plans, newest first; `before` is the id of the last one on the page before.

        `about` is a plan's own object; `touching` one that it has or had a lock on.

        A plan with a step of a plugin that is not enabled is shown without its steps.
        """
        wanted = select(PLANS).order_by(PLANS.c.id.desc()).limit(limit)
        if states:
            wanted = wanted.where(PLANS.c.state.in_(states))
        if about:
            wanted = wanted.where(PLANS.c.about == about)
        if touching:
            wanted = wanted.where(PLANS.c.id.in_(select(LOCKS.c.plan).where(LOCKS.c.ref == touching)))
        if before:
            wanted = wanted.where(PLANS.c.id < number_of(before))
        return [self._shown(row) for row in self._connection.execute(wanted)]

    def many(self, plans: Collection[str]) -> list[tuple[StoredPlan, tuple[Entry, ...]]]:
        """Those of these that exist, with their journals; shown as `page` does."""
        numbers = [number_of(plan) for plan in plans]
        facts: dict[int, list[Entry]] = defaultdict(list)
        found: list[Row[Any]] = []
        for start in range(0, len(numbers), AT_ONCE):
            these = {"these": numbers[start : start + AT_ONCE]}
            found += self._connection.execute(THESE, these)
            for row in self._connection.execute(JOURNALS, these):
                facts[row.plan].append(Entry(row.seq, row.step, Fact(row.fact), *row[4:]))
        return [(self._shown(row), tuple(facts[row.id])) for row in found]

    def _row(self, plan: str, *, lock: bool = False) -> Row[Any]:
        row = self._connection.execute(LOCKED if lock else BY_ID, {"at_plan": number_of(plan)}).first()
        if row is None:
            raise PlanningError(
                Category.NOT_FOUND, f"there is no plan {plan[:80]!r}", "List what there is: openqrm plan list"
            )
        return row

    def _stored(self, row: Row[Any], plan: Plan | None = None) -> StoredPlan:
        return StoredPlan(
            id=str(row.id), plan=plan or self._codec.load_plan(row.plan), state=PlanState(row.state),
            asked_by=row.asked_by, asked_from=row.asked_from, reason=row.reason, created_s=row.created_s,
            finished_s=row.finished_s, due_s=row.due_s, note=row.note,
        )  # fmt: skip

    def _shown(self, row: Row[Any]) -> StoredPlan:
        try:
            return self._stored(row)
        except OpenqrmError:
            raw = msgspec.json.decode(row.plan)
            return self._stored(row, Plan(title=raw["title"], steps=(), intent=row.intent, about=row.about))

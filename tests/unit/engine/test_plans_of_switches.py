"""Random plans, failures, crashes and decisions: what holds in every journal that the engine writes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from openqrm.domain.errors import Category
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import OPEN_STATES, OnFailure, Plan, PlanState, Step
from openqrm.engine.past import fold
from openqrm.engine.rehearsal import MemoryPlans, rehearse
from openqrm.engine.runner import Runner
from openqrm.plugin_api.testing import Crash, Gate
from tests.unit.engine.wishes import Switch, Switches

NAMES = "abcdef"
CATEGORIES = [Category.BUSY, Category.UNAVAILABLE, Category.REFUSED, Category.CONFLICT]


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    steps = []
    for index, name in enumerate(NAMES[: draw(st.integers(1, len(NAMES)))]):
        needs = draw(st.sets(st.sampled_from(NAMES[:index]))) if index else set()
        action = Switch(name, reversible=draw(st.integers(0, 4)) > 0)
        optional = draw(st.integers(0, 4)) == 0
        steps.append(Step(id=name, action=action, why="of the test", needs=tuple(sorted(needs)), optional=optional))
    return Plan(title="Switches", steps=tuple(steps), on_failure=draw(st.sampled_from(OnFailure)))


class CrashingPlans(MemoryPlans):
    """Rows are points to be killed at."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = Gate()

    def append(self, plan: str, entries: Sequence[Entry]) -> None:
        self.gate.point()
        super().append(plan, entries)
        self.gate.point()


class Operations(RuleBasedStateMachine):
    """One plan, driven, killed, disturbed and decided about in any order."""

    @initialize(plan=plans(), before=st.sets(st.sampled_from(NAMES)), coming=st.sets(st.sampled_from(NAMES)))
    def make(self, plan: Plan, before: set[str], coming: set[str]) -> None:
        self.world, self.store, self.plan = Switches(), CrashingPlans(), plan
        self.world.on, self.world.on_their_way = set(before), coming - before
        self.theirs = before | coming
        self.id = self.store.add(plan, self.world.now)

    @property
    def state(self) -> PlanState:
        return self.store.load(self.id).state

    @rule(crash_in=st.one_of(st.none(), st.integers(0, 8)))
    def drive(self, crash_in: int | None) -> None:
        gate = self.store.gate
        gate.crash_at = None if crash_in is None else gate.points + crash_in
        runner = Runner(self.store, self.world, self.store, steps_at_once=1)
        before = list(self.world.touched)
        ended = self.state is not PlanState.RUNNING
        try:
            runner.drive(self.id)
        except Crash:
            pass
        finally:
            runner.close()
            gate.revive()
        assert not ended or self.world.touched == before, "a plan that had ended did something"

    @rule(seconds=st.sampled_from([1.0, 5.0, 40.0, 400.0]))
    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)

    @rule(name=st.sampled_from(NAMES), category=st.one_of(st.none(), st.sampled_from(CATEGORIES)))
    def disturb(self, name: str, category: Category | None) -> None:
        self.world.failing.pop(name, None)
        if category:
            self.world.failing[name] = category

    @precondition(lambda self: self.state in OPEN_STATES)
    @rule(fact=st.sampled_from([Fact.RETRIED, Fact.SKIPPED, Fact.UNDO_ASKED, Fact.ABANDONED]), pick=st.integers(0, 9))
    def decide(self, fact: Fact, pick: int) -> None:
        whole = fact in (Fact.UNDO_ASKED, Fact.ABANDONED)
        step = "" if whole else self.plan.steps[pick % len(self.plan.steps)].id
        self.store.append(self.id, [Entry(len(self.journal), step, fact, self.world.now)])
        self.store.plans[self.id] = replace(self.store.load(self.id), state=PlanState.RUNNING)

    @property
    def journal(self) -> tuple[Entry, ...]:
        return self.store.journal(self.id)

    @invariant()
    def what_was_found_is_never_undone(self) -> None:
        began = {e.step for e in self.journal if e.fact is Fact.STARTED}
        taken_back = {e.step for e in self.journal if e.fact in (Fact.UNDO_STARTED, Fact.UNDONE)}
        assert taken_back <= began, "a step that we never began was taken back"
        assert self.theirs - began <= self.world.on | self.world.on_their_way, "what was not ours is gone"

    @invariant()
    def nothing_changes_without_a_row_before(self) -> None:
        assert {*self.world.touched} <= {e.step for e in self.journal if e.fact is Fact.STARTED}

    @invariant()
    def no_step_runs_before_its_needs(self) -> None:
        over: set[str] = set()
        for number, entry in enumerate(self.journal):
            step = next((s for s in self.plan.steps if s.id == entry.step), None)
            if step and entry.fact is Fact.STARTED:
                past = fold(self.plan, self.journal[:number])
                over = {s.id for s in self.plan.steps if past.steps[s.id].passed or s.optional}
                assert over.issuperset(step.needs), f"{step.id} was begun before {step.needs}"

    @invariant()
    def rows_are_in_order(self) -> None:
        assert [e.seq for e in self.journal] == [*range(len(self.journal))]

    def teardown(self) -> None:
        """Left alone, it comes to an end or waits for an operator."""
        self.world.failing.clear()
        for _ in range(200):
            if self.state is not PlanState.RUNNING:
                return
            self.drive(None)
            self.world.advance(30)
        raise AssertionError(f"it does not end: {self.journal}")


TestOperations = Operations.TestCase
TestOperations.settings = settings(max_examples=150, stateful_step_count=20, deadline=None)


@settings(max_examples=100, deadline=None)
@given(plans(), st.sets(st.sampled_from(NAMES)), st.dictionaries(st.sampled_from(NAMES), st.sampled_from(CATEGORIES)))
def test_a_plan_that_is_undone_leaves_the_world_as_it_was(
    plan: Plan, before: set[str], failing: dict[str, Category]
) -> None:
    world = Switches()
    world.on, world.failing = set(before), failing
    ended = rehearse(replace(plan, on_failure=OnFailure.UNDO), world)
    wished = {s.id for s in plan.steps if not s.optional}
    if ended.state is PlanState.DONE:
        assert wished <= world.on
    elif ended.state is PlanState.UNDONE:
        assert world.on == before
    else:
        assert any(not s.action.reversible for s in plan.steps) or failing

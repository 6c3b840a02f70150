"""The brain by table: a journal in a line, and what comes next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import OnFailure, Plan, PlanState, Step
from openqrm.engine.next_move import Expire, Finished, Run, Undo, Wait, next_move
from openqrm.engine.past import fold
from tests.unit.engine.wishes import Switch

NOW = 100.0


def step(id_: str, *needs: str, **more: object) -> Step:
    return replace(Step(id=id_, action=Switch(id_), why="of the test", needs=needs, deadline_s=50), **more)


PLAN = Plan(title="Three", steps=(step("a"), step("b", "a"), step("c", "a")))
HOLD = replace(PLAN, on_failure=OnFailure.HOLD)
OPTIONAL = replace(PLAN, steps=(step("a"), step("b", "a", optional=True), step("c", "b")))


def journal(text: str) -> list[Entry]:
    """`a:started@90 a:failed/busy :undo_asked`; without a time it is now."""
    entries = []
    for seq, word in enumerate(text.split()):
        step_, _, rest = word.partition(":")
        rest, _, at = rest.partition("@")
        fact, _, category = rest.partition("/")
        entries.append(Entry(seq, step_, Fact(fact), float(at or NOW), note=fact, category=category))
    return entries


def told(plan: Plan, text: str, **more: object) -> str:
    move = next_move(plan, fold(plan, journal(text)), NOW, **more)
    match move:
        case Run(steps):
            return "run " + " ".join(s.id for s in steps)
        case Undo(one) | Expire(one):
            return f"{type(move).__name__.lower()} {one.id}"
        case Wait(until_s):
            return f"wait {until_s:g}"
        case Finished(state, note):
            return f"{state} {note}".strip()


@pytest.mark.parametrize(
    ("plan", "text", "expected"),
    [
        (PLAN, "", "run a"),
        (PLAN, "a:started", "run a"),
        (PLAN, "a:done", "run b c"),
        (PLAN, "a:found_so b:done", "run c"),
        (PLAN, "a:done b:done c:done", "done"),
        (PLAN, "a:skipped b:done c:done", "done"),
        (PLAN, "a:failed/busy@99.5", "wait 100.5"),
        (PLAN, "a:failed/busy@98", "run a"),
        (PLAN, "a:started@60 a:failed/unavailable@99.5", "wait 100.5"),
        (PLAN, "a:started@40", "expire a"),
        (PLAN, "a:waiting@40", "expire a"),
        (PLAN, "a:waiting@60", "run a"),
        (PLAN, "a:started@40 a:failed/unavailable@92", "undo a"),
        (PLAN, "a:failed/refused", "undone step a: failed"),
        (PLAN, "a:waiting a:failed/refused", "undone step a: failed"),
        (PLAN, "a:started a:failed/refused", "undo a"),
        (PLAN, "a:started a:failed/busy a:failed/busy a:failed/busy", "undo a"),
        (PLAN, "a:started a:done b:started b:failed/refused", "undo b"),
        (PLAN, "a:started a:done b:started b:failed/refused b:undone", "undo a"),
        (PLAN, "a:found_so b:started b:failed/refused b:undone", "undone step b: failed"),
        (PLAN, "a:started a:done b:failed/refused a:undone", "undone step b: failed"),
        (PLAN, "a:started a:done b:failed/refused a:kept", "stuck step b: failed; step a cannot be undone"),
        (PLAN, "a:started a:done b:failed/refused a:undo_failed/refused@99", "stuck step a could not be undone"),
        (PLAN, "a:started a:done b:failed/refused a:undo_failed/busy@99.5", "wait 100.5"),
        (PLAN, "a:started a:done b:failed/refused a:undo_failed/busy@98", "undo a"),
        (PLAN, "a:started a:done b:failed/refused a:undo_failed/busy@97 a:undo_failed/busy@99", "wait 101"),
        (
            PLAN,
            "a:started b:failed/refused a:undo_failed/busy@90 a:undo_failed/busy@91 a:undo_failed/unavailable@92",
            "stuck step a could not be undone",
        ),
        (
            PLAN,
            "a:started b:failed/refused a:undo_started@40 a:undo_failed/unavailable@91",
            "stuck step a could not be undone",
        ),
        (PLAN, "a:started a:done b:failed/refused a:undo_failed/refused a:retried", "undo a"),
        (PLAN, "a:started a:done b:failed/refused a:undo_failed a:skipped", "undone step b: failed"),
        (PLAN, "a:started a:done b:started b:failed/refused b:undone b:retried", "undo a"),
        (PLAN, "a:started a:done b:failed/refused a:undo_started a:undo_failed b:retried a:retried", "undo a"),
        (
            PLAN,
            "a:started b:failed/refused a:undo_started a:undo_failed b:retried a:skipped",
            "undone undone by an operator",
        ),
        (HOLD, "a:done b:started b:failed/refused c:done", "stuck step b: failed"),
        (HOLD, "a:done b:started b:failed/refused c:done b:retried", "run b"),
        (HOLD, "a:done b:started b:failed/refused c:done b:skipped", "done"),
        (HOLD, "a:started a:done b:failed/refused :undo_asked", "undo a"),
        (OPTIONAL, "a:done b:failed/refused", "run c"),
        (OPTIONAL, "a:done b:failed/refused c:done", "done"),
        (PLAN, "a:started a:done b:done c:done :undo_asked", "undo a"),
        (PLAN, "a:found_so :undo_asked", "undone undone by an operator"),
        (PLAN, "a:started :abandoned", "abandoned abandoned by an operator"),
    ],
)
def test_what_comes_next(plan: Plan, text: str, expected: str) -> None:
    assert told(plan, text) == expected


@pytest.mark.parametrize(
    ("text", "busy", "waiting", "expected"),
    [
        ("a:done", {"b"}, {}, "run c"),
        ("a:done", {"b", "c"}, {}, "wait inf"),
        ("a:done", set(), {"b": 105.0}, "run c"),
        ("a:done", {"c"}, {"b": 105.0}, "wait 105"),
        ("a:started@60", set(), {"a": 130.0}, "wait 110"),
        ("a:done b:started b:failed/refused", {"c"}, {}, "wait inf"),
        ("a:started a:done b:failed/refused a:undo_started", set(), {"a": 107.0}, "wait 107"),
        ("a:started a:done b:failed/refused", set(), {"a": 107.0}, "undo a"),
    ],
)
def test_what_comes_next_meanwhile(text: str, busy: set[str], waiting: dict[str, float], expected: str) -> None:
    assert told(PLAN, text, busy=frozenset(busy), waiting=waiting) == expected


def test_an_abandoned_plan_is_left_at_once() -> None:
    move = next_move(PLAN, fold(PLAN, journal("a:started :abandoned")), NOW, frozenset({"a"}))
    assert move == Finished(PlanState.ABANDONED, "abandoned by an operator")

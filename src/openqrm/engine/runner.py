"""Drives plans: asks `next_move`, makes the move, writes the fact; parks what waits. It decides nothing itself."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

import structlog

from openqrm.domain.errors import Category, Ending, OpenqrmError, StepError
from openqrm.domain.event import Event, Severity
from openqrm.domain.journal import Fact
from openqrm.domain.plan import GoesOn, PlanState, Step, StoredPlan
from openqrm.engine.bounds import HostBounds, Room
from openqrm.engine.carry_out import carry_out, expire, forget_sealed, left_at_work, take_back
from openqrm.engine.ledger import Ledger
from openqrm.engine.next_move import Expire, Finished, Run, Undo, Wait, next_move
from openqrm.ports.plans import Dispatcher, Fenced, PlanStore
from openqrm.ports.world import World

log = structlog.get_logger()
NO_ROOM_S = 30.0  # whoever waits for room on a host is called; this is for a call that another process took


class Runner:
    """Drives one plan at a time per call; many calls run side by side in their dispatcher's threads."""

    def __init__(self, store: PlanStore, world: World, dispatcher: Dispatcher, *, steps_at_once: int = 64) -> None:
        self._store, self._world, self._dispatcher = store, world, dispatcher
        self._pool = ThreadPoolExecutor(steps_at_once, thread_name_prefix="step")
        self._bounds = HostBounds()
        self._parked: dict[str, dict[str, Room]] = {}  # plan → its steps that wait for room on their host
        self._stopping = threading.Event()

    def drive(self, plan: str) -> None:
        """Move the plan on until it ends, is stuck, or has to wait."""
        ledger = Ledger(self._store, self._world, plan)
        if ledger.stored.state is not PlanState.RUNNING:
            return self._give_up(self._parked.pop(plan, {}))
        drive = _Drive(self, ledger)
        try:
            drive.go()
        except Fenced:
            log.info("plan is driven by another runner", plan=plan)
        except Ending:
            self._dispatcher.submit(plan)
        finally:
            drive.leave()

    def _give_up(self, rooms: dict[str, Room]) -> None:
        for room in rooms.values():
            self._bounds.give_up(room)

    def stop(self) -> None:
        """Begin no further move: each plan is left where it is, for the next start or another process to go on."""
        self._stopping.set()

    def close(self) -> None:
        """Let the steps that run come to their end."""
        self._pool.shutdown(wait=True, cancel_futures=True)


class _Drive:
    def __init__(self, runner: Runner, ledger: Ledger) -> None:
        self._r, self._ledger = runner, ledger
        self._busy: dict[Future[float], Step] = {}
        self._rooms = runner._parked.pop(ledger.stored.id, {})
        uncalled = [step for step, room in self._rooms.items() if not room.done()]
        self._waiting = dict.fromkeys(uncalled, runner._world.now_s() + NO_ROOM_S)

    def go(self) -> None:
        world, stored = self._r._world, self._ledger.stored
        while True:
            busy = frozenset(step.id for step in self._busy.values())
            if self._r._stopping.is_set():
                if not busy:
                    return self._r._dispatcher.submit(stored.id)
                self._collect(float("inf"))
                continue
            move = next_move(stored.plan, self._ledger.past(), world.now_s(), busy, self._waiting)
            match move:
                case Run(steps):
                    self._run(steps)
                case Expire(step):
                    expire(step, self._ledger, world)
                case Undo(step):
                    again_s = self._guarded(step, lambda step: take_back(step, self._ledger, world), Fact.UNDO_FAILED)
                    self._note(step, again_s)
                case Wait(until_s):
                    if not self._busy:
                        return self._park(until_s)
                    self._collect(max(0.0, until_s - world.now_s()))
                case Finished(state, note):
                    if state is PlanState.UNDONE:
                        forget_sealed(self._ledger, world)
                    elif state is PlanState.ABANDONED:
                        halted = [self._halt(step, work) for step, work in left_at_work(self._ledger)]
                        note = "; ".join([note, *filter(None, dict.fromkeys(halted))])
                    events = ending(stored, state, note, world.now_s())
                    return self._r._store.settle(stored.id, state, note, events, seen=self._ledger.seen)

    def leave(self) -> None:
        """However it ended, no step is at work still: the next drive may take back what it finds."""
        wait(self._busy)
        self._r._give_up(self._rooms)

    def _run(self, steps: tuple[Step, ...]) -> None:
        entered = [step for step in steps if self._enter(step)]
        if len(entered) == 1 and not self._busy:
            self._note(entered[0], self._carry_out(entered[0]))
            return
        for step in entered:
            self._busy[self._r._pool.submit(self._carry_out, step)] = step
        if self._busy:
            self._collect(0)

    def _enter(self, step: Step) -> bool:
        room = self._r._bounds.enter(step.host, self._rooms.pop(step.id, None))
        if room:
            self._rooms[step.id] = room
            self._note(step, NO_ROOM_S)
        return room is None

    def _collect(self, timeout_s: float) -> None:
        timeout = None if timeout_s == float("inf") else max(timeout_s, 0.01)
        rooms = self._awaited_rooms()
        awaited: list[Future[Any]] = [*self._busy, *rooms.values()]
        wait(awaited, timeout, FIRST_COMPLETED)
        for future in [each for each in self._busy if each.done()]:
            self._note(self._busy.pop(future), future.result())
        for step in [step for step, room in rooms.items() if room.done()]:
            del self._waiting[step]

    def _awaited_rooms(self) -> dict[str, Room]:
        """Without those that their step was called to; what it does not take is given up in the end."""
        return {step: room for step, room in self._rooms.items() if step in self._waiting}

    def _note(self, step: Step, again_s: float) -> None:
        if again_s:
            self._waiting[step.id] = self._r._world.now_s() + again_s
        else:
            self._waiting.pop(step.id, None)

    def _halt(self, step: Step, work: GoesOn) -> str:
        """What cannot be ended is told: neither that nor a defect keeps the objects of a plan nobody wants any more."""
        try:
            return work.halt(self._r._world) or ""
        except Ending:
            raise
        except OpenqrmError as error:
            why = error.message
        except Exception as bug:
            log.exception("defect in an action", plan=self._ledger.stored.id, step=step.id)
            why = f"{type(bug).__name__}: {bug}"
        return f"what step {step.id} began may go on: {why}"

    def _carry_out(self, step: Step) -> float:
        try:
            return self._guarded(step, lambda step: carry_out(step, self._ledger, self._r._world), Fact.FAILED)
        finally:
            self._r._bounds.leave(step.host)

    def _guarded(self, step: Step, work: Callable[[Step], float], on_bug: Fact) -> float:
        """A defect in an action is a failed step that says so, not a plan that nobody drives any more."""
        try:
            return work(step)
        except (Fenced, Ending):
            raise
        except Exception as bug:
            log.exception("defect in an action", plan=self._ledger.stored.id, step=step.id)
            hint = "This is a defect: report it with the log of the server, then undo or abandon the plan."
            error = StepError(Category.BUG, f"{type(bug).__name__}: {bug}", hint)
            self._ledger.write(step.id, on_bug, error=error)
            return 0

    def _park(self, until_s: float) -> None:
        plan, dispatcher = self._ledger.stored.id, self._r._dispatcher
        note = f"waiting for {', '.join(self._waiting) or 'its next attempt'}"
        self._r._store.park(plan, seen=self._ledger.seen, due_s=until_s, note=note)
        dispatcher.submit(plan, due_s=until_s)
        parked = self._r._parked[plan] = self._awaited_rooms()
        self._rooms = {step: room for step, room in self._rooms.items() if step not in parked}
        for room in parked.values():
            room.add_done_callback(lambda told: None if told.cancelled() else dispatcher.submit(plan))


def ending(stored: StoredPlan, state: PlanState, note: str, now_s: float) -> tuple[Event, ...]:
    """The events of a plan that came to this state."""
    plan = stored.plan
    if state is PlanState.DONE:
        if not plan.topic_done:
            return ()
        topic, severity, text = plan.topic_done, Severity.NOTICE, plan.title
    else:
        severity = Severity.ERROR if state is PlanState.STUCK else Severity.WARNING
        topic, text = f"plan.{state}", f"{plan.title}: {note}"
    event = Event(
        name="", topic=topic, about=plan.about, severity=severity, text=text, plan=stored.id, user=stored.asked_by,
        at_s=now_s, seen_at_s=now_s,
    )  # fmt: skip
    return (event,)

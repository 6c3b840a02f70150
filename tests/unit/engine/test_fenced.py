"""A drive that was fenced off leaves nothing at work behind: the next one may take back what it finds."""

from __future__ import annotations

import threading

from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan, Step
from openqrm.engine.rehearsal import MemoryPlans
from openqrm.engine.runner import Runner
from openqrm.plugin_api.testing import SimulatedWorld
from tests.unit.engine.test_stopping import Note


def test_a_fenced_drive_ends_only_when_its_steps_have() -> None:
    written: list[str] = []
    begun, may_end = threading.Event(), threading.Event()
    quick, slow = Note("quick", written), Note("slow", written)
    slow.then.extend([begun.set, may_end.wait, lambda: written.append("the end of slow")])
    steps = tuple(Step(id=note.word, action=note, why="of the test") for note in (quick, slow))
    plans, world = MemoryPlans(), SimulatedWorld()
    plan = plans.add(Plan(title="Write two words", steps=steps), world.now_s())

    def undo() -> None:
        entry = Entry(len(plans.journals[plan]), "", Fact.UNDO_ASKED, world.now_s(), "")
        plans.append(plan, [entry])
        threading.Timer(0.3, may_end.set).start()

    quick.then.extend([begun.wait, undo])
    Runner(plans, world, plans).drive(plan)
    assert "the end of slow" in written

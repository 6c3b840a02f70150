"""The second dry run: how each step stands before anything is done, and what of it cannot be taken back."""

import pytest

from openqrm.domain.plan import Plan, Step
from openqrm.domain.resource import Resource
from openqrm.engine.preview import look_at
from openqrm.plugin_api.actions import ClearKernel, SetField
from openqrm.plugin_api.testing import SimulatedWorld
from openqrm.services.plan_view import render_lines, view_plan

SAY = SetField("resource", "m1", "comment", "new", "old", "Say something of m1")


@pytest.mark.parametrize(
    ("comment", "needs", "makes_new", "state"),
    [
        ("new", (), False, "already so"),
        ("old", (), False, "would change"),
        ("else", (), False, "would fail"),
        ("else", ("a",), False, "cannot tell yet"),
        ("else", ("a",), True, "would fail"),
    ],
)
def test_each_step_says_how_it_stands(comment: str, needs: tuple[str, ...], makes_new: bool, state: str) -> None:
    step = Step(id="b", action=SAY, why="it was asked for", needs=needs, makes_new=makes_new)
    world = SimulatedWorld(given=(Resource(name="m1", comment=comment),))
    (seen,) = look_at(Plan(title="a plan", steps=(step,), intent="resource.edit", locks=()), world)
    assert seen[0] == state and seen[1]


def test_what_cannot_be_taken_back_is_told_in_words() -> None:
    steps = (Step(id="a", action=SAY, why="so"), Step(id="b", action=ClearKernel("/kernels/old"), why="so"))
    view = view_plan(Plan(title="a plan", steps=steps, intent="kernel.remove", locks=()))
    assert [step.undo.startswith("cannot be undone: its files are gone") for step in view.steps] == [False, True]
    assert sum("cannot be undone" in line for line in render_lines(view)) == 1

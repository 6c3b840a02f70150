"""Of two starts of one appliance on two resources one runs, wherever openQRM is killed in the first one's work."""

from __future__ import annotations

from dataclasses import replace

import pytest

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OPEN_STATES, Plan, PlanState
from openqrm.engine.rehearsal import drive_to_end
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.plugin_api.testing import Crash, SimulatedWorld
from tests.unit.engine.rack import Rack, planning
from tests.unit.engine.test_kill import GatedPlans

BY = [pytest.param(True, id="bmc"), pytest.param(False, id="agent")]


class Site:
    """A rack whose plans take locks, as those in the database do."""

    def __init__(self, *, bmc: bool, dies_at: str = "") -> None:
        self.rack = Rack(bmc=bmc)
        self.world: SimulatedWorld = self.rack.world()
        self.rack.dies_at = dies_at
        self.plans = GatedPlans(self.world.gate)
        self.world.forget_preparation()

    def start(self, resource: str) -> str:
        """The plan of a start there. Raises PlanningError."""
        plan = plan_start_appliance(StartAppliance("web", resource=resource), planning(self.world))
        self._refuse_held(plan)
        return self.plans.add(plan, self.world.now_s())

    def _refuse_held(self, plan: Plan) -> None:
        held = {ref for each in self.plans.plans.values() if each.state in OPEN_STATES for ref in each.plan.touches()}
        if held & {*plan.touches()}:
            raise PlanningError(Category.BUSY, "another plan is at work on it", "Wait for its end.")

    def drive(self, id_: str) -> PlanState:
        drive_to_end(self.plans, id_, self.world)
        self.world.advance(60)
        return self.plans.plans[id_].state

    def killed(self, id_: str, at: int) -> None:
        """What openQRM does of this plan until it is killed there."""
        self.world.gate.crash_at = at
        try:
            self.drive(id_)
        except Crash:
            self.world.gate.revive()
        self.world.gate.crash_at = None

    def abandon(self, id_: str) -> None:
        """An operator takes the matter into his own hands: nothing is undone, and the locks are let go."""
        self.plans.plans[id_] = replace(self.plans.plans[id_], state=PlanState.ABANDONED)

    def running(self) -> list[str]:
        return [name for name, machine in self.rack.machines.items() if machine.runs == "web"]


def points(bmc: bool, dies_at: str = "") -> int:
    site = Site(bmc=bmc, dies_at=dies_at)
    site.drive(site.start("blade1"))
    return site.world.gate.points


@pytest.mark.parametrize("bmc", BY)
def test_the_second_is_refused_at_every_point_of_the_first(bmc: bool) -> None:
    for at in range(points(bmc)):
        site = Site(bmc=bmc)
        first = site.start("blade1")
        site.killed(first, at)
        with pytest.raises(PlanningError):
            site.start("blade2")
        assert site.drive(first) is PlanState.DONE
        with pytest.raises(PlanningError):
            site.start("blade2")
        assert site.running() == ["blade1"], f"killed at {at}"


@pytest.mark.parametrize("bmc", BY)
def test_the_second_runs_when_the_first_was_undone(bmc: bool) -> None:
    for at in range(points(bmc, "root-found")):
        site = Site(bmc=bmc, dies_at="root-found")
        first = site.start("blade1")
        site.killed(first, at)
        assert site.drive(first) is PlanState.UNDONE, f"killed at {at}"
        site.rack.dies_at = ""
        assert site.drive(site.start("blade2")) is PlanState.DONE, f"killed at {at}"
        assert site.running() == ["blade2"], f"killed at {at}"


@pytest.mark.parametrize("bmc", BY)
def test_there_are_never_two_when_the_first_was_abandoned(bmc: bool) -> None:
    """Its locks are let go in the middle of its work; the rack stops the test where two may write one volume."""
    told = set()
    for at in range(points(bmc)):
        site = Site(bmc=bmc)
        first = site.start("blade1")
        site.killed(first, at)
        site.abandon(first)
        site.world.advance(60)
        try:
            told.add(site.drive(site.start("blade2")))
        except PlanningError:
            told.add(None)
        assert len(site.running()) <= 1, f"killed at {at}: {site.running()}"
    assert told >= {None, PlanState.DONE}, f"the two ways that it can end: {told}"

"""openQRM is killed before and after every effect and every journal row; the end is the one of an undisturbed run.

Enumerated, not sampled: start, stop and switch, with a BMC and by the agent alone, in success, when a boot fails, and
with each command refused. A plan that is stuck is tried again with what refused mended, and comes to the same end:
where it stopped, steps that run side by side may have come more or less far. `make check` takes those by the agent and
one of the refusals, `make test` all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from openqrm.domain.event import Event
from openqrm.domain.journal import Entry, Fact
from openqrm.domain.plan import Plan, PlanState
from openqrm.engine.past import fold
from openqrm.engine.rehearsal import MemoryPlans, drive_to_end
from openqrm.planning.appliance_start import StartAppliance, plan_start_appliance
from openqrm.planning.appliance_stop import StopAppliance, plan_stop_appliance
from openqrm.planning.appliance_switch import SwitchAppliance, plan_switch_appliance
from openqrm.plugin_api.testing import Crash, Disturbance, Gate, SimulatedWorld
from openqrm.plugin_api.testing.state import State, difference
from tests.unit.engine.rack import Rack, planning


class GatedPlans(MemoryPlans):
    """Before and after every row there is a point to be killed at."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def append(self, plan: str, entries: Sequence[Entry]) -> None:
        self._gate.point()
        super().append(plan, entries)
        self._gate.point()

    def settle(self, plan: str, state: PlanState, note: str, events: Sequence[Event], *, seen: int) -> None:
        self._gate.point()
        super().settle(plan, state, note, events, seen=seen)
        self._gate.point()


def start(world: SimulatedWorld) -> Plan:
    return plan_start_appliance(StartAppliance("web"), planning(world))


def stop(world: SimulatedWorld) -> Plan:
    return plan_stop_appliance(StopAppliance("web"), planning(world))


def switch(world: SimulatedWorld) -> Plan:
    return plan_switch_appliance(SwitchAppliance("web", resource="blade2"), planning(world))


def restart(world: SimulatedWorld) -> Plan:
    """Of one that is stopped already."""
    return plan_start_appliance(StartAppliance("web", resource="blade1"), planning(world))


def refit(world: SimulatedWorld) -> Plan:
    """A switch on the machine it is on."""
    return plan_switch_appliance(SwitchAppliance("web", kernel="k2"), planning(world))


PLANS: dict[str, tuple[Callable[[SimulatedWorld], Plan], bool]] = {
    "start": (start, False), "stop": (stop, True), "switch": (switch, True), "refit": (refit, True),
}  # fmt: skip
REVERSED: dict[str, Callable[[SimulatedWorld], Plan]] = {"start": stop, "stop": restart}


BY = [pytest.param(True, id="bmc", marks=pytest.mark.slow), pytest.param(False, id="agent")]


@dataclass
class Run:
    """One run of one plan, killed at `crash_at` and driven on; `refused` is the label of what goes wrong."""

    story: str
    bmc: bool
    dies_at: str = ""
    refused: str = ""
    how: Disturbance = Disturbance.REFUSED
    crash_at: int | None = None
    undo: bool = False  # once it is done
    filled: bool = False  # the image is installed from another volume
    reversed: bool = False  # once it is done, by the plan of its reversal

    def go(self) -> Run:
        rack = Rack(bmc=self.bmc, filled=self.filled)
        self.world = rack.world()
        make, running_before = PLANS[self.story]
        if running_before:
            before = MemoryPlans()
            drive_to_end(before, before.add(start(self.world), self.world.now_s()), self.world)
            self.world.advance(1)
        rack.dies_at = self.dies_at
        self.world.forget_preparation()
        self.plans = GatedPlans(self.world.gate)
        id_ = self.plans.add(make(self.world), self.world.now_s())
        self.before = state_of(self.world)
        if self.reversed:
            id_ = self._reversal_of(id_)
        if self.refused:
            self.world.gate.disturbances[self.refused] = self.how
        self.world.gate.crash_at = self.crash_at
        try:
            self._drive(id_)
        except Crash:
            self.world.gate.revive()
            self._drive(id_)
        self.state, self.note = self.plans.plans[id_].state, self.plans.plans[id_].note
        self.points, self.world.gate.crash_at = self.world.gate.points, None
        if self.state is PlanState.STUCK:
            self._retry(id_)
        self.world.advance(60)
        self.end = self.plans.plans[id_].state
        self.journal = [(e.step, e.fact.value) for e in self.plans.journals[id_]]
        return self

    def _reversal_of(self, id_: str) -> str:
        drive_to_end(self.plans, id_, self.world)
        self.world.advance(1)
        self.world.forget_preparation()
        return self.plans.add(REVERSED[self.story](self.world), self.world.now_s())

    def _drive(self, id_: str) -> None:
        drive_to_end(self.plans, id_, self.world)
        if self.undo and self.plans.plans[id_].state is PlanState.DONE:
            self._decide(id_, Fact.UNDO_ASKED)
            drive_to_end(self.plans, id_, self.world)

    def _decide(self, id_: str, fact: Fact, step: str = "") -> None:
        MemoryPlans.append(self.plans, id_, [Entry(len(self.plans.journals[id_]), step, fact, self.world.now_s())])
        self.plans.plans[id_] = replace(self.plans.plans[id_], state=PlanState.RUNNING)

    def _retry(self, id_: str) -> None:
        """As an operator does once what refused is mended."""
        self.world.gate.disturbances.clear()
        for step, past in fold(self.plans.plans[id_].plan, self.plans.journals[id_]).steps.items():
            if past.undo_failures or (past.failures and not past.passed):
                self._decide(id_, Fact.RETRIED, step)
        drive_to_end(self.plans, id_, self.world)


def state_of(world: SimulatedWorld) -> State:
    """Without the names of boots: whoever comes back has booted once more."""
    return {ref: re.sub(r"\('boot_id', 'b\d*'\)", "('boot_id', '')", text) for ref, text in world.state().items()}


def unnumbered(state: State) -> State:
    """Without the numbers of grants: a new grant has a new secret."""
    return {
        re.sub(r"(grant-.*)\.\d+$", r"\1", ref): re.sub(r"(grant-.*?)\.\d+'", r"\1'", text)
        for ref, text in state.items()
    }


def demand_same_end(calm: Run) -> None:
    for point in range(calm.points):
        run = Run(
            calm.story, calm.bmc, calm.dies_at, calm.refused, calm.how, point, calm.undo, calm.filled, calm.reversed
        ).go()
        where = f"{calm.story}, {calm.refused or calm.dies_at or 'success'}, killed at {point}"
        assert run.state == calm.state, (
            f"{where}: {run.state} ({run.note}), not {calm.state} ({calm.note}); {run.journal}"
        )
        assert run.end == calm.end, f"{where}, then tried again: {run.end}, not {calm.end}; {run.journal}"
        told = difference(state_of(calm.world), state_of(run.world))
        assert not told, f"{where}:\n{told}\n{run.journal}"
        assert {"web", "other"} <= {*run.world.hosts["shelf-host"].shelves}, f"{where}: a volume is gone"


@pytest.mark.parametrize("bmc", BY)
@pytest.mark.parametrize("story", PLANS)
def test_killed_in_success(story: str, bmc: bool) -> None:
    calm = Run(story, bmc).go()
    assert calm.state is PlanState.DONE, (calm.note, calm.journal)
    demand_same_end(calm)


@pytest.mark.parametrize("bmc", BY)
def test_killed_when_a_boot_fails(bmc: bool) -> None:
    calm = Run("start", bmc, dies_at="root-found").go()
    assert calm.state is PlanState.UNDONE and "no such root" in calm.note, (calm.note, calm.journal)
    assert not difference(calm.before, state_of(calm.world))
    demand_same_end(calm)


@pytest.mark.parametrize("bmc", BY)
@pytest.mark.parametrize("story", PLANS)
def test_killed_while_what_was_done_is_undone(story: str, bmc: bool) -> None:
    calm = Run(story, bmc, undo=True).go()
    assert calm.state is PlanState.UNDONE, (calm.note, calm.journal)
    assert not difference(calm.before, state_of(calm.world))
    demand_same_end(calm)


@pytest.mark.parametrize("bmc", [True, False], ids=["bmc", "agent"])
@pytest.mark.parametrize("story", REVERSED)
def test_killed_while_its_reversal_takes_it_back(story: str, bmc: bool) -> None:
    calm = Run(story, bmc, reversed=True).go()
    assert calm.state is PlanState.DONE, (calm.note, calm.journal)
    assert not difference(unnumbered(calm.before), unnumbered(state_of(calm.world)))
    asked = [label for label in calm.world.gate.log if "poweroff" in label or "reboot" in label]
    assert asked or story != "start", "its system was not asked to end"
    demand_same_end(calm)


@pytest.mark.parametrize("undo", [False, True], ids=["done", "undone"])
@pytest.mark.parametrize("bmc", BY)
def test_killed_while_an_image_is_filled(bmc: bool, undo: bool) -> None:
    calm = Run("start", bmc, undo=undo, filled=True).go()
    assert calm.state is (PlanState.UNDONE if undo else PlanState.DONE), (calm.note, calm.journal)
    assert {"lend-golden", "reclaim-golden"} <= {step for step, _ in calm.journal}
    assert calm.world.hosts["shelf-host"].shelves["golden"] == ["10.9.9.9"]
    assert not undo or not difference(calm.before, state_of(calm.world))
    demand_same_end(calm)


def test_killed_in_each_refusal_of_a_start() -> None:
    demand_same_end_of_each_refusal("start", True, Disturbance.REFUSED)


@pytest.mark.slow
@pytest.mark.parametrize("how", [Disturbance.REFUSED, Disturbance.UNAVAILABLE])
@pytest.mark.parametrize("bmc", [True, False], ids=["bmc", "agent"])
@pytest.mark.parametrize("story", PLANS)
def test_killed_in_each_refusal(story: str, bmc: bool, how: Disturbance) -> None:
    demand_same_end_of_each_refusal(story, bmc, how)


def demand_same_end_of_each_refusal(story: str, bmc: bool, how: Disturbance) -> None:
    labels = dict.fromkeys(label for label in Run(story, bmc).go().world.gate.log if ": " in label)
    assert labels
    for label in labels:
        calm = Run(story, bmc, refused=label, how=how).go()
        assert calm.state in (PlanState.DONE, PlanState.UNDONE, PlanState.STUCK)
        demand_same_end(calm)

"""A volume that openQRM knows nothing of is shown as such, and is not taken for ours."""

from __future__ import annotations

from openqrm.domain.plan import PlanState
from openqrm.domain.storage import Volume
from openqrm.engine.preview import look_at
from openqrm.engine.rehearsal import MemoryPlans, drive_to_end
from openqrm.planning.volume import CreateVolume, InspectVolumes, answer_inspect_volumes, plan_create_volume
from openqrm.plugin_api.planning import Reading
from openqrm.plugin_api.testing import SimulatedWorld
from tests.unit.engine.rack import Rack, planning
from tests.unit.plugin_api.shelf import STORAGE, writers


def create(world: SimulatedWorld) -> tuple[PlanState, str]:
    """A volume under the name of a shelf that is there, and that another machine writes."""
    plans = MemoryPlans()
    plan = plan_create_volume(CreateVolume(name="other", storage=STORAGE.name), planning(world))
    id_ = plans.add(plan, world.now_s())
    drive_to_end(plans, id_, world)
    return plans.load(id_).state, plans.load(id_).note


def test_a_foreign_volume_is_not_taken_for_ours() -> None:
    world = Rack().world()
    state, note = create(world)
    assert state is PlanState.UNDONE and "was not made by this plan" in note
    assert world.records.find(Volume, "other") is None and writers(world, "other") == {"10.9.9.9"}


def test_the_preview_says_so() -> None:
    world = Rack().world()
    plan = plan_create_volume(CreateVolume(name="other", storage=STORAGE.name), planning(world))
    assert look_at(plan, world)[-1] == ("would fail", "the shelf exists, and was not made by this plan")


def test_what_a_storage_holds_is_shown_as_what_it_is_to_us() -> None:
    world = Rack().world()
    world.records.put(Volume(name="lost", storage=STORAGE.name, size_mib=64))
    given = planning(world)
    reading = Reading(facts=given.facts, drivers=given.drivers, world=world, user="anna")
    rows = answer_inspect_volumes(InspectVolumes(storage=STORAGE.name), reading)
    assert {row.name: row.standing.value for row in rows} == {
        "golden": "ours", "lost": "vanished", "other": "foreign", "web": "ours",
    }  # fmt: skip

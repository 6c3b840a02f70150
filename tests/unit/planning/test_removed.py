"""A removed volume is remembered, had back under its old name, and purged when its time is over."""

from dataclasses import replace
from typing import Any

import pytest

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Plan, Step
from openqrm.domain.resource import SELF, Resource
from openqrm.domain.storage import Removal, Storage, Volume
from openqrm.planning import volume, volume_removed, volume_resize
from openqrm.planning.storage import RemoveStorage, plan_remove_storage
from openqrm.plugin_api.planning import Planning
from tests.unit.planning.shelf import PlainDrivers, PlainStorage, planning, said

NOW_S = 1000.0
WEB = Volume(name="web", id=7, version=1, storage="vol", size_mib=64, source="golden")
GONE = Removal(
    name="web.7", version=1, volume="web", number=7, storage="vol", size_mib=64, source="golden", removed_s=NOW_S,
    until_s=NOW_S + 60,
)  # fmt: skip
SITE = (Resource(name=SELF), Storage(name="vol", type="keeping", resource=SELF), Storage(name="old", resource=SELF))


class KeepingStorage(PlainStorage):
    def plan_remove(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return (said(f"remove-{volume.name}"),)

    def plan_restore(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return (said(f"restore-{volume.name}.{volume.id}"),)

    def plan_purge(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return (said(f"purge-{volume.name}"),)

    def plan_resize(self, storage: Storage, volume: Volume, size_mib: int) -> tuple[Step, ...]:
        return (said(f"resize-{volume.name}"),)

    def keep_s(self, storage: Storage) -> float:
        return 60.0


class Drivers(PlainDrivers):
    def storage(self, storage: Storage) -> Any:
        return KeepingStorage() if storage.type == "keeping" else PlainStorage()


def given(*records: Any, now_s: float = NOW_S) -> Planning:
    return replace(planning(*SITE, *records), drivers=Drivers(), now_s=now_s)


def ids(plan: Plan) -> list[str]:
    return [step.id for step in plan.steps]


def test_what_was_removed_is_remembered() -> None:
    plan = volume.plan_remove_volume(volume.RemoveVolume("web"), given(WEB))
    assert ids(plan) == ["remove-web", "remember", "record"]
    assert plan.steps[1].action.record == "web.7"
    assert plan.title.endswith("it can be had back as web.7")


def test_where_nothing_is_kept_nothing_is_remembered() -> None:
    plan = volume.plan_remove_volume(volume.RemoveVolume("web"), given(replace(WEB, storage="old")))
    assert ids(plan) == ["record"]


def test_it_is_had_back_as_it_was() -> None:
    plan = volume_removed.plan_restore_volume(volume_removed.RestoreVolume("web.7"), given(GONE))
    assert ids(plan) == ["record", "restore-web.7", "had-back"]
    fields = plan.steps[0].action.fields
    assert (fields["size_mib"], fields["source"]) == (64, "")  # golden is not there any more
    assert {"volume/web", "removal/web.7"} <= {*plan.locks}


def test_purged_is_for_good() -> None:
    plan = volume_removed.plan_purge_volume(volume_removed.PurgeVolume("web.7"), given(GONE))
    assert ids(plan) == ["purge-web.7", "forget-web.7"]
    assert plan.confirm == "web.7"


def test_only_what_is_due_is_purged() -> None:
    other = replace(GONE, name="web.9", number=9, until_s=NOW_S + 3600)
    later = given(GONE, other, now_s=NOW_S + 60)
    assert ids(volume_removed.plan_purge_due(volume_removed.PurgeDueVolumes(), later)) == [
        "purge-web.7", "forget-web.7",
    ]  # fmt: skip
    with pytest.raises(PlanningError, match="time is over"):
        volume_removed.plan_purge_due(volume_removed.PurgeDueVolumes(), given(GONE, other))


def test_resized_it_is_written_down() -> None:
    plan = volume_resize.plan_resize_volume(volume_resize.ResizeVolume("web", 128), given(WEB))
    assert ids(plan) == ["resize-web", "record"]


REFUSALS: list[tuple[Any, Any, Any, Category]] = [
    (volume_removed.plan_restore_volume, volume_removed.RestoreVolume("web.7"), (WEB, GONE), Category.CONFLICT),
    (volume_removed.plan_restore_volume, volume_removed.RestoreVolume("web.8"), (GONE,), Category.NOT_FOUND),
    (
        volume_removed.plan_purge_volume,
        volume_removed.PurgeVolume("web.7"),
        (replace(GONE, storage="old"),),
        Category.UNSUPPORTED,
    ),
    (volume_resize.plan_resize_volume, volume_resize.ResizeVolume("web", 9), (replace(WEB, storage="old"),),
     Category.UNSUPPORTED),
    (volume_resize.plan_resize_volume, volume_resize.ResizeVolume("web", 99), (replace(WEB, granted_to="m1"),),
     Category.CONFLICT),
    (plan_remove_storage, RemoveStorage("vol"), (GONE,), Category.CONFLICT),
]  # fmt: skip


@pytest.mark.parametrize(("planner", "intent", "records", "category"), REFUSALS)
def test_what_cannot_be_is_refused(planner: Any, intent: Any, records: Any, category: Category) -> None:
    with pytest.raises(PlanningError) as refused:
        planner(intent, given(*records))
    assert refused.value.category is category

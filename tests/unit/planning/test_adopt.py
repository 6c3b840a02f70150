"""What a storage held before is planned as a volume, and given back: never what is ours already, or what is needed."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Reversal, Step
from openqrm.domain.record import Record
from openqrm.domain.resource import SELF, Resource
from openqrm.domain.storage import Image, Loan, Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.volume_adopt import AdoptVolume, ForgetVolume, plan_adopt_volume, plan_forget_volume
from openqrm.plugin_api.planning import Planning
from tests.unit.planning.shelf import PlainDrivers, PlainStorage, planning, said

WEB = Volume(name="web", id=7, version=1, storage="vol", size_mib=64)
SITE = (Resource(name=SELF), Storage(name="vol", type="adopting", resource=SELF), Storage(name="old", resource=SELF))


class AdoptingStorage(PlainStorage):
    def plan_adopt(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return (said(f"adopt-{volume.name}-on-{storage.name}"),)

    def plan_forget(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        return (said(f"forget-{volume.name}-on-{storage.name}"),)


class Drivers(PlainDrivers):
    def storage(self, storage: Storage) -> Any:
        return AdoptingStorage() if storage.type == "adopting" else PlainStorage()


def given(*records: Record) -> Planning:
    return replace(planning(*SITE, *records), drivers=Drivers())


def test_what_is_there_becomes_a_volume_and_the_way_back_is_to_forget_it() -> None:
    plan = plan_adopt_volume(AdoptVolume("web", "vol"), given())
    assert [step.id for step in plan.steps] == ["adopt-web-on-vol"] and "volume/web" in plan.locks
    assert plan.reversal == Reversal("volume.forget", {"name": "web"}) and plan.topic_done == "volume.adopted"
    assert AdoptVolume.role is ForgetVolume.role is Role.ADMINISTRATOR, "else an operator takes what is another's"


def test_what_is_forgotten_stays_where_it_is() -> None:
    plan = plan_forget_volume(ForgetVolume("web"), given(WEB))
    assert [step.id for step in plan.steps] == ["forget-web-on-vol"] and "volume/web" in plan.locks


REFUSED: dict[str, tuple[Callable[[], object], Category, str]] = {
    "ours": (lambda: plan_adopt_volume(AdoptVolume("web", "vol"), given(WEB)), Category.CONFLICT, "volume web already"),
    "only names": (lambda: plan_adopt_volume(AdoptVolume("web", "old"), given()), Category.UNSUPPORTED, "taken over"),
    "an image": (
        lambda: plan_forget_volume(ForgetVolume("web"), given(WEB, Image(name="debian", volume="web"))),
        Category.CONFLICT, "in use by image debian",
    ),
    "a clone": (
        lambda: plan_forget_volume(ForgetVolume("web"), given(WEB, replace(WEB, name="db", source="web"))),
        Category.CONFLICT, "in use by volume db",
    ),
    "a loan": (
        lambda: plan_forget_volume(ForgetVolume("web"), given(WEB, Loan(name="web.x", volume="web", resource=SELF))),
        Category.CONFLICT, f"in use by resource {SELF}",
    ),
    "a grant": (
        lambda: plan_forget_volume(ForgetVolume("web"), given(replace(WEB, granted_to="m1"))),
        Category.CONFLICT, "granted to m1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_ours_already_or_needed_is_refused(what: str) -> None:
    plan, category, because = REFUSED[what]
    with pytest.raises(PlanningError, match=because) as refused:
        plan()
    assert refused.value.category is category

"""Filling an image by its storage: where it can be done, by whom, and what takes it back."""

from typing import Any

import pytest

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure
from openqrm.domain.resource import SELF, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.image_fill import FillImage, plan_fill_image
from openqrm.plugin_api.actions import ClearFolder, FillFolder
from openqrm_plugins.nfs_storage.driver import Driver
from openqrm_plugins.nfs_storage.settings import Settings
from tests.unit.planning.shelf import planning

SITE = (
    Resource(name=SELF, address="10.0.0.1"),
    Storage(name="nas", type="nfs-storage", resource=SELF),
    Volume(name="root", id=7, storage="nas", size_mib=100),
    Volume(name="busy", storage="nas", granted_to="m1"),
    Image(name="web", volume="root"),
    Image(name="taken", volume="busy"),
)
WISH = FillImage("web", "/srv/small.tar.zst")


class Nfs:
    """Drivers of a site with the NFS storage alone."""

    def storage(self, _storage: Storage) -> Any:
        return Driver(Settings())


def nfs_planning() -> Any:
    made = planning(*SITE)
    return type(made)(facts=made.facts, drivers=Nfs(), user="admin", now_s=0.0)


def test_the_plan_fills_the_volume_and_empties_it_when_it_fails() -> None:
    plan = plan_fill_image(WISH, nfs_planning())
    (step,) = plan.steps
    assert isinstance(step.action, FillFolder) and isinstance(step.inverse, ClearFolder)
    filling = step.action.filling
    assert (filling.target, filling.source, filling.most_bytes) == ("/exports/root", WISH.source, 100 << 20)
    assert filling.note == "/exports/.filled/root.7" and plan.on_failure is OnFailure.UNDO
    assert plan.touches() == ("image/web", "volume/root")


def test_who_may_read_files_of_the_storage_is_an_administrator() -> None:
    assert FillImage.role is Role.ADMINISTRATOR


def test_a_volume_in_use_is_left_alone() -> None:
    with pytest.raises(PlanningError, match="granted to m1") as refusal:
        plan_fill_image(FillImage("taken", "/srv/x"), nfs_planning())
    assert refusal.value.category is Category.CONFLICT


def test_a_source_that_does_not_fit_is_refused_by_its_name() -> None:
    with pytest.raises(
        PlanningError, match=r"small.qcow2 is a disk in a file, and nfs-storage fills volumes from"
    ) as no:
        plan_fill_image(FillImage("web", "/srv/small.qcow2"), nfs_planning())
    assert no.value.category is Category.UNSUPPORTED
    assert plan_fill_image(FillImage("web", "/srv/a-folder"), nfs_planning()).steps


def test_a_storage_that_cannot_says_what_can() -> None:
    with pytest.raises(PlanningError, match="cannot fill") as refusal:
        plan_fill_image(WISH, planning(*SITE))
    assert refusal.value.category is Category.UNSUPPORTED and "install_from" in refusal.value.hint

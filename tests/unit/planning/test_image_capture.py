"""Copying a running system into an image: the steps, and what is refused before anything happens."""

from dataclasses import replace
from typing import Any

import pytest

from openqrm.domain.appliance import LOCAL_ROOT, BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import OnFailure
from openqrm.domain.record import Record
from openqrm.domain.resource import Observation, Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.image_capture import CaptureImage, plan_capture_image
from openqrm.plugin_api import Root
from openqrm.plugin_api.actions import Copying, CopyRoot
from tests.unit.planning.shelf import PlainDrivers, PlainStorage, planning

BOX = Resource(name="box", mac="52:54:00:00:00:05", address="10.0.0.5")
PROFILE = BootProfile(name="box", appliance="box", kernel="", root_type=LOCAL_ROOT)
SEEN = Observation(name="box", profile="box", milestone="init", connected=True)
VOLUME = Volume(name="copy", id=7, version=2, storage="nas")
RECORDS: tuple[Record, ...] = (
    BOX, PROFILE, SEEN, VOLUME, Resource(name="nas1", address="10.0.0.2"),
    Image(name="web", volume="copy"), Storage(name="nas", type="nfs-storage", resource="nas1"),
)  # fmt: skip


def planned(*more: Record, without: str = "", root: Root | None = None) -> Any:
    refs = {each.ref for each in more} | {without}
    asked = planning(*(each for each in RECORDS if each.ref not in refs), *more)
    if root:
        asked = replace(asked, drivers=Other(root))
    return plan_capture_image(CaptureImage("web", "box"), asked)


class Other(PlainDrivers):
    def __init__(self, root: Root) -> None:
        self.root = root

    def storage(self, storage: Storage) -> Any:
        return OtherStorage(self.root)


class OtherStorage(PlainStorage):
    def __init__(self, root: Root) -> None:
        super().__init__()
        self._root = root

    def root(self, storage: Storage, volume: Volume, address: str, secret: str) -> Root:
        return self._root


def test_one_writer_for_the_time_of_the_copy() -> None:
    plan = planned()
    ids = [step.id for step in plan.steps]
    assert ids == ["writer-copy", "secret-copy", "copy", "forget-copy", "free-copy", "tidy"]
    assert all(step.needs == (before.id,) for before, step in zip(plan.steps, plan.steps[1:], strict=False))
    action = plan.steps[2].action
    assert isinstance(action, CopyRoot)
    assert action.to == Copying("copy.7.2", "10.0.0.2", "/copy", "4.2", "")
    assert plan.only_shares() == ("resource/box",), "the machine runs on, and others may copy it too"
    assert "volume/copy" in plan.locks and plan.on_failure is OnFailure.UNDO
    assert [step.id for step in plan.steps if step.optional] == ["tidy"], "notes that stay spoil no copy"


@pytest.mark.parametrize(
    ("more", "without", "category", "says"),
    [
        (replace(VOLUME, granted_to="m-1"), "", Category.CONFLICT, "granted to m-1"),
        (Volume(name="clone", source="copy"), "", Category.CONFLICT, "in use by volume clone"),
        (replace(PROFILE, root_type="nfs"), "", Category.CONFLICT, "no system of its own disk"),
        (replace(SEEN, connected=False), "", Category.UNAVAILABLE, "does not answer by SSH"),
        (replace(SEEN, profile=""), "", Category.UNAVAILABLE, "does not answer by SSH"),
        (BOX, PROFILE.ref, Category.CONFLICT, "no system of its own disk"),
    ],
)
def test_what_is_refused(more: Record, without: str, category: Category, says: str) -> None:
    with pytest.raises(PlanningError, match=says) as refused:
        planned(more, without=without)
    assert refused.value.category is category and refused.value.hint


def test_a_volume_that_a_running_system_cannot_mount_is_refused() -> None:
    with pytest.raises(PlanningError, match="reached by san") as refused:
        planned(root=Root(type="san", facts=(("uri", "aoe:e1.7"),)))
    assert refused.value.category is Category.UNSUPPORTED and "NFS" in refused.value.hint


def test_a_disk_is_reached_as_its_storage_says() -> None:
    facts = {
        "server": "10.0.0.2",
        "port": "3260",
        "target": "iqn:copy",
        "lun": "1",
        "initiator": "iqn:w",
        "user": "copy",
    }
    iscsi = Root(type="iscsi", facts=(*facts.items(), ("filesystem", "ext4")), secrets=(("secret", "grant-copy.7.2"),))
    to = planned(root=iscsi).steps[2].action.to
    assert (to.kind, to.address, to.port, to.path, to.unit) == ("iscsi", "10.0.0.2", "3260", "iqn:copy", "1")
    assert (to.initiator, to.user, to.secret, to.filesystem) == ("iqn:w", "copy", "grant-copy.7.2", "ext4")
    aoe = planned(root=Root(type="aoe", facts=(("device", "e1.7"), ("filesystem", "xfs")))).steps[2].action.to
    assert (aoe.kind, aoe.path, aoe.filesystem, aoe.secret) == ("aoe", "e1.7", "xfs", "")

"""A volume in memory is a size and nothing else."""

import msgspec
import pytest

from openqrm.plugin_api import Category, PlanningError, Root, Storage, StorageDriver, Volume
from openqrm_plugins.tmpfs_storage.driver import Driver

STORAGE = Storage(name="memory", type="tmpfs-storage", resource="openqrm")
VOLUME = Volume(name="kiosk", storage="memory", size_mib=512)
driver = Driver(msgspec.Struct())


def test_it_is_a_storage_driver() -> None:
    assert isinstance(driver, StorageDriver)


def test_its_root_is_a_size() -> None:
    assert driver.plan_create(STORAGE, VOLUME) == ()
    root = driver.root(STORAGE, VOLUME, "10.0.0.1", "grant-kiosk")
    assert root == Root(type="tmpfs", facts=(("size_mib", "512"),), empty=True)


@pytest.mark.parametrize(
    ("volume", "category", "hint"),
    [
        (Volume(name="kiosk", size_mib=31), Category.BAD_INPUT, "at least 32"),
        (Volume(name="kiosk", size_mib=512, source="golden"), Category.UNSUPPORTED, "install_from"),
    ],
)
def test_what_cannot_be_is_refused_with_a_hint(volume: Volume, category: Category, hint: str) -> None:
    with pytest.raises(PlanningError) as refused:
        driver.plan_create(STORAGE, volume)
    assert refused.value.category is category and hint in refused.value.hint

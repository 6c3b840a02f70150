"""The laws for its action, who is refused, and the parsers on what the real tools printed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from openqrm.plugin_api import Category, StepError
from openqrm.plugin_api.testing import LAWS, Case, SimulatedWorld
from openqrm_plugins.device_manager.actions import DropGroup, JoinGroup
from openqrm_plugins.device_manager.devices import parse_devices, parse_groups
from openqrm_plugins.device_manager.tests.simulator import SimulatedDisks

TRANSCRIPTS = Path(__file__).parent / "transcripts"


def world() -> SimulatedWorld:
    return SimulatedWorld(hosts={"store1": SimulatedDisks()})


def with_empty_group() -> SimulatedWorld:
    made = world()
    JoinGroup("store1", "vol", "/dev/vdc", new=True).ensure(made)
    made.forget_preparation()
    return made


def with_orphan() -> SimulatedWorld:
    made = with_empty_group()
    DropGroup("store1", "vol").ensure(made)
    made.forget_preparation()
    return made


CASES = [
    Case("remove", DropGroup("store1", "vol"), with_empty_group),
    Case("create again", JoinGroup("store1", "vol", "/dev/vdc", new=True), with_orphan),
    Case("create", JoinGroup("store1", "vol", "/dev/vdc", new=True), world),
    Case("extend", JoinGroup("store1", "lab", "/dev/vdc", new=False), world),
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_law(law: Callable[[Case], None], case: Case) -> None:
    law(case)


@pytest.mark.parametrize(
    ("group", "device", "new", "says"),
    [
        ("vol", "/dev/vda", True, "in use: in volume group lab"),
        ("vol", "/dev/vdb", True, "in use: mounted at /srv/btrfs"),
        ("vol", "/dev/vdd", True, "something on /dev/vdd: ext4"),
        ("vol", "/dev/vde", True, "has no device /dev/vde"),
        ("lab", "/dev/vdc", True, "there is a volume group lab"),
        ("vol", "/dev/vdc", False, "there is no volume group vol"),
    ],
)
def test_what_is_in_use_is_refused(group: str, device: str, new: bool, says: str) -> None:
    made = world()
    before = made.state()
    with pytest.raises(StepError, match=says) as refused:
        JoinGroup("store1", group, device, new).observe(made)
    assert refused.value.category in (Category.CONFLICT, Category.NOT_FOUND)
    assert made.state() == before


def test_a_group_that_holds_something_is_not_removed() -> None:
    made = world()
    before = made.state()
    with pytest.raises(StepError, match="holds 1 logical volumes, pool first") as refused:
        DropGroup("store1", "lab").observe(made)
    assert refused.value.category is Category.CONFLICT and made.state() == before


def test_devices_of_the_real_tools() -> None:
    groups = parse_groups((TRANSCRIPTS / "pvs.json").read_text())
    found = {each.name: each for each in parse_devices((TRANSCRIPTS / "lsblk.json").read_text(), groups)}
    assert {name: each.used for name, each in found.items()} == {
        "/dev/vda": "in volume group lab",
        "/dev/vdb": "mounted at /srv/btrfs",
        "/dev/vdc": "mounted at /srv/xfs",
        "/dev/vdd": "mounted at /",
    }
    assert found["/dev/vda"].size_mib == 4096


@pytest.mark.parametrize("text", ["", "{}", '{"blockdevices": 3}'])
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(StepError, match="is not understood"):
        parse_devices(text, {})

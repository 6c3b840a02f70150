"""The parsers on what the real tools printed, and the simulators beside them."""

from pathlib import Path

import pytest

from openqrm.plugin_api import Completed, StepError
from openqrm.plugin_api.storage.exporting.aoe import parse_blades
from openqrm.plugin_api.storage.making import lvm
from openqrm.plugin_api.storage.making.lvm import LogicalVolume
from openqrm.plugin_api.testing.lvm_tools import SimulatedVolume, render_report
from openqrm_plugins.lvm_storage.tests.simulator import SimulatedLvmAoe

TRANSCRIPTS = Path(__file__).parent / "transcripts"
MIB = 2**20


def test_volumes() -> None:
    found = {each.name: each for each in lvm.parse_report((TRANSCRIPTS / "lvs.json").read_text())}
    assert [each.name for each in found.values() if each.is_pool] == ["pool"]
    assert found["clone"] == LogicalVolume(
        "clone", 64 * MIB, 0, "pool", "deleted-web.5", tags=frozenset({"openqrm"}),
        attributes="Vwi-a-tz--",
    )  # fmt: skip
    assert (found["deleted-web.5"].active, found["deleted-web.5"].used_bytes) == (False, 0)
    assert (found["lin"].used_bytes, found["lin"].is_put_away, found["lin"].is_whole) == (64 * MIB, True, False)


def test_the_simulator_shows_the_same() -> None:
    text = (TRANSCRIPTS / "lvs.json").read_text()
    model = {
        "clone": SimulatedVolume(64 * MIB, "pool", "deleted-web.5", ("openqrm",)),
        "deleted-web.5": SimulatedVolume(128 * MIB, "pool", tags=("openqrm",), active=False),
        "lin": SimulatedVolume(64 * MIB, tags=("openqrm", "openqrm.deleted.1763700000")),
        "pool": SimulatedVolume(3072 * MIB),
    }
    assert lvm.parse_report(render_report(model, "pool")) == lvm.parse_report(text)


@pytest.mark.parametrize(
    ("attributes", "because"),
    [("-wi-a-----", ""), ("Vwi-a-tz--", ""), ("rwi-a-r---", ""), ("twi-aotz--", "of a kind"),
     ("swi-a-s---", "of a kind"), ("owi-aos---", "of a kind"), ("-ri-a-----", "only be read"),
     ("-wi-ao----", "in use")],
)  # fmt: skip
def test_which_attributes_let_a_volume_be_served(attributes: str, because: str) -> None:
    """As lvs(8) explains them."""
    said = LogicalVolume("web", 64 * MIB, 64 * MIB, attributes=attributes).why_not_served
    assert because in said and bool(because) is bool(said)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"report": [{"lv": [{"lv_name": "x"}]}]}'])
def test_what_is_no_report_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        lvm.parse_report(text)


def test_the_simulator_refuses_in_the_same_words() -> None:
    recorded = (TRANSCRIPTS / "refusals.txt").read_text()
    tools = SimulatedLvmAoe()
    tools.logical["web"] = SimulatedVolume(64 * MIB)
    for argv in (
        ("lvs", "--", "nosuch"),
        ("lvs", "--", "lab/nosuch"),
        ("lvcreate", "--size", "64m", "--name", "web", "--", "lab"),
        ("lvcreate", "--snapshot", "--name", "clone2", "--", "lab/nosuch"),
        ("lvrename", "--", "lab", "gone", "deleted-web.5"),
    ):
        done = tools.run(argv if argv[0] != "lvs" else ("lvs", "--options", "lv_name", *argv[1:]), b"", {})
        assert done.status == 5
        assert done.err.splitlines()[0].replace("gone", "web") in recorded.splitlines(), argv


def test_the_last_words_are_told() -> None:
    with pytest.raises(StepError, match="LVM: Cannot process volume group nosuch"):
        lvm.told(Completed(5, "", '  Volume group "nosuch" not found\n  Cannot process volume group nosuch\n'))


def test_blades() -> None:
    assert parse_blades((TRANSCRIPTS / "pgrep-vblade.txt").read_text()) == [
        ("-m", "52:54:00:00:00:01", "5", "0", "eth0", "/dev/lab/clone"),
        ("-m", "525400000001", "5", "1", "eth0", "/dev/lab/clone"),
    ]
    assert parse_blades("garbled\n") == []

"""The parsers on what the real tools printed, and the simulator beside them."""

from pathlib import Path

from openqrm.plugin_api import VolumeFacts
from openqrm_plugins.iscsi_storage.driver import parse_volume
from openqrm_plugins.iscsi_storage.tests.simulator import render_target
from openqrm_plugins.iscsi_storage.tgt import Target, parse_targets, parse_users

TRANSCRIPTS = Path(__file__).parent / "transcripts"
WEB = Target(1, "iqn.2004-01.org.openqrm:web", ((2, 0),), ("/tmp/st/t/web.img",), ("web",), ("10.9.7.2",))


def test_targets() -> None:
    text = (TRANSCRIPTS / "tgtadm-show-target.txt").read_text()
    assert parse_targets(text) == (WEB,)
    assert parse_targets(text + text.replace("Target 1", "Target 2"))[1].number == 2
    assert parse_targets("") == ()


def test_the_simulator_shows_the_same() -> None:
    text = (TRANSCRIPTS / "tgtadm-show-target.txt").read_text()
    shown = render_target(WEB).splitlines()
    assert [line for line in shown if line not in text.splitlines()] == []
    assert parse_targets("\n".join(shown)) == (WEB,)


def test_users() -> None:
    assert parse_users((TRANSCRIPTS / "tgtadm-show-account.txt").read_text()) == {"web"}
    assert parse_users("Account list:\n") == frozenset()


def test_a_volume_as_find_prints_it() -> None:
    assert parse_volume("67108864 2048 my disk.img") == VolumeFacts(name="my disk", size_mib=64, used_mib=1)

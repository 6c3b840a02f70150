"""The parsers on what the real tools printed, and the simulator beside them."""

import json
from pathlib import Path

import pytest

from openqrm.plugin_api import StepError
from openqrm.plugin_api.storage.exporting.iscsi.by_lio import Answer, Shown, parse_answer
from openqrm.plugin_api.storage.exporting.iscsi.tgt import Target, parse_targets, parse_users
from openqrm.plugin_api.testing.lio_tools import SimulatedLio
from openqrm.plugin_api.testing.tgt_tools import render_target

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


@pytest.mark.parametrize(
    ("verb", "password", "shown"),
    [("show", "s3cret", "none"), ("serve", "s3cret", "served"), ("serve", "another", "other-password")],
)
def test_lio(verb: str, password: str, shown: str) -> None:
    """The parser on it, and the simulator beside it."""
    text = (TRANSCRIPTS / f"lio-{shown}.json").read_text()
    served = shown != "none"
    live = Shown(there=served, fits=shown == "served", addresses=("10.77.0.9",) if served else ())
    assert parse_answer(text) == Answer(live, live)
    simulated, wanted = SimulatedLio(), {"iqn": "iqn.2004-01.org.openqrm:web", "address": "10.77.0.9"}
    for each, told in ((verb, "s3cret"), ("show", password)):
        done = simulated.run(("python3",), json.dumps({**wanted, "verb": each, "password": told}).encode(), {})
    assert json.loads(done.out) == json.loads(text)


@pytest.mark.parametrize("text", ["", "[]", '{"live": 1}', "\0]}"])
def test_what_lio_never_says(text: str) -> None:
    with pytest.raises(StepError, match="LIO's answer is none"):
        parse_answer(text)

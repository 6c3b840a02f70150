"""The demonstration tells the truth: all of it happened, and nothing of it is left."""

import os
import signal
from pathlib import Path

import pytest

from tests.journeys.demonstration import eventually, left, report, said, start

STRETCHES = [
    "power-on to idle",
    "start request to the appliance's own init",
    "start request to its login",
    "stop request to idle again",
]
OF_THE_MOVE = [
    "VM create request to idle",
    "metal to VM: switch request to its login",
    "VM to metal: switch request to its login",
]


@pytest.mark.slow
def test_the_story_on_simulators(tmp_path: Path) -> None:
    demonstration = start(tmp_path, "--simulated")
    assert demonstration.wait(300) == 0, said(tmp_path)
    told = report(tmp_path)
    assert told["ok"] and told["simulated"] and [each["name"] for each in told["stretches"]] == STRETCHES
    assert told["left_out"] == ["VMs are not simulated: the move takes real parts"]
    unmarked = [line for line in said(tmp_path).splitlines() if line and not line.endswith("(simulated)")]
    assert not unmarked
    assert not left(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_story_on_simulators_that_is_broken_off(tmp_path: Path, how: signal.Signals) -> None:
    demonstration = start(tmp_path, "--simulated")
    eventually(lambda: "3. What would" in said(tmp_path) or demonstration.poll() is not None, lambda: said(tmp_path))
    demonstration.send_signal(how)
    assert demonstration.wait(120) != 0
    eventually(lambda: not left(tmp_path), lambda: left(tmp_path))


@pytest.mark.real
def test_the_story_on_real_parts(tmp_path: Path, supplies: Path) -> None:
    demonstration = start(tmp_path)
    assert demonstration.wait(400) == 0, said(tmp_path)
    told = report(tmp_path)
    assert told["ok"] and not told["simulated"] and not told["left_out"]
    assert [each["name"] for each in told["stretches"]] == [*STRETCHES[:-1], *OF_THE_MOVE, STRETCHES[-1]]
    assert sum("its file came along" in each for each in told["happened"]) == 2
    assert "(simulated)" not in said(tmp_path)
    assert not left(tmp_path)


@pytest.mark.real
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_of_a_story_on_real_parts_that_is_broken_off(
    tmp_path: Path, supplies: Path, how: signal.Signals
) -> None:
    demonstration = start(tmp_path)
    eventually(lambda: "2. Bare machines" in said(tmp_path) or demonstration.poll() is not None, lambda: said(tmp_path))
    assert any("qemu" in process for process in _until_machines_run(tmp_path))
    if how is signal.SIGINT:
        os.killpg(demonstration.pid, how)  # as a terminal does
    else:
        demonstration.send_signal(how)
    assert demonstration.wait(120) != 0
    eventually(lambda: not left(tmp_path), lambda: left(tmp_path))


def _until_machines_run(folder: Path) -> list[str]:
    eventually(lambda: any("qemu" in process for process in left(folder)), lambda: said(folder))
    return left(folder)

"""The words between a BMC and its machine."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lab import chassis
from lab.backplane import Backplane
from lab.qemu import BootDevice


class Panel:
    """The buttons of a machine that is not there."""

    def __init__(self) -> None:
        self.boot_once: BootDevice | None = None
        self.pressed: list[str] = []
        self._on = False

    def power(self) -> bool:
        return self._on

    def on(self) -> None:
        self._on = True

    def off(self) -> None:
        self._on = False

    def reset(self) -> None:
        self.pressed.append("reset")

    def soft_off(self) -> None:
        self.pressed.append("soft off")


@pytest.fixture
def panel() -> Panel:
    return Panel()


@pytest.fixture
def backplane(panel: Panel, tmp_path: Path) -> Iterator[Backplane]:
    with closing(Backplane(tmp_path / "wire", {"m1": panel})) as open_backplane:
        yield open_backplane


def ask(backplane: Backplane, words: str) -> str:
    return chassis.ask(str(backplane.path), "m1", words.split())


def test_power(backplane: Backplane, panel: Panel) -> None:
    assert ask(backplane, "get power") == "power:0"
    ask(backplane, "set power 1")
    assert panel.power() and ask(backplane, "get power") == "power:1"
    ask(backplane, "set power 0 power 1 reset 1 shutdown 1")
    assert panel.pressed == ["reset", "soft off"]
    ask(backplane, "set power 0")
    assert not panel.power()


@pytest.mark.parametrize(("word", "device"), [("pxe", "network"), ("default", "disk"), ("none", None)])
def test_boot_device(backplane: Backplane, panel: Panel, word: str, device: BootDevice | None) -> None:
    ask(backplane, f"set boot {word}")
    assert panel.boot_once == device
    assert ask(backplane, "get power boot") == f"power:0\nboot:{word}"


@pytest.mark.parametrize(
    "words",
    ["", "get", "set power 2", "set power", "set boot cdrom", "set reset 1", "set shutdown 1", "jump", "get colour"],
)
def test_what_the_chassis_cannot_do_is_refused(backplane: Backplane, words: str) -> None:
    with pytest.raises(chassis.Refused):
        ask(backplane, words)


def test_a_machine_of_another_rack_is_refused(backplane: Backplane) -> None:
    with pytest.raises(chassis.Refused, match="does not understand"):
        chassis.ask(str(backplane.path), "m2", ["get", "power"])


def test_faults(backplane: Backplane, panel: Panel) -> None:
    backplane.set_fault("m1", "ignores")
    ask(backplane, "set power 1")
    assert not panel.power()
    backplane.set_fault("m1", "refuses")
    with pytest.raises(chassis.Refused, match="the chassis refuses"):
        ask(backplane, "set power 1")
    assert ask(backplane, "get power") == "power:0"
    backplane.set_fault("m1", None)
    ask(backplane, "set power 1")
    assert panel.power()


def test_the_program_that_a_bmc_runs(backplane: Backplane) -> None:
    command = [sys.executable, "-I", "-S", chassis.__file__, str(backplane.path), "m1"]
    done = subprocess.run([*command, "get", "power"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "power:0\n")
    done = subprocess.run([*command, "set", "reset", "1"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "no reset for a machine that is off\n")

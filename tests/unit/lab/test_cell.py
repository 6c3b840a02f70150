"""What can be said about cells from outside of one."""

import subprocess
import sys

import pytest


def run(*argv: str, path: str = "/nowhere") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lab.cell", *argv]
    return subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=False)


def test_what_is_missing_is_said_in_sentences() -> None:
    done = run("true")
    assert done.returncode == 2
    assert "qemu-system-x86_64 is missing: install the Debian package qemu-system-x86.\n" in done.stderr
    assert all(line.endswith(".") for line in done.stderr.splitlines())


@pytest.mark.parametrize("argv", [(), ("--help",)])
def test_the_command_explains_itself(argv: tuple[str, ...]) -> None:
    done = run(*argv)
    assert (done.returncode, done.stderr) == (2, "usage: python -m lab.cell COMMAND…\n")


def test_a_marker_alone_makes_no_cell() -> None:
    asks = "import os; from lab import cell; os.environ['OPENQRM_CELL'] = os.readlink('/proc/self/ns/net')"
    done = subprocess.run([sys.executable, "-c", f"{asks}; print(cell.in_cell())"], capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_the_network_is_made_in_cells_only() -> None:
    code = "from lab import lan; lan.create()"
    done = subprocess.run([sys.executable, "-c", code], env={}, capture_output=True, text=True, check=False)
    assert "NotInCell: The rack's network lives in a cell only. Run the command as: python -m lab.cell" in done.stderr

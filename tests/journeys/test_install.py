"""`make install`, with the Python packages of this environment in place of downloaded ones."""

import filecmp
import os
import re
import signal
import site
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

REPO = Path(__file__).parents[2]
# pip takes what is there for installed, and builds with it
HERE = {"PYTHONPATH": site.getsitepackages()[0], "PIP_NO_BUILD_ISOLATION": "off", "PIP_NO_INDEX": "on"}


def install(place: Path, **more: str) -> subprocess.CompletedProcess[str]:
    (place / "units").mkdir(exist_ok=True)
    places = {"PREFIX": str(place / "opt"), "BIN": str(place / "bin"), "UNITS": str(place / "units")}
    environment = os.environ | HERE | places | more
    argv = [REPO / "tools/install.sh"]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, timeout=300, check=False)


@contextmanager
def served(command: Path, base: Path) -> Iterator[str]:
    """The address of its REST door."""
    nowhere = [word for door in ("http", "boot", "uplink") for word in (f"--{door}", "127.0.0.1:0")]
    argv = [command, "serve", "--base", base, *nowhere]
    with subprocess.Popen(argv, env=os.environ | HERE, cwd=base, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            said = ""
            for line in process.stderr:
                said += line
                if ready := re.search(r"ready: REST on (\S+),", line):
                    break
            else:
                raise AssertionError(said)
            assert "first-password" in said
            yield ready[1]
        finally:
            process.send_signal(signal.SIGTERM)
            process.stderr.read()


def test_what_is_installed_serves_without_the_clone(tmp_path: Path) -> None:
    done = install(tmp_path)
    assert done.returncode == 0, done.stderr
    command = tmp_path / "bin/openqrm"
    (place,) = (tmp_path / "opt").glob("*/lib/python*/site-packages/openqrm")
    for part in ("initrd", "agent"):
        same = filecmp.dircmp(REPO / part, place / "on_machines" / part)
        assert not same.left_only + same.right_only + same.diff_files
    with served(command, tmp_path) as url:
        page = urllib.request.urlopen(url, timeout=20).read().decode()
    assert '<script type="module"' in page
    assert f"ExecStart={command} serve" in (tmp_path / "units/openqrm.service").read_text()


def test_an_upgrade_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    before = tmp_path / "opt/20200101T000000Z/bin/openqrm"
    before.parent.mkdir(parents=True)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/openqrm").symlink_to(before)
    broken = tmp_path / "broken/python3"
    broken.parent.mkdir()
    broken.write_text('#!/bin/sh\nmkdir -p "$3/bin"; echo no disk; exit 1\n')
    broken.chmod(0o755)
    done = install(tmp_path, PATH=f"{broken.parent}:{os.environ['PATH']}")
    assert done.returncode == 1 and "no disk" in done.stderr
    assert (tmp_path / "bin/openqrm").readlink() == before
    assert [path.name for path in (tmp_path / "opt").glob("2*")] == ["20200101T000000Z"]

"""How far a machine is that fills its root: from what rsync tells the initrd's shell to the line of the uplink."""

import subprocess
from pathlib import Path

import pytest

from openqrm.boot.uplink.lines import Statistics, parse_line

TOP = Path(__file__).parents[3]
TRANSFER, STATISTICS = TOP / "initrd/transfer.sh", TOP / "agent/statistics.sh"
# rsync -aHx --no-h --no-i-r --info=progress2 of a file of 30 MiB, with words in between, and cut off
TOLD = (
    "\r          32768   0%    0.00kB/s    0:00:00  \r       15630336  49%   14.88MB/s    0:00:01  \r"
    "skipping some file\r       15640000  49%   14.87MB/s    0:00:02 (xfr#1, to-chk=1/2)\n"
)


def in_shell(does: str, given: str = "") -> subprocess.CompletedProcess[str]:
    argv = ["busybox", "sh", "-euc", f'awk() {{ busybox awk "$@"; }}\n{does}']
    return subprocess.run(argv, input=given, capture_output=True, text=True, timeout=60, check=False)


def test_what_rsync_tells_is_noted_as_it_comes(tmp_path: Path) -> None:
    done = in_shell(f"agent={tmp_path}; . {TRANSFER}; note_progress", TOLD)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "copied").read_text() == "15630336 49\n", "and not each file at the same percent"


@pytest.mark.parametrize(("noted", "percent"), [("13729792 45\n", 45), ("", 0), ("1 x\n", 0), (None, 0)])
def test_it_goes_up_with_the_statistics(noted: str | None, percent: int, tmp_path: Path) -> None:
    if noted is not None:
        (tmp_path / "copied").write_text(noted)
    program = STATISTICS.read_text().replace("/copied", f"{tmp_path}/copied")
    line = parse_line(in_shell(f"{program}\nis_image=false; statistics").stdout.strip().encode())
    assert isinstance(line, Statistics)
    assert (line.copied_percent, line.copied_bytes) == (percent, 13729792 if percent else 0)


@pytest.mark.parametrize(("status", "says"), [(0, ""), (24, ""), (23, "stopped: Copying {0}/from to {0}/to failed")])
def test_a_copy_ends_as_rsync_does_and_leaves_no_progress(status: int, says: str, tmp_path: Path) -> None:
    own = f"agent={tmp_path}; say() {{ :; }}; stop() {{ echo stopped: $1; exit 1; }}; rsync() {{ return {status}; }}"
    (tmp_path / "copied").touch()
    program = TRANSFER.read_text().replace("/tmp/copied", f"{tmp_path}/status")
    done = in_shell(f"{program}\n{own}\ncopy {tmp_path}/from {tmp_path}/to")
    assert done.stdout.startswith(says.format(tmp_path)) and bool(done.stdout) is bool(says), done.stderr
    assert not (tmp_path / "copied").exists()

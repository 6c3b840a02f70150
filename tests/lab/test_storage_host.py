"""The storage host of the lab: what plugins find on it, that it stays while racks come and go, and what it leaves."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab import lan
from lab.fixtures import MakeRack
from lab.storage_host import StorageHost
from openqrm.plugin_api import run

pytestmark = pytest.mark.real
HINT = "Look into the storage host's console."


def test_it_has_what_storages_are_made_of(storage_host: StorageHost) -> None:
    host = storage_host.host
    thin = ("--virtualsize", "64m", "--thinpool", storage_host.pool, "--name", "golden", storage_host.volume_group)
    run(host, ("lvcreate", "-q", *thin), hint=HINT)
    origin = f"{storage_host.volume_group}/golden"
    run(host, ("lvcreate", "-q", "--snapshot", "--setactivationskip", "n", "--name", "clone", origin), hint=HINT)
    assert run(host, ("stat", "-L", "-c", "%F", "/dev/lab/clone"), hint=HINT) == "block special file\n"
    run(host, ("lvremove", "-q", "-y", origin, f"{storage_host.volume_group}/clone"), hint=HINT)
    for folder, kind in ((storage_host.btrfs, "btrfs\n"), (storage_host.xfs, "xfs\n")):
        assert run(host, ("stat", "-f", "-c", "%T", folder), hint=HINT) == kind
    assert "+4.2" in run(host, ("cat", "/proc/fs/nfsd/versions"), hint=HINT)
    assert run(host, ("ls", "/sys/kernel/config/target/core"), hint=HINT) is not None
    assert run(host, ("which", "vblade"), hint=HINT)


def test_it_stays_while_racks_come_and_go(storage_host: StorageHost, make_rack: MakeRack) -> None:
    rack = make_rack(1)
    rack.__exit__(None, None, None)
    assert storage_host.host.run(("true",)).status == 0
    assert "tap-storage" in _links() and lan.BRIDGE in _links()


def test_somebody_else_is_let_in(storage_host: StorageHost, tmp_path: Path) -> None:
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    known = tmp_path / "known"
    known.write_text(f"{storage_host.address} {storage_host.host_key}\n")
    options = ("-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes")
    login = ("ssh", "-q", "-i", str(key), *options, f"root@{storage_host.address}", "hostname")
    assert subprocess.run(login, check=False).returncode == 255
    storage_host.authorize(key.with_suffix(".pub").read_text().strip())
    assert subprocess.run(login, check=True, capture_output=True, text=True).stdout == "storage\n"


def test_it_leaves_nothing_when_its_test_is_killed(tmp_path: Path) -> None:
    """In a cell of its own, for here stands the one of the session."""
    code = (
        "import os, signal, sys; from pathlib import Path; from lab.storage_host import StorageHost;"
        "from lab.images.storage import ensure_storage_image as image;"
        "StorageHost(Path(sys.argv[1]), image(Path('build/lab'))).__enter__(); print('up', flush=True);"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    argv = [sys.executable, "-m", "lab.cell", sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (128 + 9, "up\n"), done.stderr
    assert str(tmp_path) not in _command_lines()


def _links() -> str:
    return subprocess.run(["ip", "-brief", "link"], capture_output=True, text=True, check=True).stdout


def _command_lines() -> str:
    return "\n".join(path.read_text(errors="replace") for path in Path("/proc").glob("[0-9]*/cmdline"))

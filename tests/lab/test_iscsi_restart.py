"""A machine with its root on an iSCSI target goes on after its service was restarted: tgtd, and LIO on a host."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab import lan
from lab.storage_host import StorageHost
from lab.storages import tgtd
from openqrm.boot.initrd.builder import InitrdBuilder
from openqrm.plugin_api import Storage
from openqrm.plugin_api.testing.bench import carry_all
from openqrm_plugins.iscsi_storage.driver import Driver
from openqrm_plugins.iscsi_storage.settings import Settings
from tests.lab.direct_boot import TAP, cable
from tests.lab.iscsi_root import rooted
from tests.lab.real_world import RealWorld
from tests.lab.test_iscsi_lio import OLD, UNIT, WEB, Iscsi
from tests.lab.test_storages import LocalHost
from tests.lab.tiny_root import tiny_root

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]

DRIVER = Driver(Settings())
AWAY_S = 5  # long enough for the machine to be refused
# what Debian's service does when it is stopped
_ORDERLY = (
    ("tgtadm", "--op", "update", "--mode", "sys", "--name", "State", "-v", "offline"),
    ("tgt-admin", "--offline", "ALL"),
    ("tgt-admin", "--update", "ALL", "-c", "/dev/null", "-f"),
)


class Service:
    """tgtd on the rack's network, which can be started and stopped."""

    def __init__(self) -> None:
        self._open = ExitStack()

    def start(self) -> None:
        """It knows no target at first, as after a start of the storage."""
        self._open.enter_context(tgtd(lan.SERVER_ADDRESS))
        subprocess.run(["tgt-admin", "-e", "-c", "/etc/tgt/targets.conf"], check=True, capture_output=True)

    def stop(self, orderly: bool = False) -> None:
        """Without order it is killed."""
        for argv in _ORDERLY if orderly else ():
            subprocess.run(argv, check=True, capture_output=True)
        self._open.close()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    with cable():
        made.start()
        yield made
        made.stop()


def test_a_root_outlives_a_restart_of_tgtd(service: Service, builder: InitrdBuilder, tmp_path: Path) -> None:
    settings = {"directory": str(tmp_path / "disks"), "backend": "tgt"}
    storage = Storage(name="store", type="iscsi-storage", resource="here", settings=settings)
    world = RealWorld("here", LocalHost(), str, {"grant-web": OLD})
    (tmp_path / "disks").mkdir()
    carry_all(DRIVER.plan_create(storage, WEB), world)
    disk = tmp_path / "disks/web.img"
    _fill(disk, tmp_path / "tree")
    with ExitStack() as stack:
        carry_all(DRIVER.plan_grant(storage, WEB, UNIT, "grant-web"), world)
        stack.callback(carry_all, DRIVER.plan_revoke(storage, WEB, UNIT, "grant-web"), world)
        root = DRIVER.root(storage, WEB, lan.SERVER_ADDRESS, "grant-web")
        machine = stack.enter_context(rooted(builder, root, OLD, lambda: str(disk.stat().st_mtime_ns), tmp_path))
        for orderly in (False, True):
            service.stop(orderly)
            time.sleep(AWAY_S)
            service.start()
            machine.goes_on()
        machine.keeps_watch()
        carry_all(DRIVER.plan_revoke(storage, WEB, UNIT, "grant-web"), world)
        _is_left_alone(disk)


def test_a_root_outlives_a_restart_of_lio(storage_host: StorageHost, builder: InitrdBuilder, tmp_path: Path) -> None:
    iscsi = Iscsi(storage_host)
    iscsi.sh("mkdir", "-p", "/etc/rtslib-fb-target")
    world, disk = iscsi.world(), f"{iscsi.directory}/web.img"
    carry_all(DRIVER.plan_create(iscsi.storage, WEB), world)
    _fill(tmp_path / "web.img", tmp_path / "tree")
    content = (tmp_path / "web.img").read_bytes()
    assert iscsi.guest.host.run(("dd", f"of={disk}", "bs=1M", "conv=sparse"), stdin=content).status == 0
    with ExitStack() as stack:
        stack.callback(iscsi.world)
        stack.enter_context(cable())
        carry_all(DRIVER.plan_grant(iscsi.storage, WEB, UNIT, "grant-web"), world)
        root = DRIVER.root(iscsi.storage, WEB, iscsi.guest.address, "grant-web")
        machine = stack.enter_context(rooted(builder, root, OLD, lambda: iscsi.sh("stat", "-c", "%y", disk), tmp_path))
        iscsi.sh(*_rtslib("clear_existing(confirm=True)"))
        time.sleep(AWAY_S)
        iscsi.sh(*_rtslib("restore_from_file()"))
        machine.goes_on()
        lan.plug(TAP, False)
        time.sleep(AWAY_S)
        lan.plug(TAP, True)
        machine.goes_on()
        machine.keeps_watch()


def _rtslib(verb: str) -> tuple[str, ...]:
    return "python3", "-I", "-c", f"import rtslib_fb; rtslib_fb.RTSRoot().{verb}"


def _fill(disk: Path, tree: Path) -> None:
    tree.mkdir()
    subprocess.run(["tar", "-x", "-C", str(tree)], input=tiny_root(), check=True)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(disk), f"{WEB.size_mib}M"], check=True)


def _is_left_alone(disk: Path) -> None:
    """Though the machine asks for it every other second."""
    before = disk.stat().st_mtime_ns
    time.sleep(2 * AWAY_S)
    assert disk.stat().st_mtime_ns == before

"""Volumes on real services: who is granted one writes it, and nobody else reaches it, during and after."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from lab.peers import Peer, asked, lists, peers, writer_at
from lab.storages import ganesha, tgtd
from openqrm.plugin_api import Completed, Differs, Machine, Satisfied, Step, StepError, Storage, Volume
from openqrm_plugins.iscsi_storage.driver import Driver as Iscsi
from openqrm_plugins.iscsi_storage.settings import Settings as IscsiSettings
from openqrm_plugins.nfs_storage.driver import Driver as Nfs
from openqrm_plugins.nfs_storage.settings import Settings as NfsSettings
from tests.lab.real_world import RealWorld

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

WEB = Volume(name="web", id=5, storage="store", size_mib=64)
DEEP = Volume(name="deep", id=6, storage="store", size_mib=64)
SECRET, PASSWORD = "grant-web", "vB7mKq2wRt9xZc4n"


class LocalHost:
    """This computer, and a list of all words that were ever given to a program on it."""

    def __init__(self) -> None:
        self.words: list[str] = []

    def run(
        self,
        argv: tuple[str, ...],
        *,
        stdin: bytes = b"",
        timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        self.words += argv
        done = subprocess.run(
            argv, input=stdin, capture_output=True, timeout=timeout_s, env={**os.environ, **(environment or {})}
        )
        return Completed(done.returncode, done.stdout.decode(), done.stderr.decode())

    def read_file(self, path: str) -> bytes | None:
        return Path(path).read_bytes() if Path(path).exists() else None

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_bytes(content)
        Path(path).chmod(mode)

    def remove_file(self, path: str) -> None:
        Path(path).unlink(missing_ok=True)


class OneHost(RealWorld):
    """A world of this computer alone."""

    def __init__(self) -> None:
        self.local = LocalHost()
        super().__init__("here", self.local, str, {SECRET: PASSWORD})


def do(steps: tuple[Step, ...], world: OneHost) -> None:
    """Carry out as the engine does, and see that it is so."""
    for step in steps:
        if not isinstance(step.action.observe(world), Satisfied):
            step.action.ensure(world)
        assert isinstance(step.action.observe(world), Satisfied), step


def machine(peer: Peer) -> Machine:
    return Machine(resource=peer.name, mac="52:54:00:00:00:01", address=peer.address)


@pytest.fixture
def two() -> Iterator[tuple[Peer, Peer]]:
    """The machine that is granted the volume, and a stranger."""
    with peers(7, 8) as (granted, stranger):
        yield granted, stranger


# NFS by ganesha


@pytest.fixture
def nfs(tmp_path: Path, two: tuple[Peer, Peer]) -> Iterator[Storage]:
    with ganesha(tmp_path / "ganesha", "0.0.0.0") as exports:
        settings = {"backend": "ganesha", "directory": str(tmp_path / "volumes"), "exports": str(exports)}
        yield Storage(name="store", type="nfs-storage", resource="here", settings=settings)


def path_of(storage: Storage) -> str:
    return f"{storage.settings['directory']}/web"


def beneath(storage: Storage) -> Storage:
    """One whose volumes lie in the volume of this one."""
    (Path(path_of(storage)) / DEEP.name).mkdir(exist_ok=True)
    return replace(storage, settings={**storage.settings, "directory": path_of(storage)})


def test_an_nfs_volume_is_written_by_the_granted_machine_alone(nfs: Storage, two: tuple[Peer, Peer]) -> None:
    (granted, stranger), driver, world = two, Nfs(NfsSettings()), OneHost()
    do(driver.plan_create(nfs, WEB), world)
    assert not lists(granted, path_of(nfs)), "before the grant"
    do(driver.plan_grant(nfs, WEB, machine(granted), SECRET), world)
    writer = writer_at(granted, path_of(nfs))
    try:
        assert writer.stdout and writer.stdout.readline().strip() == "mounted"
        assert asked(writer, "one") == "written"
        assert not lists(stranger, path_of(nfs)), "during"
        (again,) = driver.plan_grant(nfs, WEB, machine(stranger), SECRET)
        with pytest.raises(StepError, match=f"exported to {granted.address} for writing"):
            again.action.observe(world)
        with pytest.raises(StepError, match="is exported by NFS"):
            driver.plan_adopt(nfs, WEB)[0].action.observe(world)
        with pytest.raises(StepError, match="web is exported by NFS"):
            driver.plan_adopt(beneath(nfs), DEEP)[0].action.observe(world)
        do(driver.plan_revoke(nfs, WEB, machine(granted), SECRET), world)
        assert asked(writer, "two") == "refused", "what is mounted is cut off"
    finally:
        writer.kill()
        writer.wait()
    assert not lists(granted, path_of(nfs)) and not lists(stranger, path_of(nfs)), "after"
    assert sorted(f.name for f in Path(path_of(nfs)).iterdir()) == ["deep", "one"]
    assert isinstance(driver.plan_adopt(beneath(nfs), DEEP)[0].action.observe(world), Differs)


def test_a_lent_nfs_volume_is_read_beside_its_writer(nfs: Storage, two: tuple[Peer, Peer]) -> None:
    (writer, reader), driver, world = two, Nfs(NfsSettings()), OneHost()
    do(driver.plan_create(nfs, WEB), world)
    do(driver.plan_grant(nfs, WEB, machine(writer), SECRET), world)
    do(driver.plan_lend(nfs, WEB, machine(reader)), world)
    assert lists(reader, path_of(nfs))
    refused = reader.run("nfs-cp", "/etc/hostname", reader.nfs(f"{path_of(nfs)}/one"))
    assert refused.returncode != 0 and "ROFS" in refused.stderr + refused.stdout
    assert writer.run("nfs-cp", "/etc/hostname", writer.nfs(f"{path_of(nfs)}/one")).returncode == 0
    do(driver.plan_reclaim(nfs, WEB, machine(reader)), world)
    assert not lists(reader, path_of(nfs)) and lists(writer, path_of(nfs))


def test_an_nfs_volume_is_cloned_and_can_be_had_back(nfs: Storage) -> None:
    driver, world = Nfs(NfsSettings()), OneHost()
    do(driver.plan_create(nfs, WEB), world)
    Path(path_of(nfs), "one").write_text("hello")
    clone = Volume(name="db", id=6, storage="store", source="web")
    do(driver.plan_create(nfs, clone), world)
    assert Path(nfs.settings["directory"], "db", "one").read_text() == "hello"
    assert [v.name for v in driver.list_volumes(world, nfs)] == ["db", "web"]
    (gone,) = driver.plan_remove(nfs, WEB)
    do((gone,), world)
    assert [v.name for v in driver.list_volumes(world, nfs)] == ["db"]
    back = gone.action.inverse()
    assert isinstance(back.observe(world), Differs)
    back.ensure(world)
    assert Path(path_of(nfs), "one").read_text() == "hello"


@pytest.mark.parametrize("mode", ["auto", "btrfs"])
def test_a_clone_on_btrfs_is_a_snapshot(tmp_path: Path, mode: str) -> None:
    disk, top = tmp_path / "disk", tmp_path / "top"
    top.mkdir()
    disk.touch()
    os.truncate(disk, 256 * 2**20)
    subprocess.run(["mkfs.btrfs", "-q", disk], check=True, capture_output=True)
    subprocess.run(["mount", "-o", "loop", disk, top], check=True)
    settings = {"directory": str(top / "volumes"), "clone": mode}
    storage = Storage(name="store", type="nfs-storage", resource="here", settings=settings)
    driver, world = Nfs(NfsSettings()), OneHost()
    try:
        do(driver.plan_create(storage, WEB), world)
        (top / "volumes" / "web" / "one").write_text("hello")
        do(driver.plan_create(storage, Volume(name="db", storage="store", source="web")), world)
        assert (top / "volumes" / "db" / "one").read_text() == "hello"
        listed = subprocess.run(["btrfs", "subvolume", "list", "-s", top], check=True, capture_output=True, text=True)
        assert listed.stdout.strip().endswith("path volumes/db")
        do(driver.plan_remove(storage, WEB), world)
    finally:
        subprocess.run(["umount", top], check=True)


# iSCSI by tgtd


@pytest.fixture
def iscsi(tmp_path: Path, two: tuple[Peer, Peer]) -> Iterator[Storage]:
    subprocess.run(["mount", "-t", "tmpfs", "tgt", "/etc/tgt"], check=True)
    try:
        with tgtd("0.0.0.0"):
            settings = {"directory": str(tmp_path / "disks"), "backend": "tgt"}
            yield Storage(name="store", type="iscsi-storage", resource="here", settings=settings)
    finally:
        subprocess.run(["umount", "/etc/tgt"], check=True)


def logs_in(peer: Peer, account: str) -> bool:
    iqn = "iqn.2004-01.org.openqrm"
    url = f"iscsi://{account}{peer.storage}/{iqn}:web/1"
    done = peer.run("iscsi-readcapacity16", "-i", f"{iqn}:writer-of-web", url)
    assert "Total size:67108864" in done.stdout or "Login Failed" in done.stderr, done
    return "Total size:67108864" in done.stdout


def test_a_disk_is_reached_by_the_granted_machine_alone(iscsi: Storage, two: tuple[Peer, Peer]) -> None:
    (granted, stranger), driver, world = two, Iscsi(IscsiSettings()), OneHost()
    account = f"web%{PASSWORD}@"
    do(driver.plan_create(iscsi, WEB), world)
    assert not logs_in(granted, account), "before the grant"
    do(driver.plan_grant(iscsi, WEB, machine(granted), SECRET), world)
    assert logs_in(granted, account)
    assert not logs_in(granted, "web%wrongwrongwrong@") and not logs_in(granted, ""), "the account is asked for"
    assert not logs_in(stranger, account), "even with the account"
    (again,) = driver.plan_grant(iscsi, WEB, machine(stranger), SECRET)
    with pytest.raises(StepError, match=f"is open to {granted.address}"):
        again.action.observe(world)
    with pytest.raises(StepError, match="is in use by process"):
        driver.plan_adopt(iscsi, WEB)[0].action.observe(world)
    world.vault.secrets[SECRET] = other = "Zk8pXw3vLm6tQr2s"
    do(driver.plan_grant(iscsi, WEB, machine(granted), SECRET), world)
    assert logs_in(granted, f"web%{other}@") and not logs_in(granted, account), "the new password, and no older one"
    do(driver.plan_revoke(iscsi, WEB, machine(granted), SECRET), world)
    assert not logs_in(granted, f"web%{other}@") and not logs_in(granted, account) and not logs_in(stranger, account), (
        "after"
    )
    assert PASSWORD not in " ".join(world.local.words)


def test_a_disk_in_the_middle_of_work_is_cut_off(iscsi: Storage, two: tuple[Peer, Peer]) -> None:
    (granted, _), driver, world = two, Iscsi(IscsiSettings()), OneHost()
    do(driver.plan_create(iscsi, WEB), world)
    do(driver.plan_grant(iscsi, WEB, machine(granted), SECRET), world)
    iqn = "iqn.2004-01.org.openqrm"
    url = f"iscsi://web%{PASSWORD}@{granted.storage}/{iqn}:web/1"
    busy = granted.start("iscsi-perf", "-i", f"{iqn}:writer-of-web", url)
    try:
        assert busy.stdout and busy.stdout.read(200), "it reads"
        do(driver.plan_revoke(iscsi, WEB, machine(granted), SECRET), world)
        assert not logs_in(granted, f"web%{PASSWORD}@")
        established = ["ss", "-Htn", "state", "established", "sport = :3260"]
        connections = subprocess.run(established, capture_output=True, text=True, check=True)
        assert granted.address not in connections.stdout
    finally:
        busy.kill()
        busy.wait()


def test_the_grant_of_a_disk_is_written_down_for_tgtd_to_start_with(iscsi: Storage, two: tuple[Peer, Peer]) -> None:
    (granted, _), driver, world = two, Iscsi(IscsiSettings()), OneHost()
    do(driver.plan_create(iscsi, WEB), world)
    do(driver.plan_grant(iscsi, WEB, machine(granted), SECRET), world)
    lasting = Path("/etc/tgt/conf.d/openqrm-web.conf")
    assert lasting.stat().st_mode & 0o777 == 0o600
    subprocess.run(["tgtadm", "--lld", "iscsi", "--op", "delete", "--force", "--mode", "target", "--tid", "1"])
    assert not logs_in(granted, f"web%{PASSWORD}@")
    subprocess.run(["tgtadm", "--lld", "iscsi", "--op", "delete", "--mode", "account", "--user", "web"])
    subprocess.run(["tgt-admin", "-e", "-c", lasting], check=True, capture_output=True)
    assert logs_in(granted, f"web%{PASSWORD}@")
    do(driver.plan_revoke(iscsi, WEB, machine(granted), SECRET), world)
    assert not lasting.exists()


def test_disks_are_sparse_cloned_and_listed(iscsi: Storage) -> None:
    driver, world = Iscsi(IscsiSettings()), OneHost()
    do(driver.plan_create(iscsi, WEB), world)
    with Path(iscsi.settings["directory"], "web.img").open("r+b") as disk:
        disk.write(b"hello")
    do(driver.plan_create(iscsi, Volume(name="db", storage="store", source="web", size_mib=128)), world)
    assert Path(iscsi.settings["directory"], "db.img").read_bytes()[:5] == b"hello"
    seen = driver.list_volumes(world, iscsi)
    assert [(v.name, v.size_mib) for v in seen] == [("db", 128), ("web", 64)]
    assert all(v.used_mib <= 1 for v in seen), "sparse"

"""nfs-storage with the kernel's NFS service on a storage host: the contract for real, and who boots from it."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab import lan
from lab.peers import asked, lists, rack_peers, writer_at
from lab.storage_host import StorageHost
from openqrm.boot.initrd.builder import InitrdBuilder
from openqrm.boot.initrd.fragments import get_fragment
from openqrm.plugin_api import Machine, StepError, Storage, Volume, run
from openqrm.plugin_api.testing import Case, StorageBench
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.laws_of_change import (
    law_03_ensuring_satisfies,
    law_04_the_inverse_restores,
    law_05_a_crash_is_harmless,
)
from openqrm_plugins.nfs_storage.driver import Driver
from openqrm_plugins.nfs_storage.settings import Settings
from tests.lab.boot_server import BootServer
from tests.lab.direct_boot import ADDRESS, booted, cable, line_of
from tests.lab.real_world import REAL_RULES, RealWorld
from tests.lab.tiny_root import COUNT, CUT_OFF, UP, render_facts, tiny_root

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

DRIVER = Driver(Settings())
WEB = Volume(name="web", id=5, storage="store")
UNIT = Machine(resource="unit", mac="52:54:00:77:01:01", address=ADDRESS)
HINT = "Look into the storage host's console."
_LINE = re.compile(r"^(\S+)\s+([0-9.]+)\(([^)]*)\)$", re.MULTILINE)


class Nfs:
    """A storage on the guest, empty; `directory` is on btrfs or on XFS."""

    def __init__(self, guest: StorageHost, directory: str) -> None:
        self.guest, self.directory = guest, directory
        self.storage = Storage(name="store", type="nfs-storage", resource="store1", settings={"directory": directory})

    def sh(self, *argv: str) -> str:
        return run(self.guest.host, argv, hint=HINT)

    def world(self) -> RealWorld:
        """Nothing exported, no volume."""
        self.sh("find", "/etc", "-path", "/etc/exports.d/openqrm-*", "-delete")
        self.sh("exportfs", "-r")
        self.sh("rm", "-rf", self.directory)
        self.sh("mkdir", "-p", self.directory)
        return RealWorld("store1", self.guest.host, self.look, {"grant-web": "no secret is used by NFS"})

    def look(self) -> str:
        files = self.sh("find", self.directory, "-name", ".trash", "-prune", "-o", "-printf", "%P %y %m %U\\n")
        written = self.sh("find", "/etc/exports.d", "-type", "f", "-printf", "%P %m\\n", "-exec", "cat", "{}", ";")
        return "\n".join([*sorted(files.splitlines()), self.sh("exportfs", "-s"), written])

    def writers(self, volume: str) -> frozenset[str]:
        found = _LINE.findall(self.sh("exportfs", "-s"))
        return frozenset(who for path, who, how in found if path == self.path(volume) and "rw" in how.split(","))

    def readers(self, volume: str) -> frozenset[str]:
        return frozenset(who for path, who, _ in _LINE.findall(self.sh("exportfs", "-s")) if path == self.path(volume))

    def path(self, volume: str) -> str:
        return f"{self.directory}/{volume}"

    def fill(self, volume: str, archive: bytes) -> None:
        assert self.guest.host.run(("tar", "-x", "-C", self.path(volume)), stdin=archive).status == 0

    def used_mib(self) -> int:
        self.sh("sync")
        return int(self.sh("df", "-m", "--output=used", self.directory).split()[-1])

    def bench(self) -> StorageBench:
        writers, readers = (lambda _, volume: self.writers(volume)), (lambda _, volume: self.readers(volume))
        return StorageBench(DRIVER, self.storage, self.world, writers, ("nfs",), readers)


@pytest.fixture
def nfs(request: pytest.FixtureRequest, storage_host: StorageHost) -> Iterator[Nfs]:
    """On btrfs, where it has most ways to go, unless the test says otherwise."""
    made = Nfs(storage_host, f"{getattr(storage_host, getattr(request, 'param', 'btrfs'))}/volumes")
    made.sh("mkdir", "-p", "/etc/exports.d")
    yield made
    made.world()


@pytest.mark.lab
@pytest.mark.parametrize("rule", REAL_RULES)
def test_rule(rule: Callable[[StorageBench], None], nfs: Nfs) -> None:
    rule(nfs.bench())


@pytest.mark.lab
@pytest.mark.parametrize("law", (law_03_ensuring_satisfies, law_04_the_inverse_restores), ids=lambda law: law.__name__)
def test_law(law: Callable[[Case], None], nfs: Nfs) -> None:
    for case in nfs.bench().cases():
        law(case)


@pytest.mark.lab
@pytest.mark.parametrize("verb", ["grant", "revoke"])
def test_a_crash_is_harmless(verb: str, nfs: Nfs) -> None:
    """At every point, for what would hurt most; the other verbs have the simulator for it."""
    law_05_a_crash_is_harmless(next(case for case in nfs.bench().cases() if f" {verb}-" in case.name))


def test_a_machine_boots_from_it_alone_until_the_revoke(nfs: Nfs, builder: InitrdBuilder, tmp_path: Path) -> None:
    world = nfs.world()
    carry_all(DRIVER.plan_create(nfs.storage, WEB), world)
    nfs.fill("web", tiny_root())
    carry_all(DRIVER.plan_grant(nfs.storage, WEB, UNIT, "grant-web"), world)
    facts = render_facts(DRIVER.root(nfs.storage, WEB, nfs.guest.address, "grant-web"))
    with ExitStack() as stack:
        stack.enter_context(cable())
        (stranger,) = stack.enter_context(rack_peers(nfs.guest.address, 8))
        server = stack.enter_context(BootServer(lan.SERVER_ADDRESS, builder, facts))
        fragment = get_fragment(Path("src/openqrm_plugins/nfs_storage/initrd"), "nfs")
        unit = stack.enter_context(booted(builder, line_of(server), tmp_path / "unit", [fragment]))
        server.wait_for("init")
        unit.wait_for_console(UP)
        assert not lists(stranger, nfs.path("web")), "while it runs"
        carry_all(DRIVER.plan_revoke(nfs.storage, WEB, UNIT, "grant-web"), world)
        last = nfs.sh("cat", f"{nfs.path('web')}/{COUNT}")
        unit.wait_for_console(CUT_OFF)
        assert nfs.sh("cat", f"{nfs.path('web')}/{COUNT}") == last, "what is mounted writes nothing more"
        assert not lists(stranger, nfs.path("web")), "after"


def test_who_lost_a_volume_does_not_get_it_back(nfs: Nfs) -> None:
    """It was cut off in the middle of its work, another has the volume now, and it is back."""
    world = nfs.world()
    carry_all(DRIVER.plan_create(nfs.storage, WEB), world)
    with rack_peers(nfs.guest.address, 7, 8) as (dead, heir):
        first, second = (Machine(resource=each.name, mac="", address=each.address) for each in (dead, heir))
        carry_all(DRIVER.plan_grant(nfs.storage, WEB, first, "grant-web"), world)
        assert not lists(heir, nfs.path("web"))
        with writer_at(dead, nfs.path("web")) as old:
            assert old.stdout and old.stdout.readline().strip() == "mounted"
            assert asked(old, "one") == "written"
            carry_all(DRIVER.plan_revoke(nfs.storage, WEB, first, "grant-web"), world)
            carry_all(DRIVER.plan_grant(nfs.storage, WEB, second, "grant-web"), world)
            assert asked(old, "two") == "refused", "what it has mounted"
            assert not lists(dead, nfs.path("web")), "what it mounts anew"
            with pytest.raises(StepError, match=f"exported to {heir.address} for writing"):
                carry_all(DRIVER.plan_grant(nfs.storage, WEB, first, "grant-web"), world)
            old.kill()
        assert lists(heir, nfs.path("web"))
        with writer_at(heir, nfs.path("web")) as new:
            assert new.stdout and new.stdout.readline().strip() == "mounted"
            assert asked(new, "three") == "written"
            new.kill()
    assert nfs.sh("ls", nfs.path("web")).split() == ["one", "three"]


def test_a_lent_volume_is_read_beside_its_writer(nfs: Nfs) -> None:
    world = nfs.world()
    carry_all(DRIVER.plan_create(nfs.storage, WEB), world)
    with rack_peers(nfs.guest.address, 7, 8) as (writer, reader):
        first, second = (Machine(resource=each.name, mac="", address=each.address) for each in (writer, reader))
        carry_all(DRIVER.plan_grant(nfs.storage, WEB, first, "grant-web"), world)
        carry_all(DRIVER.plan_lend(nfs.storage, WEB, second), world)
        assert lists(reader, nfs.path("web"))
        refused = reader.run("nfs-cp", "/etc/hostname", reader.nfs(f"{nfs.path('web')}/one"))
        assert refused.returncode != 0 and "ROFS" in refused.stderr + refused.stdout
        assert writer.run("nfs-cp", "/etc/hostname", writer.nfs(f"{nfs.path('web')}/one")).returncode == 0
        carry_all(DRIVER.plan_reclaim(nfs.storage, WEB, second), world)
        assert not lists(reader, nfs.path("web")) and lists(writer, nfs.path("web"))


@pytest.mark.parametrize("nfs", ["btrfs", "xfs"], indirect=True)
def test_a_clone_shares_its_blocks(nfs: Nfs) -> None:
    world = nfs.world()
    carry_all(DRIVER.plan_create(nfs.storage, WEB), world)
    nfs.sh("dd", "if=/dev/urandom", f"of={nfs.path('web')}/blob", "bs=1M", "count=64", "conv=fsync")
    before = nfs.used_mib()
    carry_all(DRIVER.plan_create(nfs.storage, Volume(name="db", id=6, storage="store", source="web")), world)
    nfs.sh("cmp", f"{nfs.path('web')}/blob", f"{nfs.path('db')}/blob")
    assert nfs.used_mib() < before + 16, "64 MiB were cloned"

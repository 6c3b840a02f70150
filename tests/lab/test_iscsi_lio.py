"""iscsi-storage with LIO on a storage host: the contract for real, and who boots from it."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from lab.peers import Peer, rack_peers
from lab.storage_host import StorageHost
from openqrm.boot.initrd.builder import InitrdBuilder
from openqrm.plugin_api import Machine, StepError, Storage, Volume, run
from openqrm.plugin_api.testing import Case, StorageBench
from openqrm.plugin_api.testing.bench import carry_all
from openqrm.plugin_api.testing.laws_of_change import (
    law_03_ensuring_satisfies,
    law_04_the_inverse_restores,
    law_05_a_crash_is_harmless,
)
from openqrm_plugins.iscsi_storage.driver import Driver
from openqrm_plugins.iscsi_storage.settings import Settings
from tests.lab.direct_boot import ADDRESS, cable
from tests.lab.iscsi_root import rooted
from tests.lab.real_world import REAL_RULES, RealWorld
from tests.lab.tiny_root import tiny_root

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

DRIVER = Driver(Settings())
WEB = Volume(name="web", id=5, storage="store", size_mib=64)
UNIT = Machine(resource="unit", mac="52:54:00:77:01:01", address=ADDRESS)
HINT = "Look into the storage host's console."
IQN = "iqn.2004-01.org.openqrm"
SAVED = "/etc/rtslib-fb-target/saveconfig.json"
OLD, NEW = "vB7mKq2wRt9xZc4n", "Qx3nLd8sTy6hWp1k"
SECRETS = {"grant-web": OLD, "grant-heir": NEW}
# what is live, by configfs itself: whose access to which target, whether it is open, the tag and the account
_LOOK = f"""
for access in /sys/kernel/config/target/iscsi/{IQN}:*/tpgt_1/acls/*; do
    [ ! -e "$access" ] ||
        echo "$access $(cat "${{access%/acls/*}}/enable") $(cat "$access/tag") $(cat "$access/auth/userid")"
done
"""


class Iscsi:
    """A storage on the guest, empty."""

    def __init__(self, guest: StorageHost) -> None:
        self.guest, self.directory = guest, f"{guest.xfs}/disks"
        settings = {"directory": self.directory, "backend": "lio"}
        self.storage = Storage(name="store", type="iscsi-storage", resource="store1", settings=settings)

    def sh(self, *argv: str) -> str:
        return run(self.guest.host, argv, hint=HINT)

    def world(self) -> RealWorld:
        """Nothing served, no volume."""
        wipe = "import rtslib_fb; rtslib_fb.RTSRoot().clear_existing(confirm=True)"
        self.sh("python3", "-I", "-c", wipe)
        self.sh("rm", "-rf", self.directory, SAVED)
        self.sh("mkdir", "-p", self.directory)
        return RealWorld("store1", self.guest.host, self.look, SECRETS)

    def look(self) -> str:
        files = self.sh("find", self.directory, "-name", ".trash", "-prune", "-o", "-type", "f", "-printf", "%P %s\\n")
        return "\n".join([*sorted(files.splitlines()), self.sh("sh", "-c", _LOOK), *self.saved()])

    def saved(self) -> list[str]:
        """What would come back when the storage starts."""
        content = json.loads(self.guest.host.read_file(SAVED) or b"{}")
        return sorted(f"saved {target['wwn']}" for target in content.get("targets", []))

    def writers(self, volume: str) -> frozenset[str]:
        lines = [line.split() for line in self.sh("sh", "-c", _LOOK).splitlines()]
        return frozenset(tag for path, on, tag, _ in lines if f"/{IQN}:{volume}/" in path and on == "1")

    def bench(self) -> StorageBench:
        return StorageBench(DRIVER, self.storage, self.world, lambda _, volume: self.writers(volume), ("iscsi",))


@pytest.fixture
def iscsi(storage_host: StorageHost) -> Iterator[Iscsi]:
    made = Iscsi(storage_host)
    made.sh("mkdir", "-p", str(Path(SAVED).parent))
    yield made
    made.world()


def logs_in(peer: Peer, account: str, initiator: str = f"{IQN}:writer-of-web") -> bool:
    done = peer.run("iscsi-readcapacity16", "-i", initiator, f"iscsi://{account}{peer.storage}/{IQN}:web/1")
    assert "Total size:67108864" in done.stdout or "Login Failed" in done.stderr, done
    return "Total size:67108864" in done.stdout


def shown(peer: Peer, initiator: str) -> bool:
    """Whether the portal tells this initiator of the target."""
    listed = peer.run("iscsi-ls", "-i", initiator, f"iscsi://{peer.storage}")
    return f"{IQN}:web" in listed.stdout


@pytest.mark.lab
@pytest.mark.parametrize("rule", REAL_RULES)
def test_rule(rule: Callable[[StorageBench], None], iscsi: Iscsi) -> None:
    rule(iscsi.bench())


@pytest.mark.lab
@pytest.mark.parametrize("law", (law_03_ensuring_satisfies, law_04_the_inverse_restores), ids=lambda law: law.__name__)
def test_law(law: Callable[[Case], None], iscsi: Iscsi) -> None:
    for case in iscsi.bench().cases():
        law(case)


@pytest.mark.lab
@pytest.mark.parametrize("verb", ["grant", "revoke"])
def test_a_crash_is_harmless(verb: str, iscsi: Iscsi) -> None:
    """At every point, for what would hurt most; the other verbs have the simulator for it."""
    law_05_a_crash_is_harmless(next(case for case in iscsi.bench().cases() if f" {verb}-" in case.name))


def test_who_lost_a_disk_does_not_get_it_back(iscsi: Iscsi) -> None:
    """It was cut off in the middle of its work, another has the disk now, and it is back."""
    world = iscsi.world()
    carry_all(DRIVER.plan_create(iscsi.storage, WEB), world)
    with rack_peers(iscsi.guest.address, 7, 8) as (dead, heir):
        first, second = (Machine(resource=each.name, mac="", address=each.address) for each in (dead, heir))
        assert not logs_in(dead, f"web%{OLD}@"), "before the grant"
        carry_all(DRIVER.plan_grant(iscsi.storage, WEB, first, "grant-web"), world)
        assert logs_in(dead, f"web%{OLD}@")
        assert not logs_in(heir, "web%wrongwrongwrong@") and not logs_in(heir, ""), "the account is asked for"
        assert not logs_in(heir, f"web%{OLD}@", f"{IQN}:somebody"), "the initiator is, too"
        assert shown(dead, f"{IQN}:writer-of-web") and not shown(heir, f"{IQN}:somebody")
        url = f"iscsi://web%{OLD}@{dead.storage}/{IQN}:web/1"
        busy = dead.start("iscsi-perf", "-i", f"{IQN}:writer-of-web", url)
        assert busy.stdout and busy.stdout.read(200), "it reads"
        carry_all(DRIVER.plan_revoke(iscsi.storage, WEB, first, "grant-web"), world)
        assert dead.address not in iscsi.sh("ss", "-Htn", "state", "established", "sport = :3260")
        carry_all(DRIVER.plan_grant(iscsi.storage, WEB, second, "grant-heir"), world)
        assert not logs_in(dead, f"web%{OLD}@"), "what it knew then"
        with pytest.raises(StepError, match=f"is open to {heir.address}"):
            carry_all(DRIVER.plan_grant(iscsi.storage, WEB, first, "grant-web"), world)
        assert logs_in(heir, f"web%{NEW}@")
        busy.kill()
        busy.wait()
    assert not {OLD, NEW} & {word for argv in world.argvs() for word in argv}


def test_a_grant_comes_back_when_the_storage_starts(iscsi: Iscsi) -> None:
    world = iscsi.world()
    carry_all(DRIVER.plan_create(iscsi.storage, WEB), world)
    with rack_peers(iscsi.guest.address, 7) as (peer,):
        granted = Machine(resource=peer.name, mac="", address=peer.address)
        carry_all(DRIVER.plan_grant(iscsi.storage, WEB, granted, "grant-web"), world)
        assert iscsi.sh("stat", "-c", "%a %U", SAVED) == "600 root\n"
        iscsi.sh("python3", "-I", "-c", "import rtslib_fb; rtslib_fb.RTSRoot().clear_existing(confirm=True)")
        assert not logs_in(peer, f"web%{OLD}@")
        iscsi.sh("python3", "-I", "-c", "import rtslib_fb; rtslib_fb.RTSRoot().restore_from_file()")
        assert logs_in(peer, f"web%{OLD}@") and not logs_in(peer, "")
        carry_all(DRIVER.plan_revoke(iscsi.storage, WEB, granted, "grant-web"), world)
        assert iscsi.saved() == []


def test_a_machine_boots_from_it_until_the_revoke(iscsi: Iscsi, builder: InitrdBuilder, tmp_path: Path) -> None:
    world = iscsi.world()
    carry_all(DRIVER.plan_create(iscsi.storage, WEB), world)
    disk = f"{iscsi.directory}/web.img"
    iscsi.sh("mkdir", "/tmp/tree")
    assert iscsi.guest.host.run(("tar", "-x", "-C", "/tmp/tree"), stdin=tiny_root()).status == 0
    iscsi.sh("mke2fs", "-q", "-t", "ext4", "-d", "/tmp/tree", disk)
    iscsi.sh("rm", "-rf", "/tmp/tree")
    carry_all(DRIVER.plan_grant(iscsi.storage, WEB, UNIT, "grant-web"), world)
    root = DRIVER.root(iscsi.storage, WEB, iscsi.guest.address, "grant-web")
    with ExitStack() as stack:
        stack.enter_context(cable())
        (stranger,) = stack.enter_context(rack_peers(iscsi.guest.address, 8))
        machine = stack.enter_context(rooted(builder, root, OLD, lambda: iscsi.sh("stat", "-c", "%y", disk), tmp_path))
        machine.keeps_watch()
        assert not logs_in(stranger, "web%wrongwrongwrong@"), "while it runs"
        carry_all(DRIVER.plan_revoke(iscsi.storage, WEB, UNIT, "grant-web"), world)
        assert ADDRESS not in iscsi.sh("ss", "-Htn", "state", "established", "sport = :3260")
        before = iscsi.sh("sha256sum", disk)
        machine.unit.wait_for_console("detected conn error")
        assert iscsi.sh("sha256sum", disk) == before, "nothing more is written"

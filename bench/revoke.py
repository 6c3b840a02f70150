"""From the end of the step that revokes a volume to the last answer that its machine got."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from bench.rows import Row, at_most
from lab import lan
from lab.images.storage import ensure_storage_image
from lab.peers import Peer, rack_peers
from lab.storage_host import POOL, VOLUME_GROUP, StorageHost
from lab.storages import ganesha, tgtd
from openqrm.adapters.hosts.local import LocalHost
from openqrm.plugin_api import Host, Machine, Satisfied, Step, Storage, Volume, World, run
from openqrm_plugins.aoe_storage.driver import Driver as Aoe
from openqrm_plugins.aoe_storage.settings import Settings as AoeSettings
from openqrm_plugins.iscsi_storage.driver import Driver as Iscsi
from openqrm_plugins.iscsi_storage.settings import Settings as IscsiSettings
from openqrm_plugins.lvm_storage.driver import Driver as Lvm
from openqrm_plugins.lvm_storage.settings import Settings as LvmSettings
from openqrm_plugins.nfs_storage.driver import Driver as Nfs
from openqrm_plugins.nfs_storage.settings import Settings as NfsSettings

ROUNDS = 5
RESOURCE = "store1"
AT_WORK_S = 0.5
SECRET, PASSWORD = "grant-web", "vB7mKq2wRt9xZc4n"
FILE = "read"
HINT = "Look into the storage host's console."
LVM = Lvm(LvmSettings(group=VOLUME_GROUP, pool=POOL, keeper="bare"))


@dataclass(frozen=True)
class Kind:
    """A type of storage, and what serves it."""

    type: str
    service: str
    driver: Any
    settings: dict[str, Any] = field(default_factory=dict)
    here: bool = False  # on this computer, not on the storage host


KINDS = (
    Kind("nfs-storage", "the kernel's NFS", Nfs(NfsSettings()), {"directory": "/srv/btrfs/nas"}),
    Kind("nfs-storage", "ganesha", Nfs(NfsSettings()), {"backend": "ganesha"}, here=True),
    Kind("iscsi-storage", "LIO", Iscsi(IscsiSettings()), {"directory": "/srv/xfs/san", "backend": "lio"}),
    Kind("iscsi-storage", "tgtd", Iscsi(IscsiSettings()), {"backend": "tgt"}, here=True),
    Kind("aoe-storage", "vblade", Aoe(AoeSettings(directory="/srv/xfs/aoe", keeper="bare"))),
    Kind("lvm-nfs", "the kernel's NFS", LVM),
    Kind("lvm-iscsi", "LIO", LVM),
    Kind("lvm-aoe", "vblade", LVM),
)


@dataclass(frozen=True)
class Vault:
    """The one password."""

    def reveal(self, reference: str) -> str:
        """It."""
        return {SECRET: PASSWORD}[reference]


@dataclass(frozen=True)
class OneHost:
    """All that the steps touch."""

    storage: Host
    vault: Vault = field(default_factory=Vault)

    def host(self, resource: str) -> Host:
        """The storage."""
        return {RESOURCE: self.storage}[resource]

    def now_s(self) -> float:
        """By the clock of this computer."""
        return time.time()


def measure(scratch: Path) -> Iterator[Row]:
    """A machine with an address of its own reads all the time: by what it has open, after the revoke anew too."""
    with ExitStack() as parts:
        guest = parts.enter_context(StorageHost(scratch / "guest", ensure_storage_image(Path("build/lab"))))
        parts.enter_context(_tgt())
        exports = parts.enter_context(ganesha(scratch / "ganesha", lan.SERVER_ADDRESS))
        run(guest.host, ("mkdir", "-p", "/etc/rtslib-fb-target", "/etc/exports.d"), hint=HINT)
        for kind in KINDS:
            own = {"directory": str(scratch / kind.service)} if kind.here else {}
            own |= {"exports": str(exports)} if kind.service == "ganesha" else {}
            storage = Storage(name="store", type=kind.type, resource=RESOURCE, settings=own | kind.settings)
            host: Host = LocalHost() if kind.here else guest.host
            with rack_peers(lan.SERVER_ADDRESS if kind.here else guest.address, 7) as (peer,):
                yield _row(kind, _rounds(kind.driver, storage, host, peer))


@contextmanager
def _tgt() -> Iterator[None]:
    """tgtd, with an /etc/tgt of this bench's own."""
    subprocess.run(["mount", "-t", "tmpfs", "tgt", "/etc/tgt"], check=True)
    try:
        with tgtd(lan.SERVER_ADDRESS):
            yield
    finally:
        subprocess.run(["umount", "/etc/tgt"], check=True)


def _row(kind: Kind, rounds: list[tuple[float, float, int]]) -> Row:
    last, refused, answers = zip(*rounds, strict=True)
    note = (
        f"the worst of {ROUNDS}; counted from the end of the step, the last answer came at {_spread(last)} ms and the "
        f"first refusal at {_spread(refused)} ms; {min(answers)} answers or more in each"
    )
    name = f"a machine reads on after its volume was revoked, {kind.type} by {kind.service}"
    return Row(name=name, value=max(0.0, *last) * 1000, unit="ms", goal=at_most(1000), note=note)


def _spread(times_s: tuple[float, ...]) -> str:
    return f"{min(times_s) * 1000:.0f} to {max(times_s) * 1000:.0f}"


def _rounds(driver: Any, storage: Storage, host: Host, peer: Peer) -> list[tuple[float, float, int]]:
    """When the last answer and the first refusal came, from the end of the revoke in seconds, and how many answers."""
    volume, world = Volume(name="web", id=5, storage="store", size_mib=64), OneHost(host)
    mac = peer.run("cat", "/sys/class/net/eth0/address").stdout.strip()
    machine = Machine(resource=peer.name, mac=mac, address=peer.address)
    _carry(driver.plan_create(storage, volume), world)
    facts = dict(driver.root(storage, volume, peer.storage, SECRET).facts)
    if "path" in facts:
        run(host, ("dd", "if=/dev/urandom", f"of={facts['path']}/{FILE}", "bs=1M", "count=1", "status=none"), hint=HINT)
    found = []
    for _ in range(ROUNDS):
        _carry(driver.plan_grant(storage, volume, machine, SECRET), world)
        reader = peer.start(sys.executable, "-m", "bench.reader", *_words(facts))
        assert reader.stdout and reader.stdout.readline() == "reads\n", facts
        time.sleep(AT_WORK_S)
        _carry(driver.plan_revoke(storage, volume, machine, SECRET), world)
        end = time.monotonic()
        last, refused, answers = reader.communicate(timeout=60)[0].split()
        found.append((float(last) - end, float(refused) - end, int(answers)))
    _carry(driver.plan_remove(storage, volume), world)
    return found


def _words(facts: dict[str, str]) -> tuple[str, ...]:
    """What the reader is told."""
    if "path" in facts:
        return ("nfs", facts["server"], facts["path"], FILE)
    if "target" in facts:
        return ("iscsi", facts["server"], facts["target"], facts["initiator"], facts["user"], PASSWORD)
    return ("aoe", facts["device"])


def _carry(steps: tuple[Step, ...], there: OneHost) -> None:
    """As the engine does."""
    world = cast(World, there)  # these steps ask for no more of one
    for step in steps:
        if not isinstance(step.action.observe(world), Satisfied):
            step.action.ensure(world)
        assert isinstance(step.action.observe(world), Satisfied), step

"""Start request to the appliance's own init, by iSCSI, by AoE and booted by firmware; beside a static iPXE script.

The peer boots the same root from power-on. What firmware boots is an installed Debian, up to its `login:`. Root on NFS
is the bench `appliance`.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.appliance import INIT, NAME, PAIRS, static_files, time_start, time_static
from bench.boots import Boot, median_ratio, median_wall_s, render_spread
from bench.rack_site import fetch_files, rack_serving, set_up
from bench.rest import Rest
from bench.rows import Row, at_most
from lab import lan
from lab.guest_disk import guest_disk
from lab.images.guest import find_guest
from lab.images.small import ensure_image
from lab.machine import Machine
from lab.rack import Rack
from lab.storages import tgtd

SUPPLIES = Path("build/lab")
SIZE_MIB = 512
PEER = "dnsmasq + nginx"
IQN, ACCOUNT = "iqn.2004-01.org.example:static", ("static", "static0static0st")
DEVICE = ("99", "1")  # shelf and slot of the peer's AoE disk
_TGTADM = ("tgtadm", "--lld", "iscsi", "--mode")
LOGIN, MACHINE_ID = " login: ", f"{5:032x}\n"  # of an installed system
_SAN_SCRIPT = f"""\
#!ipxe
set initiator-iqn {IQN}-initiator
set username {ACCOUNT[0]}
set password {ACCOUNT[1]}
sanhook --drive 0x80 iscsi:{lan.SERVER_ADDRESS}::3260:1:{IQN}
sanboot --no-describe --drive 0x80
"""


@dataclass(frozen=True)
class Kind:
    """A way to a root: the storage, the plugins beside it, what the console says at the end, and the peer's facts."""

    type: str
    plugins: tuple[str, ...]
    end: str
    settings: dict[str, Any]
    facts: dict[str, str] = field(default_factory=dict)  # none: a script of its own


_ISCSI = {"server": lan.SERVER_ADDRESS, "port": "3260", "target": IQN, "lun": "1", "initiator": f"{IQN}-initiator"}
_LOGIN = dict(zip(("user", "secret"), ACCOUNT, strict=True))
_VBLADE = {"interface": lan.BRIDGE, "keeper": "bare"}
KINDS = (
    Kind(
        "iscsi-storage", ("iscsi-storage",), INIT, {"backend": "tgt"},
        {"type": "iscsi", **_ISCSI, **_LOGIN, "filesystem": "ext4"},
    ),
    Kind("aoe-storage", ("aoe-storage",), INIT, _VBLADE,
         {"type": "aoe", "device": f"e{DEVICE[0]}.{DEVICE[1]}", "filesystem": "ext4"}),
    Kind("sanboot-iscsi", ("sanboot-storage",), LOGIN, {"target": "tgt"}),
)  # fmt: skip


def measure(scratch: Path) -> Iterator[Row]:
    """In turn, on one machine of the rack with an IPMI controller; both roots of a pair are files on the same disk."""
    for kind in KINDS:
        name = f"appliance start → its {'init' if kind.facts else 'login'}, {kind.type}"
        if not kind.facts and not find_guest(SUPPLIES):
            yield Row(name=name, unit="", note="no installed system: python -m lab.images build/lab guest")
            continue
        place = scratch / kind.type
        place.mkdir()
        pairs = _pairs(kind, place)
        ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs if pair[1]]
        yield Row(
            name=name,
            value=median_wall_s(ours),
            unit="s",
            note=f"median of {PAIRS}, powered off and on by IPMI within it; {render_spread('ours', ours)}",
        )
        yield _beside(kind, ours, theirs)


def _beside(kind: Kind, ours: list[Boot], theirs: list[Boot]) -> Row:
    name = f"the same beside a static iPXE script, {kind.type}"
    if not theirs:
        return Row(name=name, unit="", note="nginx could not be had: build/bench/peers/nginx.log")
    note = f"pairs in turn, the peer from power-on; {render_spread('the peer', theirs)}"
    ratio, goal = median_ratio(ours, theirs), at_most(1.1)
    return Row(name=name, value=ratio, unit="ratio of wall time", goal=goal, peer=1.0, peer_name=PEER, note=note)


def _pairs(kind: Kind, scratch: Path) -> list[tuple[Boot, Boot | None]]:
    disk = _disk(kind, scratch)
    with ExitStack() as parts:
        rack = parts.enter_context(Rack(scratch / "rack", machines=1))
        parts.enter_context(_services())
        (machine,) = rack.machines
        with rack_serving(scratch / "base") as site:
            _describe(set_up(site), kind, scratch / "volumes", disk)
            files = fetch_files(kind.facts.get("type", ""))
        parts.enter_context(_peer(kind, disk, machine))
        files |= static_files(files["initrd.img"], kind.facts) if kind.facts else {"boot.ipxe": _SAN_SCRIPT.encode()}
        return [
            (time_start(machine, scratch, kind.end), time_static(machine, scratch, files, kind.end))
            for _ in range(PAIRS)
        ]


def _disk(kind: Kind, scratch: Path) -> Path:
    """The small image as a file system, or an installed disk; ours is poured from it, the peer's is it."""
    disk = scratch / "disk.raw"
    if kind.facts:
        tree = ensure_image(SUPPLIES).tree
        argv = ["mke2fs", "-q", "-t", "ext4", "-d", str(tree), str(disk), f"{SIZE_MIB}M"]
        subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
        return disk
    with guest_disk(SUPPLIES, disk) as root:  # as after its first start, which the power is cut of here
        (root / "etc/machine-id").write_text(MACHINE_ID)
        (root / "etc/cloud/cloud-init.disabled").touch()
    return disk


@contextmanager
def _services() -> Iterator[None]:
    """tgtd, with an /etc/tgt of this bench's own."""
    subprocess.run(["mount", "-t", "tmpfs", "tgt", "/etc/tgt"], check=True)
    try:
        with tgtd("0.0.0.0"):
            yield
    finally:
        subprocess.run(["umount", "/etc/tgt"], check=True)


def _describe(rest: Rest, kind: Kind, volumes: Path, disk: Path) -> None:
    """Storage, volume, image and appliance."""
    for plugin in ("ipmi", *kind.plugins):
        rest.do("plugin", "enable", name=plugin)
    settings = {"directory": str(volumes), **kind.settings}
    rest.do("storage", "create", name="shelf", type=kind.type, settings=settings)
    rest.do("volume", "create", name=NAME, storage="shelf", size_mib=disk.stat().st_size // 2**20)
    rest.do("image", "create", name=NAME, volume=NAME)
    rest.do("image", "fill", name=NAME, source=str(disk))
    rest.do("appliance", "create", name=NAME, image=NAME, kernel="lab")


@contextmanager
def _peer(kind: Kind, disk: Path, machine: Machine) -> Iterator[None]:
    """The same disk, served to the same machine by the same program, for as long as the bench runs."""
    if kind.type == "aoe-storage":
        argv = ["/usr/sbin/vblade", "-m", machine.hardware.mac, *DEVICE, lan.BRIDGE, str(disk)]
        with subprocess.Popen(argv, stdout=subprocess.DEVNULL) as process:
            yield
            process.kill()
        return
    user, password = ACCOUNT
    for words in (
        ("target", "--op", "new", "--tid", "99", "--targetname", IQN),
        ("account", "--op", "new", "--user", user, "--password", password),
        ("account", "--op", "bind", "--tid", "99", "--user", user),
        ("logicalunit", "--op", "new", "--tid", "99", "--lun", "1", "--backing-store", str(disk)),
        ("target", "--op", "bind", "--tid", "99", "--initiator-address", "ALL"),
    ):
        subprocess.run([*_TGTADM, *words], check=True)
    yield

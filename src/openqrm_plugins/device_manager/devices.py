"""The block devices of a host, and what uses each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from openqrm.plugin_api import Category, Host, StepError, run

HINT = "Log in to the resource and look at its disks: lsblk -f, pvs, vgs, dmesg."
_LSBLK = ("lsblk", "--json", "--bytes", "--paths", "--output", "NAME,TYPE,SIZE,RO,MOUNTPOINTS,MODEL,SERIAL,ROTA")
_PVS = ("pvs", "--reportformat", "json", "--options", "pv_name,vg_name")
_LVS = ("lvs", "--reportformat", "json", "--options", "lv_name")
ORPHAN = "a physical volume of LVM that is in no group"
LABEL = "LVM2_member"
_USABLE = ("disk", "part", "raid0", "raid1", "raid5", "raid6", "raid10", "mpath")


class Device(msgspec.Struct, frozen=True):
    """A disk, partition or array. `used` says what for, in words; empty: nobody is known to use it."""

    name: str
    type: str
    size_mib: int
    model: str
    serial: str
    rotational: bool
    group: str
    used: str


class _Block(msgspec.Struct, frozen=True):
    name: str
    type: str
    size: int
    ro: bool = False
    rota: bool = False
    model: str | None = None
    serial: str | None = None
    mountpoints: tuple[str | None, ...] = ()
    children: tuple[_Block, ...] = ()


class _Blocks(msgspec.Struct, frozen=True):
    blockdevices: tuple[_Block, ...]


class _Physical(msgspec.Struct, frozen=True):
    pv_name: str
    vg_name: str


class _Physicals(msgspec.Struct, frozen=True):
    pv: tuple[_Physical, ...]


class _Report(msgspec.Struct, frozen=True):
    report: tuple[_Physicals, ...]


class _Logical(msgspec.Struct, frozen=True):
    lv_name: str


class _Logicals(msgspec.Struct, frozen=True):
    lv: tuple[_Logical, ...]


class _Held(msgspec.Struct, frozen=True):
    report: tuple[_Logicals, ...]


def list_devices(host: Host) -> list[Device]:
    """All that could hold a volume group, used or not."""
    return parse_devices(run(host, _LSBLK, hint=HINT), _groups(host))


def find_device(host: Host, path: str) -> Device | None:
    """The one of this path, with what lies on it though lsblk may not know."""
    return next((device for device in list_devices(host) if device.name == path), None)


def signatures(host: Host, path: str) -> list[str]:
    """What is on the device by its own word: a file system, a partition table; empty when it says nothing."""
    text = run(host, ("wipefs", "--no-act", "--noheadings", "--output", "TYPE", "--", path), hint=HINT)
    return list(dict.fromkeys(text.split()))


def list_logical(host: Host, group: str) -> list[str]:
    """The logical volumes of a group, whoever made them."""
    text = run(host, (*_LVS, "--", group), hint=HINT)
    return [each.lv_name for part in _decoded(text, _Held).report for each in part.lv]


def parse_devices(text: str, groups: dict[str, str]) -> list[Device]:
    """The output of lsblk. Raises StepError `unavailable` for what is none."""
    return [_device(block, groups) for top in _decoded(text, _Blocks).blockdevices for block in _flat(top)]


def parse_groups(text: str) -> dict[str, str]:
    """The output of pvs: device → volume group."""
    return {each.pv_name: each.vg_name for part in _decoded(text, _Report).report for each in part.pv}


def _groups(host: Host) -> dict[str, str]:
    return parse_groups(run(host, _PVS, hint=HINT))


def _decoded(text: str, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise StepError(Category.UNAVAILABLE, f"what lsblk or pvs said is not understood: {error}", HINT) from None


def _flat(block: _Block) -> Iterator[_Block]:
    if block.type in _USABLE:
        yield block
    for child in block.children:
        yield from _flat(child)


def _device(block: _Block, groups: dict[str, str]) -> Device:
    group = groups.get(block.name, "")
    return Device(
        name=block.name,
        type=block.type,
        size_mib=block.size // 2**20,
        model=block.model or "",
        serial=block.serial or "",
        rotational=block.rota,
        group=group,
        used=_used(block, group, physical=block.name in groups),
    )


def _used(block: _Block, group: str, *, physical: bool) -> str:
    mounted = [place for place in block.mountpoints if place]
    if mounted:
        return f"mounted at {mounted[0]}"
    if group:
        return f"in volume group {group}"
    if physical:
        return ORPHAN
    if block.children:
        return f"{block.children[0].name} lies on it"
    return "read-only" if block.ro else ""

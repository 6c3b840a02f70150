"""What an installed machine is made of, by the words of its own tools."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from openqrm.plugin_api import Category, Host, PlanningError, StepError, parse_mac, run

_HINT = "Log in to the machine: does it have iproute2 (ip -json) and util-linux (lsblk, findmnt)?"
_DMI = {"vendor": "sys_vendor", "product": "product_name", "serial": "product_serial", "uuid": "product_uuid"}
_UNPRINTABLE = re.compile(r"[^ -~]")


@dataclass(frozen=True)
class Found:
    """`hardware` are fields of Resource; `root_mib` is the size of the file system that `/` is on."""

    hardware: dict[str, Any]
    root_mib: int
    os_name: str


class _Address(msgspec.Struct, frozen=True):
    local: str = ""
    prefixlen: int = 0


class _Link(msgspec.Struct, frozen=True):
    ifname: str
    link_type: str = ""
    address: str = ""
    addr_info: tuple[_Address, ...] = ()
    linkinfo: dict[str, Any] | None = None

    @property
    def is_card(self) -> bool:
        return self.link_type == "ether" and self.linkinfo is None


class _Disk(msgspec.Struct, frozen=True):
    name: str
    type: str
    size: int
    model: str | None = None
    rota: bool = False
    rm: bool = False


class _Disks(msgspec.Struct, frozen=True):
    blockdevices: tuple[_Disk, ...]


class _Mount(msgspec.Struct, frozen=True):
    source: str
    fstype: str
    size: int


class _Mounts(msgspec.Struct, frozen=True):
    filesystems: tuple[_Mount, ...]


def observe_machine(host: Host, address: str) -> Found:
    """All of it, as the machine with this address tells. Raises StepError for what is not understood."""
    release = run(host, ("cat", "/etc/os-release"), hint=_HINT)
    cpu, memory = (_whole(run(host, ("cat", path), hint=_HINT)) for path in ("/proc/cpuinfo", "/proc/meminfo"))
    name = _line(run(host, ("cat", "/proc/sys/kernel/hostname"), hint=_HINT))
    links = _decoded(run(host, ("ip", "-json", "-details", "address"), hint=_HINT), tuple[_Link, ...])
    listing = ("lsblk", "--json", "--bytes", "--nodeps", "--output", "NAME,TYPE,SIZE,MODEL,ROTA,RM")
    disks = _decoded(run(host, listing, hint=_HINT), _Disks).blockdevices
    mounts = ("findmnt", "--json", "--bytes", "--output", "SOURCE,FSTYPE,SIZE", "--mountpoint", "/")
    root = _decoded(run(host, mounts, hint=_HINT), _Mounts).filesystems[-1]
    dmi = {key: _line(host.run(("cat", f"/sys/class/dmi/id/{file}")).out) for key, file in _DMI.items()}
    hardware = _hardware(cpu, memory, links, disks, dmi, _text(name))
    return Found(
        hardware | {"mac": _mac_at(links, address)},
        root.size // 2**20,
        _text(_value(release, "PRETTY_NAME", "=").strip('"')),
    )


def _whole(text: str) -> str:
    """What the kernel says ends with a line's end; what does not was cut off on the way."""
    if text and not text.endswith("\n"):
        raise StepError(Category.UNAVAILABLE, "what the machine says of itself was cut off", _HINT)
    return text


def _line(text: str) -> str:
    """The first, and as a rule only one."""
    return _whole(text).partition("\n")[0]


def _mac_at(links: tuple[_Link, ...], address: str) -> str:
    for link in links:
        if any(each.local == address for each in link.addr_info):
            return _mac(link)
    message = f"none of the machine's cards has the address {address}"
    raise StepError(Category.CONFLICT, message, "Give the address that its card has, not one that is translated.")


def _mac(link: _Link) -> str:
    try:
        return parse_mac(link.address)
    except PlanningError as error:
        message = f"{_text(link.ifname)} of the machine has no MAC address that could be booted by"
        raise StepError(Category.UNSUPPORTED, message, "Give the address of an Ethernet card.") from error


def _hardware(
    cpu: str, memory: str, links: tuple[_Link, ...], disks: tuple[_Disk, ...], dmi: dict[str, str], name: str
) -> dict[str, Any]:
    """Fields of Resource; `inventory` as a registering machine would have it."""
    count = len(re.findall(r"^processor\s*:", cpu, re.MULTILINE))
    mhz, model = _number(_value(cpu, "cpu MHz", ":")), _text(_value(cpu, "model name", ":"))
    memory_mib, swap_mib = (_number(_value(memory, key, ":")) // 1024 for key in ("MemTotal", "SwapTotal"))
    cards = [link for link in links if link.is_card]
    return {
        "cpu_count": count,
        "cpu_mhz": mhz,
        "cpu_model": model,
        "memory_mib": memory_mib,
        "swap_mib": swap_mib,
        "nic_count": len(cards),
        "inventory": {
            "hostname": name,
            "cpu": {"count": count, "model": model, "mhz": mhz},
            "memory_mib": memory_mib,
            "swap_mib": swap_mib,
            "nics": [_card(link) for link in cards],
            "disks": [_disk(each) for each in disks if each.type == "disk" and each.size and not each.rm],
            "dmi": {key: _text(value) for key, value in dmi.items()} | {"bios": ""},
            "bmc": None,
        },
    }


def _card(link: _Link) -> dict[str, str]:
    address = next((f"{each.local}/{each.prefixlen}" for each in link.addr_info if "." in each.local), "")
    return {"name": _text(link.ifname), "mac": _text(link.address), "driver": "", "address": address}


def _disk(disk: _Disk) -> dict[str, Any]:
    told = {"name": _text(disk.name), "model": _text(disk.model or "")}
    return told | {"size_bytes": disk.size, "rotational": disk.rota}


def _value(text: str, key: str, separator: str) -> str:
    found = re.search(rf"^{re.escape(key)}\s*{separator}\s*(.*)$", text, re.MULTILINE)
    return found[1].strip() if found else ""


def _number(text: str) -> int:
    found = re.match(r"\d{1,15}", text)
    return int(found[0]) if found else 0


def _text(value: str) -> str:
    """A machine may say anything; what is kept is short and can be printed."""
    return _UNPRINTABLE.sub("", value).strip()[:200]


def _decoded(text: str, kind: Any) -> Any:
    try:
        found = msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise StepError(
            Category.UNAVAILABLE, f"what the machine says of itself is not understood: {error}", _HINT
        ) from None
    if isinstance(found, _Mounts) and not found.filesystems:
        raise StepError(Category.UNAVAILABLE, "the machine does not say what its root is on", _HINT)
    return found

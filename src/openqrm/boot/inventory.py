"""What a machine says it is made of: typed, bounded, and believed no further."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError

LONGEST_BODY = 256 * 1024
# PostgreSQL keeps no NUL, and a terminal that shows a name must not obey it
Text = Annotated[str, Meta(max_length=200, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*\Z")]
Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Bytes = Annotated[int, Meta(ge=0, le=2**62)]
# an Ed25519 key has always the same beginning and length
Key = Annotated[str, Meta(pattern=r"^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[A-Za-z0-9+/]{43}\Z")]
BootId = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,63}\.[0-9a-f]{16}\Z")]


class Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Unknown fields are refused."""


class Cpu(Strict, frozen=True):
    """`mhz` of the first one."""

    count: Count
    model: Text
    mhz: Count


class Nic(Strict, frozen=True):
    """`address` in CIDR notation, for the one that booted."""

    name: Text
    mac: Text
    driver: Text
    address: Text


class Disk(Strict, frozen=True):
    """A fixed disk."""

    name: Text
    size_bytes: Bytes
    model: Text
    rotational: bool


class Dmi(Strict, frozen=True):
    """What the firmware says."""

    vendor: Text
    product: Text
    serial: Text
    uuid: Text
    bios: Text


class BmcAddress(Strict, frozen=True):
    """Where the machine's management controller is, where the machine can tell."""

    kind: Text
    address: Text


class Inventory(Strict, frozen=True):
    """The body of a registration."""

    boot: BootId
    key: Key
    hostname: Text
    cpu: Cpu
    memory_mib: Count
    swap_mib: Count
    nics: Annotated[tuple[Nic, ...], Meta(max_length=256)]
    disks: Annotated[tuple[Disk, ...], Meta(max_length=1024)]
    dmi: Dmi
    bmc: BmcAddress | None


_DECODER = msgspec.json.Decoder(Inventory)


def parse_inventory(body: bytes) -> Inventory:
    """Raises PlanningError `bad_input` with the place that is wrong."""
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PlanningError(
            Category.BAD_INPUT, f"this is no inventory: {error}", "docs/developer/boot-protocol.md shows one."
        ) from None


def hardware_of(inventory: Inventory) -> dict[str, Any]:
    """The fields of Resource that an inventory fills."""
    raw: dict[str, Any] = msgspec.to_builtins(inventory)
    del raw["boot"], raw["key"]
    return {
        "cpu_count": inventory.cpu.count,
        "cpu_mhz": inventory.cpu.mhz,
        "cpu_model": inventory.cpu.model,
        "memory_mib": inventory.memory_mib,
        "swap_mib": inventory.swap_mib,
        "nic_count": len(inventory.nics),
        "inventory": raw,
    }


def address_of(inventory: Inventory, peer: str) -> str:
    """The machine's address: the one it came from, unless that is our own loopback, as with simulated machines."""
    if peer and not peer.startswith("127.") and peer != "::1":
        return peer
    return next((nic.address.partition("/")[0] for nic in inventory.nics if nic.address), "")

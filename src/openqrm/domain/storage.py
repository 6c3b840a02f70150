"""Storages, the volumes they hold, and the images that give a volume a meaning."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from openqrm.domain.record import Record


@dataclass(frozen=True, kw_only=True)
class Storage(Record):
    """A resource that serves volumes by one technology; `type` is one of its plugin's storage types."""

    kind: ClassVar[str] = "storage"
    type: str = ""
    resource: str = ""
    settings: dict[str, Any] = field(default_factory=dict)
    found: dict[str, Any] = field(default_factory=dict)  # what its machine has, where its plugin looks
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """By what a storage knows the machine it lets in: its end has to name the same, whatever the machine is by then."""

    mac: str = ""
    address: str = ""
    secret: str = ""  # refers to the vault; each grant has its own


@dataclass(frozen=True, kw_only=True)
class Volume(Record):
    """A place on a storage. Its name is unique among all volumes, for it becomes a path or an IQN."""

    kind: ClassVar[str] = "volume"
    storage: str = ""
    size_mib: int = 0
    source: str = ""  # the volume this is a clone or snapshot of
    granted_to: str = ""  # the one resource that may write it
    grant: Grant = field(default_factory=Grant)


@dataclass(frozen=True, kw_only=True)
class Loan(Record):
    """Leave for one machine to read a volume, beside others; its name is VOLUME.RESOURCE."""

    kind: ClassVar[str] = "loan"
    volume: str = ""
    resource: str = ""
    mac: str = ""  # as the storage knows the machine, whatever they are by now
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class Removal(Record):
    """A volume that was removed and can be had back; its name is VOLUME.NUMBER, for namesakes may have been removed."""

    kind: ClassVar[str] = "removal"
    volume: str = ""
    number: int = 0  # the volume's, by which its storage knows what it put away
    storage: str = ""
    size_mib: int = 0
    source: str = ""
    removed_s: float = 0.0  # since the epoch
    until_s: float = 0.0  # from then on it may be purged


@dataclass(frozen=True, kw_only=True)
class Image(Record):
    """A root file system: a volume and how to use it. The transfers are single shot."""

    kind: ClassVar[str] = "image"
    volume: str = ""
    os: str = "linux"
    os_version: str = ""
    install_from: str = ""  # volume to fill this one from, at the next boot
    transfer_to: str = ""  # volume to copy this one to, at the next boot
    root_password: str = ""  # reference to the vault
    authorized_keys: str = ""  # public, one a line
    comment: str = ""

"""Filling a volume by a worker on its storage: what goes where, and where it is written down."""

from __future__ import annotations

from pathlib import PurePosixPath

from openqrm.domain.storage import Volume
from openqrm.plugin_api.actions import COPY_TIMEOUT_S, FillFolder, Filling
from openqrm.plugin_api.storage.halves import Work
from openqrm.plugin_api.storage.making.fill_disk import FillDisk
from openqrm.plugin_api.storage.making.purge import FILLED

NOTES = "/var/lib/openqrm/filled"  # where volumes lie in no folder
WHY = "it was asked for"


def fill_folder(host: str, volume: Volume, path: str, trash: str, source: str, sha256: str) -> Work:
    """The content of an archive or a folder goes into an empty folder. Without `trash` that is a file system."""
    filling = Filling(
        host=host, volume=volume.name, target=path, source=source, note=_note(volume, path),
        trash=f"{trash}{FILLED}" if trash else "", sha256=sha256, most_bytes=volume.size_mib * 2**20,
        version=volume.version, in_place=not trash,
    )  # fmt: skip
    return Work(FillFolder(filling), WHY, deadline_s=COPY_TIMEOUT_S)


def fill_disk(host: str, volume: Volume, path: str, trash: str, source: str, sha256: str) -> Work:
    """The content of a disk in a file goes onto an empty disk. Without `trash` that is a device."""
    fill = FillDisk(
        host=host, volume=volume.name, path=path, source=source, sha256=sha256, size_mib=volume.size_mib,
        note=_note(volume, path) if trash else f"{NOTES}/{volume.name}.{volume.id}",
        trash=f"{trash}{FILLED}" if trash else "", version=volume.version, in_place=not trash,
    )  # fmt: skip
    return Work(fill, WHY, deadline_s=COPY_TIMEOUT_S)


def _note(volume: Volume, path: str) -> str:
    return f"{PurePosixPath(path).parent}/.filled/{volume.name}.{volume.id}"

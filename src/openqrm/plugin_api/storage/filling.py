"""Filling a volume that is a folder, by a worker on its storage."""

from __future__ import annotations

from pathlib import PurePosixPath

from openqrm.domain.plan import Step
from openqrm.domain.storage import Storage, Volume
from openqrm.plugin_api.actions import COPY_TIMEOUT_S, FillFolder, Filling
from openqrm.plugin_api.storage.making.purge import FILLED


def fill_step(storage: Storage, volume: Volume, path: str, trash: str, source: str, sha256: str) -> Step:
    """The content of an archive or a folder goes into the empty folder `path`."""
    note = f"{PurePosixPath(path).parent}/.filled/{volume.name}.{volume.id}"
    filling = Filling(
        host=storage.resource, volume=volume.name, target=path, source=source, note=note, trash=f"{trash}{FILLED}",
        sha256=sha256, most_bytes=volume.size_mib * 2**20, version=volume.version,
    )  # fmt: skip
    why = "it was asked for"
    return Step(
        id=f"fill-{volume.name}", action=FillFolder(filling), why=why, host=storage.resource, deadline_s=COPY_TIMEOUT_S
    )

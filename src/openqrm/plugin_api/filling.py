"""What a storage driver offers beside its kind when it can fill a volume from a file or folder of its own machine."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from openqrm.domain.plan import Step
from openqrm.domain.storage import Storage, Volume


@runtime_checkable
class FillsVolumes(Protocol):
    """Filling happens where the data is: nothing of it goes through openQRM."""

    def plan_fill(self, storage: Storage, volume: Volume, source: str, sha256: str) -> tuple[Step, ...]:
        """Steps that put what this archive or folder holds into the empty volume; `sha256` is the archive's, or empty.

        What was in an archive must not be able to write or to link outside of the volume, nor to grow beyond it.
        """
        ...

"""What a storage driver offers beside its kind when what it did not make can become a volume, and be given back."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from openqrm.domain.plan import Step
from openqrm.domain.storage import Storage, Volume


@runtime_checkable
class AdoptsVolumes(Protocol):
    """The volume's record is made and removed by these steps, for what the storage holds tells how large it is."""

    def plan_adopt(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps after which what has the volume's name there is a volume; its data stays as it is.

        They fail for what is not there, for what the driver could not serve, and for what anybody uses.
        """
        ...

    def plan_forget(self, storage: Storage, volume: Volume) -> tuple[Step, ...]:
        """Steps after which it is none any more, and is on the storage with all its data."""
        ...

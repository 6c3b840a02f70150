"""What a storage driver offers beside its kind when each of its volumes is in one machine, which alone reaches it."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from openqrm.domain.storage import Storage, Volume


@runtime_checkable
class InOneMachine(Protocol):
    """An appliance that may run anywhere runs where such a volume of its image is."""

    def machine_of(self, storage: Storage, volume: Volume) -> str:
        """The resource that it is in."""
        ...

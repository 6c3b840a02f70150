"""What a storage driver offers beside its kind when what it can do depends on what the storage's machine has."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from openqrm.domain.plan import Step
from openqrm.domain.storage import Storage


@runtime_checkable
class LooksAtStorage(Protocol):
    """What was found stands in the storage's record, so that planning can refuse without asking a machine."""

    def plan_look(self, storage: Storage) -> tuple[Step, ...]:
        """Steps that write what is there into `storage.found`. Planned whenever a storage is created or edited."""
        ...

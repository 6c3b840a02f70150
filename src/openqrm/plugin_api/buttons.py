"""What a power driver offers beside its kind when it can press a machine's power button, as anybody beside it could."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource


@runtime_checkable
class PressesButtons(Protocol):
    """For machines whose systems no agent of ours can ask to stop."""

    def plan_press(self, resource: Resource) -> tuple[Step, ...]:
        """One step, id `press`: its system was told by the button, and has stopped. One that does not listen fails."""
        ...

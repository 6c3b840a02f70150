"""Secrets that a plan makes and ends; the plan holds their reference only."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.plan import Action, Differs, Satisfied, Seen
from openqrm.ports.world import World

ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(frozen=True)
class MakeSecret:
    """The vault holds a random secret under this reference: 16 characters, which every CHAP initiator accepts."""

    name: ClassVar[str] = "openqrm.make-secret"
    inside: ClassVar[bool] = True
    reference: str

    def describe(self) -> str:
        return f"Make the secret {self.reference}"

    def touches(self) -> tuple[str, ...]:
        return (f"secret/{self.reference}",)

    def inverse(self) -> Action:
        return ForgetSecret(self.reference)

    def observe(self, world: World) -> Seen:
        if world.vault.holds(self.reference):
            return Satisfied("the vault holds it")
        return Differs("the vault does not hold it")

    def ensure(self, world: World) -> None:
        world.vault.keep(self.reference, "".join(secrets.choice(ALPHABET) for _ in range(16)))


@dataclass(frozen=True)
class ForgetSecret:
    """The vault no longer holds this secret."""

    name: ClassVar[str] = "openqrm.forget-secret"
    inside: ClassVar[bool] = True
    reference: str

    def describe(self) -> str:
        return f"Forget the secret {self.reference}"

    def touches(self) -> tuple[str, ...]:
        return (f"secret/{self.reference}",)

    def inverse(self) -> Action:
        """Another one, which is as good: both sides of a grant look it up under this reference."""
        return MakeSecret(self.reference)

    def observe(self, world: World) -> Seen:
        if world.vault.holds(self.reference):
            return Differs("the vault still holds it")
        return Satisfied("the vault does not hold it")

    def ensure(self, world: World) -> None:
        world.vault.forget(self.reference)

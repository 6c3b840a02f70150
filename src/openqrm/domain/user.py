"""Who may do what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar

from openqrm.domain.record import Record


class Role(IntEnum):
    """Each role may do what the ones before it may."""

    READ_ONLY = 1
    OPERATOR = 2
    ADMINISTRATOR = 3


@dataclass(frozen=True, kw_only=True)
class User(Record):
    """A person or program that signs in. `password_hash` is argon2id, empty where only tokens are used."""

    kind: ClassVar[str] = "user"
    role: str = Role.READ_ONLY.name
    password_hash: str = ""
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Token(Record):
    """An API token of a user; only the SHA-256 of it is kept."""

    kind: ClassVar[str] = "token"
    user: str
    digest: str
    expires_at_s: float = 0.0  # 0: never


@dataclass(frozen=True, kw_only=True)
class SecondFactor(Record):
    """What a user proves besides the password; its name is the user's. The key is `second-factor-NAME` in the vault."""

    kind: ClassVar[str] = "factor"
    is_on: bool = False  # False: enrolled, not yet confirmed by a code
    last_step: int = 0  # of 30 s: no code is good twice
    recovery: tuple[str, ...] = ()  # SHA-256 of the codes that are left
    failures: int = 0  # wrong codes in a row
    due_s: float = 0.0  # no code is looked at before

    @property
    def reference(self) -> str:
        """Of its key in the vault."""
        return f"second-factor-{self.name}"


@dataclass(frozen=True, kw_only=True)
class PluginState(Record):
    """What is wanted of a plugin: enabled, and its services running; with its settings."""

    kind: ClassVar[str] = "plugin"
    enabled: bool = False
    started: bool = False
    settings: str = "{}"  # JSON, in the form the plugin's settings declare

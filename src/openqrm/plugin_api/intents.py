"""Intents: what somebody may ask for, declared once; every door follows from the declaration."""

from __future__ import annotations

from typing import Any, ClassVar, NewType

import msgspec

from openqrm.domain.user import Role

# A text that is moved into the vault at the door; planning sees its reference only.
Secret = NewType("Secret", str)
# A password to sign in with; planning sees its argon2id hash only.
Password = NewType("Password", str)
# A secret that is made at the door and told once; planning sees its SHA-256 only. Nobody can give it.
Issued = NewType("Issued", str)


class Declared(msgspec.Struct, forbid_unknown_fields=True):
    """What intents and queries share. The docstring's first line is the summary, the rest the description."""

    noun: ClassVar[str]
    verb: ClassVar[str]
    role: ClassVar[Role]

    def __init_subclass__(cls, noun: str = "", verb: str = "", role: Role | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if noun:
            cls.noun, cls.verb = noun, verb
        if role is not None:
            cls.role = role


class Intent(Declared):
    """Something to be changed: planned, shown, stored, carried out. Declare it with

    class StartAppliance(Intent, noun="appliance", verb="start", role=Role.OPERATOR): ...
    """


class Query(Declared):
    """Something to be read; it changes nothing."""

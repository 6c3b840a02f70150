"""What must not stand in a plan: secrets go to the vault, passwords become hashes, issued tokens are told once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_args, get_type_hints

import msgspec
from argon2 import PasswordHasher

from openqrm.domain.errors import Category, PlanningError
from openqrm.plugin_api.intents import Intent, Issued, Password, Secret
from openqrm.ports.world import Vault

PASSWORDS = PasswordHasher()  # argon2id with the cost of RFC 9106, for little memory
SEALED = (Secret, Password, Issued)
MIN_PASSWORD = 10
MASK = "(sealed)"
MAY_BE_SECRET = frozenset({("plugin", "set")})  # which of a plugin's settings are, its plugin alone knows


@dataclass
class Sealed:
    """The intent as planning sees it, what goes to the vault, and what is told to the caller alone."""

    intent: Intent
    kept: dict[str, str] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    marks: list[str] = field(default_factory=list)  # texts that differ each time it is sealed

    def keep(self, vault: Vault) -> None:
        """Put the secrets into the vault."""
        for reference, secret in self.kept.items():
            vault.keep(reference, secret)

    def forget(self, vault: Vault) -> None:
        """The plan has not come to be: nobody will ask for them."""
        for reference in self.kept:
            vault.forget(reference)

    def masked(self, text: str) -> str:
        """The text without what differs each time: the same wish has the same digest."""
        for mark in self.marks:
            text = text.replace(mark, MASK)
        return text


def wish_of(intent: Intent) -> dict[str, Any] | None:
    """What was said, without secrets, so that it can be asked again; None where whatever was said may be secret."""
    if (intent.noun, intent.verb) in MAY_BE_SECRET:
        return None
    told = {name for name in intent.__struct_fields__ if name not in sealed_fields(type(intent))}
    usual = {each.name: each for each in msgspec.structs.fields(intent)}
    said: dict[str, Any] = msgspec.to_builtins(intent)
    return {name: value for name, value in said.items() if name in told and value != _default(usual[name])}


def _default(field: msgspec.structs.FieldInfo) -> Any:
    return field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()


@cache
def sealed_fields(declared: type[msgspec.Struct]) -> dict[str, Any]:
    """Field → which of Secret, Password and Issued it is."""
    hints = get_type_hints(declared, include_extras=True)
    return {name: kind for name in declared.__struct_fields__ for kind in SEALED if kind in _parts(hints[name])}


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    for part in get_args(hint):
        yield from _parts(part)


def seal(intent: Intent, passwords: PasswordHasher) -> Sealed:
    """Take every secret out of an intent."""
    sealed = Sealed(intent)
    changes = {name: _seal(sealed, name, kind, passwords) for name, kind in sealed_fields(type(intent)).items()}
    sealed.intent = msgspec.structs.replace(intent, **changes)
    return sealed


def _seal(sealed: Sealed, name: str, kind: Any, passwords: PasswordHasher) -> str | None:
    given: str | None = getattr(sealed.intent, name)
    if kind is Issued:
        if given:
            raise PlanningError(Category.BAD_INPUT, f"{name} cannot be given", "Leave it out: it is made for you.")
        token = "oqrm_" + secrets.token_urlsafe(32)
        sealed.told[sealed.intent.noun] = token
        return _marked(sealed, hashlib.sha256(token.encode()).hexdigest())
    if not given:
        return given
    if kind is Password:
        if len(given) < MIN_PASSWORD:
            hint = f"Take {MIN_PASSWORD} characters at least."
            raise PlanningError(Category.BAD_INPUT, "the password is too short", hint)
        return _marked(sealed, passwords.hash(given))
    owner = getattr(sealed.intent, "name", sealed.intent.verb)
    reference = f"{sealed.intent.noun}-{owner}-{name.replace('_', '-')}-{secrets.token_hex(4)}"
    sealed.kept[reference] = given
    return _marked(sealed, reference)


def _marked(sealed: Sealed, text: str) -> str:
    sealed.marks.append(text)
    return text

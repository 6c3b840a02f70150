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


def refers_to(noun: str, **only: str) -> msgspec.Meta:
    """A field that holds the name of an object of this noun: `Annotated[Name, refers_to("storage"), Meta(…)]`.

    Consoles offer those of `NOUN list`; with `only` those whose rows have these values.
    """
    told = {"x-noun": noun} | ({"x-only": only} if only else {})
    return msgspec.Meta(extra_json_schema=told)


def row_of(verb: str) -> msgspec.Meta:
    """A field that names a row of what the query NOUN VERB answers about the same object.

    Consoles show that answer as a table on the object's page, and this intent with each of its rows.
    """
    return msgspec.Meta(extra_json_schema={"x-row": verb})


def new_row_of(verb: str) -> msgspec.Meta:
    """A field that names a row which will be new there: consoles offer the intent above that table."""
    return msgspec.Meta(extra_json_schema={"x-new-row": verb})


class Declaring(msgspec.StructMeta):
    """Takes noun, verb and role out of the class line: msgspec itself refuses words there that it does not know."""

    def __new__(
        mcs,
        name: str,
        bases: tuple[type, ...],
        namespace: dict[str, Any],
        noun: str = "",
        verb: str = "",
        role: Role | None = None,
        **config: Any,
    ) -> Any:
        told: dict[str, Any] = {"noun": noun, "verb": verb} if noun else {}
        told |= {} if role is None else {"role": role}
        return super().__new__(mcs, name, bases, namespace | told, **config)


class Declared(msgspec.Struct, metaclass=Declaring, forbid_unknown_fields=True):
    """What intents and queries share. The docstring's first line is the summary, the rest the description."""

    noun: ClassVar[str]
    verb: ClassVar[str]
    role: ClassVar[Role]


class Intent(Declared):
    """Something to be changed: planned, shown, stored, carried out. Declare it with

    class StartAppliance(Intent, noun="appliance", verb="start", role=Role.OPERATOR): ...
    """


class Query(Declared):
    """Something to be read; it changes nothing."""

"""Declarations as command-line arguments: required fields are positional, the others options."""

from __future__ import annotations

import enum
import sys
import types
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import click
import msgspec

from openqrm.plugin_api.intents import Declared, Issued, Password, Secret

HIDDEN = (Secret, Password)


@dataclass(frozen=True)
class Field:
    """One field of a declaration, as the command line needs it."""

    name: str  # as it goes over the wire
    kind: Any  # without Annotated and None
    required: bool
    default: Any
    help: str
    is_secret: bool
    has_lines: bool = False

    @property
    def is_mapping(self) -> bool:
        """KEY=VALUE, several times."""
        return get_origin(self.kind) is dict

    @property
    def is_list(self) -> bool:
        """Several times."""
        return get_origin(self.kind) is list

    @property
    def key(self) -> str:
        """The name of its parameter."""
        return self.name.replace("-", "_")


def fields_of(declared: type[Declared]) -> list[Field]:
    """All fields that can be given."""
    hints = get_type_hints(declared, include_extras=True)
    found = []
    for info in msgspec.structs.fields(declared):
        parts = list(_parts(hints[info.name]))
        if Issued in parts:
            continue
        told = [part.description for part in parts if isinstance(part, msgspec.Meta) and part.description]
        default = info.default if info.default is not msgspec.NODEFAULT else None
        secret = any(part in HIDDEN for part in parts if isinstance(part, type(Secret)))
        kind = _plain(hints[info.name])
        lines = any(isinstance(part, msgspec.Meta) and "x-lines" in (part.extra_json_schema or {}) for part in parts)
        found.append(Field(info.encode_name, kind, info.required, default, told[0] if told else "", secret, lines))
    return found


def _parts(hint: Any) -> Iterator[Any]:
    yield hint
    if get_origin(hint) is Annotated:
        yield from reversed(hint.__metadata__)
        yield from _parts(hint.__origin__)
    elif get_origin(hint) in (Union, types.UnionType):
        for part in get_args(hint):
            yield from _parts(part)


def _plain(hint: Any) -> Any:
    if get_origin(hint) is Annotated:
        return _plain(hint.__origin__)
    if get_origin(hint) in (Union, types.UnionType):
        return _plain(next(part for part in get_args(hint) if part is not type(None)))
    return hint


def parameters_of(declared: type[Declared]) -> list[click.Parameter]:
    """The parameters of its command."""
    return [_parameter(field) for field in fields_of(declared) if not (field.is_secret and field.required)]


def _parameter(field: Field) -> click.Parameter:
    flag = f"--{field.name.replace('_', '-')}"
    if field.is_secret:
        return click.Option(
            [flag, field.key], is_flag=True, default=None, help=f"{field.help} (asked for, or read from stdin)"
        )
    if field.required:
        return click.Argument([field.key], type=_type(field), nargs=-1 if field.is_mapping else 1, required=True)
    if field.kind is bool:
        return click.Option([f"{flag}/--no-{flag[2:]}", field.key], default=None, help=field.help)
    told = f"{field.help}  [default: {_told(field.default)}]" if field.default not in (None, "", []) else field.help
    many = field.is_mapping or field.is_list
    return click.Option([flag, field.key], type=_type(field), default=None, multiple=many, help=told)


def _told(default: Any) -> str:
    return str(default.value if isinstance(default, enum.Enum) else default)


def _type(field: Field) -> click.ParamType[Any]:
    if field.kind is int:
        return click.INT
    if get_origin(field.kind) is Literal:
        return click.Choice(get_args(field.kind))
    if isinstance(field.kind, type) and issubclass(field.kind, enum.Enum):
        return click.Choice([each.value for each in field.kind])
    return click.STRING


def values_of(declared: type[Declared], given: dict[str, Any]) -> dict[str, Any]:
    """What goes over the wire: only what was given. Secrets are asked for here."""
    values: dict[str, Any] = {}
    for field in fields_of(declared):
        value = given.get(field.key)
        if field.is_secret:
            value = _ask(field) if value or field.required else None
        elif field.is_mapping:
            value = dict(_pair(text) for text in value) if value else None
        elif field.is_list:
            value = list(value) if value else None
        if value is not None:
            values[field.name] = value
    return values


def _ask(field: Field) -> str:
    if field.has_lines:
        click.echo(f"{field.help}, ended by Ctrl-D:", err=True)
        return sys.stdin.read()
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    asked: str = click.prompt(field.help.partition(",")[0].capitalize(), hide_input=True, confirmation_prompt=True)
    return asked


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals:
        raise click.BadParameter(f"{text!r} is not KEY=VALUE")
    return key, value

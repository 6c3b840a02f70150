"""The names a file brings into the world: what it defines, and the nouns it declares for database, REST and CLI."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from tools.rules.source import Source

# Calls whose strings become a table, a column, a path or a command.
DECLARING_CALLS = {
    *("Table", "Column", "ForeignKey", "Index"),
    *("Route", "Mount", "WebSocketRoute"),
    *("Command", "Group", "Option", "Argument", "command", "group", "option", "argument"),
}
DECLARING_KEYWORDS = {"noun", "verb"}


@dataclass(frozen=True)
class Name:
    text: str
    line: int


@cache
def words_of(name: str) -> tuple[str, ...]:
    """`ISCSILunName`, `iscsi_lun_name` and `/iscsi-lun/{name}` are the same three words."""
    return tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name))


def names_in(source: Source) -> Iterator[Name]:
    for part in PurePosixPath(source.path).parts:
        yield Name(part.removesuffix(".py"), 1)
    for item in source.nodes:
        yield from _defined(item)
        if isinstance(item, ast.Call):
            yield from _declared(item)


def _defined(item: ast.AST) -> Iterator[Name]:
    match item:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            yield Name(name, item.lineno)
        case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
            yield Name(name, item.lineno)
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield Name(name, item.lineno)
        case ast.alias(asname=str(name)):
            yield Name(name, item.lineno)


def _declared(call: ast.Call) -> Iterator[Name]:
    callee = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    strings = call.args if callee in DECLARING_CALLS else []
    nouns = [keyword.value for keyword in call.keywords if keyword.arg in DECLARING_KEYWORDS]
    for value in [*strings, *nouns]:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            yield Name(value.value, value.lineno)

"""Which runs of real things reach a plugin: read from the tests' code, not from the words in their files.

A test counts that is marked `real` or `lab`, and from which the plugin is reached: by importing it, or by enabling it
in a running openQRM. What a comment, a docstring or an unmarked test says of a plugin proves nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

MARKS = frozenset({"real", "lab"})
FOLLOWED = ("tests.journeys", "tests.lab")  # what such tests share; what is in lab is hardware, and no plugin


@dataclass(frozen=True, eq=False)
class Source:
    """A file of Python: its definitions by name, and where its imported names are from."""

    path: Path
    definitions: dict[str, list[ast.stmt]] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)  # name → module, name there

    @property
    def runs(self) -> Iterator[ast.stmt]:
        """Its marked tests, and what is said for all of them."""
        for_all = self.definitions.get("pytestmark", [])
        everything = any(_is_marked(each) for each in for_all)
        for name, nodes in self.definitions.items():
            if name.startswith("test_") and (everything or any(_is_marked_test(each) for each in nodes)):
                yield from (*nodes, *for_all)


@cache
def read(path: Path) -> Source:
    """The file, taken apart."""
    source = Source(path)
    for node in ast.parse(path.read_text()).body:
        for name in _names_of(node):
            source.definitions.setdefault(name, []).append(node)
        if isinstance(node, ast.ImportFrom):
            source.imports.update({each.asname or each.name: (node.module or "", each.name) for each in node.names})
        elif isinstance(node, ast.Import):
            source.imports.update({each.asname or each.name: (each.name, "") for each in node.names})
    return source


@cache
def plugins_reached(path: Path, root: Path) -> frozenset[str]:
    """Of the plugins that marked tests of this file import the folders, and of those that they enable the ids."""
    if not any(f"mark.{mark}" in path.read_text() for mark in MARKS):
        return frozenset()
    found: set[str] = set()
    seen: set[tuple[Path, str]] = set()
    source = read(path)
    waiting = [(source, node) for node in source.runs]
    while waiting:
        at, node = waiting.pop()
        found |= {*_enabled(node)}
        for name in _used(node):
            if (at.path, name) in seen:
                continue
            seen.add((at.path, name))
            module, there = at.imports.get(name, ("", ""))
            if module.startswith("openqrm_plugins."):
                found.add(module.split(".")[1])
            other = _find(module, root) if module.startswith(FOLLOWED) else None
            homes = [(read(other), there)] if other else [(at, name), *((each, name) for each in _fixtures(at, root))]
            waiting += [(home, each) for home, wanted in homes for each in home.definitions.get(wanted, [])]
    return frozenset(found)


def _find(module: str, root: Path) -> Path | None:
    path = root.joinpath(*module.split(".")).with_suffix(".py")
    return path if path.is_file() else None


def _fixtures(source: Source, root: Path) -> list[Source]:
    """The conftest files that hold for it."""
    folders = [each for each in source.path.parents if each.is_relative_to(root)]
    return [read(each / "conftest.py") for each in folders if (each / "conftest.py").is_file()]


def _names_of(node: ast.stmt) -> list[str]:
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            return [each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
    return []


def _is_marked_test(node: ast.stmt) -> bool:
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else []
    return any(_is_marked(each) for each in decorators)


def _is_marked(node: ast.AST) -> bool:
    return any(
        isinstance(each, ast.Attribute) and each.attr in MARKS and ast.unparse(each.value).endswith("mark")
        for each in ast.walk(node)
    )


def _used(node: ast.AST) -> Iterator[str]:
    """Names, fixtures by their argument or by `usefixtures`."""
    for each in ast.walk(node):
        match each:
            case ast.Name(id=name) | ast.arg(arg=name):
                yield name
            case ast.Call(func=ast.Attribute(attr="usefixtures"), args=args):
                yield from (ast.literal_eval(name) for name in args if isinstance(name, ast.Constant))


def _enabled(node: ast.stmt) -> Iterator[str]:
    """All texts of a definition that enables plugins: which of them are ids, others know."""
    if any(_enables(each) for each in ast.walk(node)):
        for each in ast.walk(node):
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                yield each.value


def _enables(node: ast.AST) -> bool:
    """`…("plugin", "enable", …)`, `plugins=…`, or something done to a PluginState."""
    match node:
        case ast.Call(args=[ast.Constant(value="plugin"), ast.Constant(value="enable"), *_]):
            return True
        case ast.keyword(arg="plugins") | ast.Name(id="PluginState"):
            return True
    return False

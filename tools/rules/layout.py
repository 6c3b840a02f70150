"""How files are called, how long they are, and what a package says about itself."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from pathlib import PurePosixPath

from tools.rules.source import Finding, Source

FORBIDDEN_MODULES = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "handler"}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
PLUGINS = PurePosixPath("src/openqrm_plugins")


def find_vague_modules(source: Source) -> list[Finding]:
    """A module is named for what it does; `ssh_utils` is as vague as `utils`."""
    path = PurePosixPath(source.path)
    parts = [part.removesuffix(".py") for part in path.parts]
    if path.is_relative_to(PLUGINS):
        del parts[len(PLUGINS.parts)]  # a plugin's folder is its id, which operators know from the original
    vague = [part for part in parts if part.split("_")[-1] in FORBIDDEN_MODULES]
    return [source.finding(1, f'"{part}" says nothing: name the module for what it does') for part in vague]


def find_long_files(source: Source) -> list[Finding]:
    lines = len(source.text.splitlines())
    return (
        [source.finding(lines, f"{lines} lines, at most {MAX_FILE_LINES}: split it")] if lines > MAX_FILE_LINES else []
    )


def find_long_functions(source: Source) -> list[Finding]:
    functions = (f for f in source.nodes if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef))
    sized = ((f, (f.end_lineno or f.lineno) - f.lineno + 1) for f in functions)
    return [
        source.finding(f, f"{f.name}() has {lines} lines, at most {MAX_FUNCTION_LINES}: split it")
        for f, lines in sized
        if lines > MAX_FUNCTION_LINES
    ]


def find_silent_packages(sources: Iterable[Source]) -> list[Finding]:
    """Every folder with Python in it is a package whose docstring says what belongs there."""
    by_path = {source.path: source for source in sources}
    folders = {str(PurePosixPath(path).parent) for path in by_path}
    missing = [
        Finding(
            f"{folder}/__init__.py", 1, "missing: its docstring says what belongs in this package and what does not"
        )
        for folder in sorted(folders)
        if f"{folder}/__init__.py" not in by_path
    ]
    silent = [
        source.finding(1, "has no docstring: say what belongs in this package and what does not")
        for path, source in sorted(by_path.items())
        if path.endswith("/__init__.py") and not ast.get_docstring(source.tree)
    ]
    return missing + silent


def find_boundless_package(source: Source) -> list[Finding]:
    """A package of the core says what belongs in it, and with `Not here:` what does not and where that goes."""
    docstring = ast.get_docstring(source.tree) or ""
    return (
        [] if "Not here:" in " ".join(docstring.split()) else [source.finding(1, 'the docstring has no "Not here: …"')]
    )


def find_foreign_imports(source: Source, allowed: set[str]) -> list[Finding]:
    """Imports only the standard library and what is named, by dotted prefix."""
    findings = []
    for item in source.nodes:
        names = [alias.name for alias in item.names] if isinstance(item, ast.Import) else []
        if isinstance(item, ast.ImportFrom) and not item.level:
            names = [item.module or ""]
        for name in names:
            if name.split(".")[0] not in sys.stdlib_module_names and not _is_under(name, allowed):
                findings.append(
                    source.finding(item, f"imports {name}: here only the standard library and {_listed(allowed)}")
                )
    return findings


def _is_under(name: str, prefixes: set[str]) -> bool:
    return any(name == prefix or name.startswith(prefix + ".") for prefix in prefixes)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))

"""What code may not do, where ruff has no rule for it."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from tools.rules.source import Finding, Source

SHELL_CALLS = {"create_subprocess_shell", "subprocess_shell"}
SQL_CALLS = {"text", "execute", "executemany", "executescript", "exec_driver_sql"}
PATCHING = {"monkeypatch", "MonkeyPatch", "mocker"}
SUPPRESSION = re.compile(r"#\s*(noqa|type:\s*ignore)\b(.*)")
EXPLAINED = re.compile(r"(:\s*[A-Z]+\d+[A-Z\d, ]*|\[[a-z, -]+\])\s+#\s*\w")


def find_shells(source: Source) -> list[Finding]:
    """A command is an argv list; nothing is handed to a shell."""
    return [
        source.finding(call, f"{name}() goes through a shell: run an argv list instead")
        for call, name in _calls(source)
        if name in SHELL_CALLS
    ]


def find_string_sql(source: Source) -> list[Finding]:
    """SQL is built by SQLAlchemy Core, or is a constant with bound parameters."""
    return [
        source.finding(call, f"{name}() with SQL put together as text: use SQLAlchemy Core or bound parameters")
        for call, name in _calls(source)
        if name in SQL_CALLS and call.args and _is_assembled(call.args[0])
    ]


def find_patching(source: Source) -> list[Finding]:
    """If a test wants to patch, a port is missing."""
    message = "tests do not patch: give the code a port and the test a simulator"
    return [source.finding(item, message) for item in source.nodes if _patches(item)]


def find_environment(source: Source) -> list[Finding]:
    """openqrm/main.py alone reads the environment, and hands on what others need."""
    message = "only openqrm/main.py reads the environment: take the value as an argument"
    return [
        source.finding(item, message)
        for item in source.nodes
        if isinstance(item, ast.Attribute) and item.attr in {"environ", "environb", "getenv"}
    ]


def find_bare_suppressions(source: Source) -> list[Finding]:
    """A check is silenced by its code and with a reason: `# noqa: S104  # listens on all of its namespace`."""
    findings: list[Finding] = []
    if not SUPPRESSION.search(source.text):
        return findings
    for token in tokenize.generate_tokens(io.StringIO(source.text).readline):
        match = SUPPRESSION.match(token.string) if token.type == tokenize.COMMENT else None
        if match and not EXPLAINED.match(match[2]):
            findings.append(source.finding(token.start[0], f"{match[1]} needs its code and, after another #, a reason"))
    return findings


def _calls(source: Source) -> list[tuple[ast.Call, str]]:
    calls = [item for item in source.nodes if isinstance(item, ast.Call)]
    return [
        (call, call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", ""))
        for call in calls
    ]


def _is_assembled(value: ast.expr) -> bool:
    """An f-string with values in it, or text made by +, % or .format()."""
    match value:
        case ast.JoinedStr(values=values):
            return any(isinstance(part, ast.FormattedValue) for part in values)
        case ast.BinOp(left=left, op=ast.Add() | ast.Mod(), right=right):
            return any(isinstance(side, ast.JoinedStr | ast.Constant) for side in (left, right))
        case ast.Call(func=ast.Attribute(attr="format")):
            return True
    return False


def _patches(item: ast.AST) -> bool:
    match item:
        case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
            return name in PATCHING
        case ast.Import(names=names):
            return any(alias.name in {"mock", "unittest.mock"} for alias in names)
        case ast.ImportFrom(module=module, names=names):
            imported = {alias.name for alias in names}
            return (
                module in {"mock", "unittest.mock"}
                or bool(imported & PATCHING)
                or (module == "unittest" and "mock" in imported)
            )
    return False

"""What the core's plans tell has its German in the console."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.repository import ROOT

TABLE = ROOT / "web/src/i18n/sentences.de.ts"
TOLD_BY = {"title", "why", "say", "notice"}
WRITING = {"put", "remove", "plan_of"}


def test_plans_of_the_core_are_told_in_german() -> None:
    keys = re.findall(r'^  "((?:[^"\\]|\\.)*)":', TABLE.read_text(), re.MULTILINE)
    known = [re.sub(r"\{\w+\}", "{}", key) for key in keys]
    lacking = {
        told for told in sentences() if any(map(str.isalpha, told)) and not any(fits(told, each) for each in known)
    }
    assert not lacking, f"say it in German in {TABLE.relative_to(ROOT)}: {sorted(lacking)}"


def sentences() -> Iterator[str]:
    """Titles, steps, reasons and notices as they are written, each blank as {}."""
    for file in (ROOT / "src/openqrm").rglob("planning/*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call():
                    yield from texts(each.value for each in node.keywords if each.arg in TOLD_BY)
                    if ast.unparse(node.func) in WRITING:
                        yield from texts(each for each in node.args if isinstance(each, ast.JoinedStr))
                case ast.Assign(targets=[ast.Name(id="title" | "say" | "ASKED")]):
                    yield from texts([node.value])


def texts(values: Iterator[ast.expr] | list[ast.expr]) -> Iterator[str]:
    for value in values:
        match value:
            case ast.IfExp():
                yield from texts([value.body, value.orelse])
            case ast.Constant(value=str(text)):
                yield text
            case ast.JoinedStr():
                yield "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in value.values)


def fits(told: str, known: str) -> bool:
    """Whether a sentence with blanks is one of these; a blank may hold what another one spells out."""
    return re.fullmatch(re.escape(known).replace(r"\{\}", r"[^ ]+?"), told) is not None

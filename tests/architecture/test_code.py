"""What code may not do, and that each of these rules bites."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.architecture.repository import ROOT, paths_under, sources_under
from tools.rules.code import find_bare_suppressions, find_environment, find_patching, find_shells, find_string_sql
from tools.rules.source import Finding, Source

Rule = Callable[[Source], list[Finding]]
TESTS = (
    "tests",
    *sorted(
        {path.partition("/tests/")[0] + "/tests" for path in paths_under("src", suffix=".py") if "/tests/" in path}
    ),
)
APPLIES_TO: dict[Rule, tuple[str, ...]] = {
    find_shells: ("src", "lab", "tools", "bench"),
    find_string_sql: ("src", "lab", "bench"),
    find_patching: TESTS,
    find_bare_suppressions: ("src", "lab", "tools", "bench", "tests"),
}
BAD: list[tuple[Rule, str]] = [
    (find_shells, 'await asyncio.create_subprocess_shell("ls")'),
    (find_string_sql, 'text(f"select * from {name}")'),
    (find_string_sql, 'connection.execute("select " + name)'),
    (find_string_sql, 'connection.exec_driver_sql("select %s" % name)'),
    (find_string_sql, 'cursor.execute("select {}".format(name))'),
    (find_patching, "def test_x(monkeypatch): ..."),
    (find_patching, "from unittest import mock"),
    (find_patching, "from unittest.mock import patch"),
    (find_patching, "import unittest.mock"),
    (find_patching, "from pytest import MonkeyPatch"),
    (find_environment, 'os.environ["HOME"]'),
    (find_environment, 'os.getenv("HOME")'),
    (find_bare_suppressions, "x = 1  # noqa"),
    (find_bare_suppressions, "x = 1  # noqa: S104"),
    (find_bare_suppressions, "x = 1  # noqa # because"),
    (find_bare_suppressions, "x = 1  # type: ignore"),
    (find_bare_suppressions, "x = 1  # type: ignore[attr-defined]"),
]
GOOD: list[tuple[Rule, str]] = [
    (find_shells, 'await asyncio.create_subprocess_exec("ls")'),
    (find_string_sql, 'text("select * from resource where id = :id")'),
    (find_string_sql, "connection.execute(select(table))"),
    (find_string_sql, 'log.info(f"text {name}")'),
    (find_patching, 'client.patch("/appliances/web")'),
    (find_environment, "settings.environment"),
    (find_bare_suppressions, "x = 1  # noqa: S104  # listens on all of its namespace"),
    (find_bare_suppressions, "x = 1  # type: ignore[attr-defined]  # the stubs are of 2019"),
    (find_bare_suppressions, 'x = "# noqa"'),
]


@pytest.mark.parametrize("rule", APPLIES_TO, ids=lambda rule: rule.__name__)
def test_the_rule_holds(rule: Rule) -> None:
    found = [str(finding) for source in sources_under(*APPLIES_TO[rule]) for finding in rule(source)]
    assert not found, "\n".join(found)


def test_only_main_reads_the_environment() -> None:
    sources = [
        source
        for source in sources_under("src")
        if source.path != "src/openqrm/main.py" and "/tests/" not in source.path
    ]
    found = [str(finding) for source in sources for finding in find_environment(source)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("rule", "text"), BAD)
def test_the_rule_bites(rule: Rule, text: str) -> None:
    assert len(rule(Source("src/openqrm/x.py", text))) == 1


@pytest.mark.parametrize(("rule", "text"), GOOD)
def test_the_rule_leaves_good_code_alone(rule: Rule, text: str) -> None:
    assert rule(Source("src/openqrm/x.py", text)) == []


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("S602", 'import subprocess\nsubprocess.run("ls", shell=True)'),
        ("S605", 'import os\nos.system("ls " + x)'),
        ("S608", 'q = f"select * from resource where name = {x}"'),
        ("BLE001", "try:\n    x()\nexcept Exception:\n    pass"),
        ("T201", "print(1)"),
    ],
)
def test_ruff_is_set_to_catch(code: str, text: str) -> None:
    command = [
        sys.executable,
        "-m",
        "ruff",
        "check",
        "--output-format=concise",
        "--stdin-filename=src/openqrm/x.py",
        "-",
    ]
    done = subprocess.run(command, input=text, capture_output=True, text=True, cwd=ROOT, check=False)
    assert f" {code} " in done.stdout

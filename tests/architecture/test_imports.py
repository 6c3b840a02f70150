"""The contracts of import-linter, which `make check` applies to src/, refuse what they are there to refuse."""

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.repository import ROOT, read

LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"
CONTRACTS = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
LAYERS = [name.strip() for line in CONTRACTS[0]["layers"] for name in line.split("|")]


def lint(folder: Path, files: dict[str, str]) -> str:
    """What import-linter says about a bare tree of all layers and two plugins, with these files in it."""
    empty = [
        *(f"openqrm/{layer}" for layer in LAYERS),
        "openqrm",
        "openqrm_plugins",
        "openqrm_plugins/a",
        "openqrm_plugins/b",
    ]
    for path, text in {**{f"{package}/__init__.py": "" for package in empty}, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    command = [str(LINT_IMPORTS), "--no-logo", "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, check=False
    )
    return done.stdout


def test_a_tree_that_keeps_to_the_layers_passes(tmp_path: Path) -> None:
    good = {
        "openqrm/services/start.py": "import openqrm.planning\nimport openqrm.domain",
        "openqrm/plugin_api/driver.py": "import openqrm.domain",
        "openqrm_plugins/a/driver.py": "import openqrm.plugin_api.driver\nimport openqrm_plugins.a",
    }
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in lint(tmp_path, good)


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("openqrm/domain/plan.py", "import openqrm.services", "Imports go down only BROKEN"),
        ("openqrm/api/rest.py", "import openqrm.cli", "Imports go down only BROKEN"),
        ("openqrm/planning/start.py", "import openqrm.engine", "Imports go down only BROKEN"),
        ("openqrm/web/__init__.py", "", "Imports go down only BROKEN"),
        ("openqrm_plugins/a/driver.py", "import openqrm.domain", "Plugins see the plugin API only BROKEN"),
        ("openqrm_plugins/a/driver.py", "import openqrm_plugins.b", "Plugins do not see each other BROKEN"),
    ],
)
def test_a_breach_is_refused(tmp_path: Path, path: str, text: str, said: str) -> None:
    assert said in lint(tmp_path, {path: text})

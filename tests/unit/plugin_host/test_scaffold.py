"""A new plugin of each kind keeps its contract, is well written, and loads."""

import subprocess
import sys
from pathlib import Path

import pytest

from openqrm.domain.errors import PlanningError
from openqrm.plugin_api.drivers import KINDS
from openqrm.plugin_host.find import check
from openqrm.plugin_host.load import Loaded, load
from openqrm.plugin_host.scaffold import scaffold

ROOT = Path(__file__).parents[3]


def said(folder: Path, *argv: str) -> str:
    """What this module of Python says when run in `folder`; nothing when it is content."""
    code = f"import runpy, sys; sys.path.insert(0, {str(folder)!r}); sys.argv[0] = {argv[0]!r}; "
    code += f"runpy.run_module({argv[0]!r}, run_name='__main__')"
    command = [sys.executable, "-c", code, *argv[1:]]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.fixture(scope="module")
def plugins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugins")
    for kind in KINDS:
        scaffold(kind, f"new-{kind}", folder)
    return folder


@pytest.mark.slow
def test_all_keep_their_contract(plugins: Path) -> None:
    assert not said(plugins, "pytest", "-q", "-p", "no:cacheprovider", "--import-mode=importlib", "--rootdir=.", ".")


def test_all_are_clean(plugins: Path) -> None:
    config = f"--config={ROOT}/pyproject.toml"
    assert not said(plugins, "ruff", "check", config, ".")
    assert not said(plugins, "ruff", "format", "--check", "--diff", config, ".")


@pytest.mark.slow
def test_all_are_typed(plugins: Path) -> None:
    packages = [f"new_{kind.replace('-', '_')}" for kind in KINDS]
    assert not said(plugins, "mypy", "--strict", "--explicit-package-bases", *packages)


def test_those_that_ship_with_openqrm_are_clean(tmp_path: Path) -> None:
    scaffold("power", "new-power", tmp_path / "src" / "openqrm_plugins")
    ours = 'lint.isort.known-first-party=["openqrm", "openqrm_plugins"]'
    assert not said(tmp_path, "ruff", "check", f"--config={ROOT}/pyproject.toml", "--config", ours, ".")


@pytest.mark.parametrize("kind", KINDS)
def test_each_loads(kind: str, plugins: Path) -> None:
    folder = plugins / f"new_{kind.replace('-', '_')}"
    sys.path.insert(0, str(plugins))
    try:
        loaded = load(check(folder.name, folder))
    finally:
        sys.path.remove(str(plugins))
    assert isinstance(loaded, Loaded), loaded.broken or loaded.incompatible
    assert set(loaded.drivers) == {kind}


@pytest.mark.parametrize(("kind", "name"), [("bicycle", "x"), ("storage", "../x"), ("storage", "X y")])
def test_what_cannot_be_is_refused(kind: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(PlanningError):
        scaffold(kind, name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_what_exists_is_left_alone(tmp_path: Path) -> None:
    scaffold("power", "mine", tmp_path)
    with pytest.raises(PlanningError, match="exists"):
        scaffold("storage", "mine", tmp_path)

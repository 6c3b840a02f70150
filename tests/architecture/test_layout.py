"""Where code lies, what it is called, how long it is, and what it may import."""

import tomllib
from collections.abc import Callable

import pytest

from tests.architecture.repository import read, sources_under
from tools.rules.layout import (
    find_boundless_package,
    find_foreign_imports,
    find_long_files,
    find_long_functions,
    find_silent_packages,
    find_vague_modules,
)
from tools.rules.source import Finding, Source

OURS = sources_under("src", "lab", "tools", "bench")
PRODUCT = tuple(source for source in sources_under("src") if "/tests/" not in source.path)
FOUNDATION = {"domain": {"openqrm.domain"}, "ports": {"openqrm.domain", "openqrm.ports"}}


@pytest.mark.parametrize(
    "rule", [find_vague_modules, find_long_files, find_long_functions], ids=lambda rule: rule.__name__
)
def test_files_are_small_and_named_for_what_they_do(rule: Callable[[Source], list[Finding]]) -> None:
    found = [str(finding) for source in OURS for finding in rule(source)]
    assert not found, "\n".join(found)


def test_packages_say_what_belongs_in_them() -> None:
    core = [s for s in PRODUCT if s.path.startswith("src/openqrm/") and s.path.endswith("/__init__.py")]
    found = [
        *find_silent_packages(PRODUCT),
        *(finding for source in core for finding in find_boundless_package(source)),
    ]
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("layer", FOUNDATION)
def test_the_foundation_needs_the_standard_library_only(layer: str) -> None:
    sources = [source for source in PRODUCT if source.path.startswith(f"src/openqrm/{layer}/")]
    found = [str(finding) for source in sources for finding in find_foreign_imports(source, FOUNDATION[layer])]
    assert not found, "\n".join(found)


def test_plugins_are_kept_out_of_every_layer_but_their_own() -> None:
    contracts = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    kept_out = next(contract["forbidden_modules"] for contract in contracts if contract["type"] == "forbidden")
    named = {f"openqrm.{name.strip()}" for line in layers for name in line.split("|")}
    assert named - {"openqrm.plugin_api"} == {*kept_out}


@pytest.mark.parametrize("name", ["utils", "ssh_utils", "base", "plugin_manager", "common/x"])
def test_a_vague_name_is_found(name: str) -> None:
    assert len(find_vague_modules(Source(f"src/openqrm/{name}.py", ""))) == 1


def test_an_exact_name_is_left_alone() -> None:
    assert find_vague_modules(Source("src/openqrm/adapters/database.py", "")) == []


def test_a_long_file_and_a_long_function_are_found() -> None:
    body = "    pass\n"
    assert find_long_files(Source("x.py", "\n" * 401)) and not find_long_files(Source("x.py", "\n" * 400))
    assert find_long_functions(Source("x.py", "def f():\n" + body * 60))
    assert not find_long_functions(Source("x.py", "def f():\n" + body * 59))


def test_a_silent_package_is_found() -> None:
    module = Source("src/a/x.py", "")
    assert len(find_silent_packages([module])) == 1
    assert len(find_silent_packages([module, Source("src/a/__init__.py", "")])) == 1
    assert not find_silent_packages([module, Source("src/a/__init__.py", '"""Here: x."""')])


def test_a_package_without_bounds_is_found() -> None:
    assert find_boundless_package(Source("src/a/__init__.py", '"""Here: x."""'))
    assert not find_boundless_package(Source("src/a/__init__.py", '"""Here: x. Not\nhere: y."""'))


@pytest.mark.parametrize(
    "text", ["import msgspec", "from openqrm.engine import x", "import openqrm.domainx", "import os, click"]
)
def test_a_foreign_import_is_found(text: str) -> None:
    assert len(find_foreign_imports(Source("x.py", text), {"openqrm.domain"})) == 1


@pytest.mark.parametrize("text", ["import os.path", "from openqrm.domain.plan import Step", "from . import plan"])
def test_a_fitting_import_is_left_alone(text: str) -> None:
    assert not find_foreign_imports(Source("x.py", text), {"openqrm.domain"})

"""pyproject.toml, requirements.lock and the decision about dependencies say the same."""

import re
import tomllib

from packaging.requirements import Requirement

from tests.architecture.repository import read
from tools.rules.documents import find_unexplained

PROJECT = tomllib.loads(read("pyproject.toml"))
DECLARED = [
    Requirement(text)
    for texts in (
        PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"].values(),
        *PROJECT["dependency-groups"].values(),
    )
    for text in texts
]
LOCK = read("requirements.lock")
PINNED = r"^([a-z0-9-]+)==([^ ;]+)"
LOCKED = dict(re.findall(PINNED, LOCK, re.M))


def test_every_dependency_has_its_reason() -> None:
    assert find_unexplained([item.name for item in DECLARED], read("docs/decisions/0002-dependencies.md")) == []


def test_the_lock_fits_the_declared_versions() -> None:
    wrong = [str(item) for item in DECLARED if not item.specifier.contains(LOCKED.get(item.name, ""), prereleases=True)]
    assert wrong == [], "run make lock"


def test_the_lock_names_no_place() -> None:
    assert "://" not in LOCK and "--hash=sha256:" in LOCK


def test_a_server_gets_a_part_of_what_was_tested() -> None:
    serving = dict(re.findall(PINNED, read("requirements-serving.lock"), re.M))
    assert serving.items() <= LOCKED.items(), "run make lock"
    needed = {Requirement(text).name for text in PROJECT["project"]["dependencies"]}
    assert needed <= serving.keys(), "run make lock"


def test_a_dependency_without_a_reason_is_found() -> None:
    assert find_unexplained(["click", "left-pad"], "| `click` | commands |") == ["left-pad"]

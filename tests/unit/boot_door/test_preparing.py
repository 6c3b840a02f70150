"""Parts of initrds are there before a machine asks for them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from openqrm.boot.kernels import Kernels
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from tests.unit.boot_door.site import FilesBuilder, Running, fragment


class CountingBuilder(FilesBuilder):
    """Remembers what was made."""

    def __init__(self, folder: Path, made: list[str]) -> None:
        super().__init__(folder)
        self._folder, self._made = folder, made

    def parts(self, fragments: Any) -> Iterator[Path]:
        for part in ("base", *fragments):
            self._made.append(f"{self._folder.name} {part}")
            yield self._folder / part


def kernels(site: Running, made: list[str]) -> Kernels:
    def open_one(folder: Path) -> CountingBuilder:
        if folder.name == "broken":
            raise PlanningError(Category.BAD_INPUT, "no kernel is in there", "Add it again.")
        return CountingBuilder(folder, made)

    return Kernels(site.database.records, open_one, fragment, ["iscsi", "nfs"])


def test_the_parts_of_each_kernel_are_made_once(site: Running, tmp_path: Path) -> None:
    made: list[str] = []
    asked = kernels(site, made)
    folder = Path(site.database.records.get(Kernel, "k6").directory).name
    asked.prepare()
    asked.prepare()
    assert made == [f"{folder} {part}" for part in ("base", "iscsi", "nfs", "transfer")]


def test_it_ends_between_two_parts(site: Running) -> None:
    made: list[str] = []
    kernels(site, made).prepare(lambda: True)
    assert len(made) == 1


def test_a_kernel_that_is_broken_does_not_keep_others_from_being_prepared(site: Running, tmp_path: Path) -> None:
    kernel = site.database.records.get(Kernel, "k6")
    broken = replace(kernel, name="a-broken-one", id=0, version=0, directory=str(tmp_path / "broken"), default=False)
    site.database.records.put(broken)
    made: list[str] = []
    asked = kernels(site, made)
    with pytest.raises(PlanningError, match="no kernel is in there"):
        asked.prepare()
    asked.prepare()
    assert made[-1].endswith("transfer")

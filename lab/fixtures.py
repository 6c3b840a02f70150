"""Pytest fixtures: a rack for any test that asks."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Unpack

import pytest

from lab import cell
from lab.bmc import Kind
from lab.images.storage import ensure_storage_image
from lab.qemu import Firmware
from lab.rack import Build, Rack
from lab.storage_host import StorageHost

SUPPLIES = Path("build/lab")
_NOT_IN_CELL = "this test needs a cell: python -m lab.cell python -m pytest … (make test does it)"
_NO_SUPPLIES = "this test needs the image of a storage host, which a cell cannot fetch: python -m lab.images build/lab"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file run in one cell, for what the file sets up; and all that need the storage host in one."""
    for item in items:
        if item.get_closest_marker("real"):
            on_storage = "storage_host" in getattr(item, "fixturenames", ())
            item.add_marker(pytest.mark.xdist_group("storage-host" if on_storage else item.path.stem))


class MakeRack:
    """Called with the arguments of `Rack` but its directory: an open rack, which is closed when the test ends."""

    def __init__(self, directory: Path, open_racks: ExitStack) -> None:
        self._directory = directory
        self._open_racks = open_racks

    def __call__(
        self,
        machines: int = 1,
        bmc: Kind | Sequence[Kind] = "ipmi",
        firmware: Firmware | Sequence[Firmware] = "bios",
        **build: Unpack[Build],
    ) -> Rack:
        return self._open_racks.enter_context(Rack(self._directory, machines, bmc, firmware, **build))


@pytest.fixture
def in_cell() -> None:
    """Fails, and does not skip, where the test would touch the real network."""
    if not cell.in_cell():
        pytest.fail(_NOT_IN_CELL, pytrace=False)


@pytest.fixture
def make_rack(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeRack]:
    """Makes a rack; one at a time."""
    request.getfixturevalue("in_cell")
    with ExitStack() as open_racks:
        yield MakeRack(tmp_path / "rack", open_racks)


@pytest.fixture(scope="session")
def storage_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StorageHost]:
    """A storage host, one for the whole session: each test makes and ends its own volumes on it."""
    if not cell.in_cell():
        pytest.fail(_NOT_IN_CELL, pytrace=False)
    if not list(SUPPLIES.glob("storage-*")):
        pytest.fail(_NO_SUPPLIES, pytrace=False)
    with StorageHost(tmp_path_factory.mktemp("storage-host"), ensure_storage_image(SUPPLIES)) as storage:
        yield storage

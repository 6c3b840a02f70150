from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.boot_door.site import Running, running


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as everything:
        yield everything

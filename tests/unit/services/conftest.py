from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.services.site import TestSite, open_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestSite]:
    with open_site(tmp_path) as opened:
        yield opened

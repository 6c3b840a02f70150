from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.unit.api.client import open_door
from tests.unit.services.site import TestSite, open_site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[TestSite]:
    with open_site(tmp_path) as opened:
        yield opened


@pytest.fixture
def client(site: TestSite) -> Iterator[TestClient]:
    with open_door(site) as opened:
        yield opened

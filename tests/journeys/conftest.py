"""What journeys on real machines share."""

from pathlib import Path

import pytest

from tests.journeys.demonstration import SUPPLIES


@pytest.fixture
def supplies() -> Path:
    """Kernel and image, which a cell cannot fetch."""
    if not (SUPPLIES / "kernel").exists() or not list(SUPPLIES.glob("image-*")):
        pytest.fail("this test needs a kernel and an image: python -m lab.images build/lab", pytrace=False)
    return SUPPLIES

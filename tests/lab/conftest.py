"""What several tests of real machines share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.images.kernel import ensure_kernel
from lab.images.small import Image, ensure_image
from openqrm.boot.initrd.builder import InitrdBuilder, open_builder
from openqrm.boot.initrd.packs import Sources
from tests.lab.direct_boot import cable

SUPPLIES = Path("build/lab")
_MISSING = "this test needs a kernel and an image, which a cell cannot fetch: python -m lab.images build/lab"


@pytest.fixture(scope="session")
def supplies() -> Path:
    """The folder with kernel and image."""
    if not (SUPPLIES / "kernel").exists() or not list(SUPPLIES.glob("image-*")):
        pytest.fail(_MISSING, pytrace=False)
    return SUPPLIES


@pytest.fixture(scope="session")
def builder(supplies: Path, tmp_path_factory: pytest.TempPathFactory) -> InitrdBuilder:
    kernel = ensure_kernel(supplies)
    return open_builder(kernel.folder, Sources(Path("initrd"), Path("agent")), tmp_path_factory.mktemp("store"))


@pytest.fixture(scope="session")
def image(supplies: Path) -> Image:
    return ensure_image(supplies)


@pytest.fixture(scope="module")
def network() -> Iterator[None]:
    """The rack's network with a port for one machine that is booted directly."""
    with cable():
        yield

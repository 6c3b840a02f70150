"""A real openQRM with simulated machines, and Debian's chromium before it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.console.visit import BROWSER, Visit, in_a_page_of, signed_in
from tests.journeys.site import Site, site
from tools import console


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """They are a suite of their own."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.console)


@pytest.fixture(scope="session")
def built() -> Path:
    """The console as it was built."""
    folder = console.ROOT / "src/openqrm/console"
    assert (folder / "index.html").exists(), "make console builds it"
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One for all pages."""
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)


@pytest.fixture(scope="session")
def openqrm(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Set up as the demonstration does it, one machine idle."""
    assert built.exists()
    with site(tmp_path_factory.mktemp("console")) as running:
        yield running


@pytest.fixture(scope="session")
def administrator(browser: Browser, openqrm: Site) -> Iterator[BrowserContext]:
    """Signed in once for all visits."""
    with signed_in(browser, openqrm) as context:
        yield context


@pytest.fixture
def visit(administrator: BrowserContext, openqrm: Site) -> Iterator[Visit]:
    """An administrator's, who has no preferences yet; it ends with a look at what the browser complained of."""
    with in_a_page_of(administrator, openqrm) as begun:
        begun.page.goto(f"{openqrm.serving.url}/favicon.svg")
        begun.page.evaluate("localStorage.clear()")
        yield begun

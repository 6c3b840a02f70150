"""The console in the other browser: sign in by the one-time link, look at a page of each kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.firefox import firefox
from tests.journeys.site import site

pytestmark = pytest.mark.lab
DRAWN = "!!document.querySelector('main h1') && !document.querySelector('.pf-v6-c-skeleton')"
PAGES = (
    "/resource",
    "/appliance/web",
    "/do/appliance/start?name=web",
    "/topology",
    "/plan/1",
    "/plugin",
    "/new-appliance",
)


def test_every_kind_of_page_is_drawn(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "profile").mkdir()
    with site(tmp_path / "site") as running, firefox(tmp_path / "profile") as browser:
        url = running.serving.url
        browser.open(url)
        browser.until("!!document.querySelector('#user')")
        browser.open(url + running.api.sign_in_path())
        browser.until(DRAWN)
        for path in PAGES:
            browser.open(url + path)
            browser.until(DRAWN)
            assert browser.ask("document.querySelectorAll('[data-category]').length") == 0
        assert browser.complaints == []

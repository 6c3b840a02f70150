"""The pictures of the documentation, taken anew: `python -m tests.console.pictures docs/operator/pictures`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from lab.simulated_site import Pace
from tests.console.box import box, screen
from tests.console.visit import BROWSER, Visit
from tests.journeys.site import Site, site

FONTS_MS = 4000  # a first visit has them after its page
PAINTED_MS = 1500  # a machine without a system says so by then
PACE = Pace(kernel_s=1, step_s=6, stats_every_s=2, retry_s=0.2)
MACHINES = 4


def take(running: Site, browser: Browser, folder: Path) -> None:
    """An administrator looks around while the appliance web starts."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB", reduced_motion="reduce")
    visit = Visit(context.new_page(), running)
    visit.sign_in()
    visit.page.wait_for_timeout(FONTS_MS)
    show(visit, "/do/appliance/start?name=web", ".q-preview-title", folder / "preview.png")
    plan = running.api.begin("appliance", "start", name="web")
    visit.open(f"/plan/{plan['id']}")
    visit.page.locator("#milestone-root-found.pf-m-current").wait_for()
    picture(visit.page, folder / "plan.png")
    running.ended(plan)
    show(visit, "/", ".q-rows", folder / "dashboard.png")
    show(visit, "/set-up", ".q-check", folder / "set-up.png")
    show(visit, "/topology", ".react-flow__node", folder / "topology.png")
    with screen() as port, box(running, novnc={"resources": ["box"], "port": port}):
        show(visit, "/terminal/box?line=screen", "[data-standing=open]", folder / "screen.png")
    context.close()


def show(visit: Visit, path: str, wanted: str, file: Path) -> None:
    """The page, once this is on it."""
    visit.open(path)
    visit.page.locator(wanted).first.wait_for()
    visit.page.wait_for_timeout(PAINTED_MS)
    picture(visit.page, file)


def picture(page: Page, file: Path) -> None:
    """With its fonts."""
    page.evaluate("document.fonts.ready.then(() => null)")
    page.screenshot(path=file)


def main(folder: Path) -> None:
    """All of them."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
        with site(Path(scratch), PACE, MACHINES) as running:
            take(running, browser, folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

"""Somebody in front of the console."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Route, expect

from tests.journeys.site import Site
from tools.console import WEB

BROWSER = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 60_000
AXE = WEB / "node_modules/axe-core/axe.min.js"
TRANSITIONS = """() => Promise.allSettled(
    document.getAnimations().filter(each => each instanceof CSSTransition).map(each => each.finished))"""
SERIOUS = {"serious", "critical"}


@dataclass
class Visit:
    """A page of the browser, and what the browser complained of meanwhile."""

    page: Page
    site: Site
    complaints: list[str] = field(default_factory=list)

    @property
    def password(self) -> str:
        return (self.site.folder / "password").read_text()

    def get(self, path: str) -> Any:
        """What the API says to whoever has signed in here."""
        return self.page.evaluate("path => fetch('/api/v1/' + path).then(answer => answer.json())", path)

    def open(self, path: str) -> None:
        """This page of the console, drawn."""
        self.page.goto(f"{self.site.serving.url}{path}")
        expect(self.page.locator("main h1").first).to_be_visible()
        expect(self.page.locator(".pf-v6-c-skeleton")).to_have_count(0)

    @contextmanager
    def held(self, address: str) -> Iterator[None]:
        """What is asked for there meanwhile, which something is, is answered after the block."""
        waiting: list[Route] = []
        is_over = False

        def answer(route: Route) -> None:
            if is_over:
                route.continue_()
            else:
                waiting.append(route)

        self.page.route(address, answer)
        with self.page.expect_request(address):
            yield
        is_over = True
        for each in waiting:
            each.continue_()

    def sign_in(self) -> None:
        """As the first administrator."""
        self.page.goto(self.site.serving.url)
        self.page.get_by_label("User").fill("admin")
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Dashboard")).to_be_visible()

    def button(self, name: str) -> Locator:
        """A button or a link that looks like one."""
        page = self.page
        return page.get_by_role("button", name=name, exact=True).or_(page.get_by_role("link", name=name, exact=True))

    def impaired(self) -> list[str]:
        """What axe finds serious on this page, once no colour changes any more."""
        self.page.evaluate(TRANSITIONS)
        self.page.evaluate(AXE.read_text())
        found: dict[str, Any] = self.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [
            f"{each['id']}: {node['html'][:160]}"
            for each in found["violations"]
            if each["impact"] in SERIOUS
            for node in each["nodes"]
        ]

    def note(self, message: ConsoleMessage) -> None:
        """What matters of what the browser says: a refused request is told by the page, the rest is ours."""
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)


def fresh(browser: Browser) -> BrowserContext:
    """A browser with no past."""
    return browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB", reduced_motion="reduce")


@contextmanager
def visiting(browser: Browser, running: Site) -> Iterator[Visit]:
    """A new visit with no past."""
    with fresh(browser) as context, in_a_page_of(context, running) as visit:
        yield visit


@contextmanager
def signed_in(browser: Browser, running: Site) -> Iterator[BrowserContext]:
    """The administrator's browser: what it has loaded stays loaded, for visits in pages of it."""
    with fresh(browser) as context:
        with in_a_page_of(context, running) as begun:
            begun.sign_in()
        yield context


@contextmanager
def in_a_page_of(context: BrowserContext, running: Site) -> Iterator[Visit]:
    """Errors of scripts and breaches of the content security policy fail it."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    visit = Visit(page, running)
    page.on("console", visit.note)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    try:
        yield visit
        assert visit.complaints == []
    finally:
        page.close()

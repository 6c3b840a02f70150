"""Debian's chromium before a site: what it loads, how often it draws, what it keeps."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page, StorageState, sync_playwright

BROWSER = (
    "--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--enable-precise-memory-info",
)  # fmt: skip
PATIENCE_MS = 60_000
# Seconds between all frames that were drawn until as many milliseconds have passed.
FRAMES = """length => new Promise(tell => {
  const gaps = []; let last = performance.now(); const end = last + length;
  const draw = now => {
    gaps.push((now - last) / 1000); last = now;
    now < end ? requestAnimationFrame(draw) : tell(gaps);
  };
  requestAnimationFrame(draw);
})"""


@dataclass
class Tab:
    """A page, and the bytes that it has loaded."""

    page: Page
    devtools: CDPSession
    loaded_bytes: int = 0

    def count(self, finished: dict[str, Any]) -> None:
        """One more request has ended."""
        self.loaded_bytes += int(finished["encodedDataLength"])

    def frames(self, length_s: float) -> list[float]:
        """The seconds between frames while nobody but the page does anything."""
        gaps: list[float] = self.page.evaluate(FRAMES, length_s * 1000)
        return gaps[1:]

    def figure(self, name: str) -> float:
        """One of what the browser counts."""
        told = self.devtools.send("Performance.getMetrics")["metrics"]
        return float(next(each["value"] for each in told if each["name"] == name))

    def heap_mib(self) -> float:
        """What scripts keep, after everything that nobody needs was thrown away."""
        for _ in range(2):
            self.devtools.send("HeapProfiler.collectGarbage")
        return self.figure("JSHeapUsedSize") / 2**20


@contextmanager
def chromium() -> Iterator[Browser]:
    """Ended with the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=[*BROWSER])
        try:
            yield browser
        finally:
            browser.close()


def sign_in(browser: Browser, url: str, password: str) -> StorageState:
    """As the first administrator; what a later page needs to be signed in, and nothing else that a browser keeps."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(url)
    page.get_by_label("User").fill("admin")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Dashboard").wait_for(timeout=PATIENCE_MS)
    cookies = context.storage_state()["cookies"]
    context.close()
    return {"cookies": cookies, "origins": []}


@contextmanager
def tab(browser: Browser, session: StorageState) -> Iterator[Tab]:
    """A page with nothing in its cache."""
    context = browser.new_context(storage_state=session, viewport={"width": 1440, "height": 900}, locale="en-GB")
    try:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        opened = Tab(page, context.new_cdp_session(page))
        opened.devtools.on("Network.loadingFinished", opened.count)
        for domain in ("Network", "Performance", "HeapProfiler"):
            opened.devtools.send(f"{domain}.enable")
        yield opened
    finally:
        context.close()

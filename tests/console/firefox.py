"""Debian's Firefox, driven by what it speaks itself: WebDriver BiDi over its own WebSocket, no program between."""

from __future__ import annotations

import json
import re
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 60.0
LOOK_S = 0.2
LARGEST_BYTES = 64 << 20
QUIET = {  # nothing but the pages that are asked for
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.safebrowsing.downloads.remote.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.push.connection.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "http://127.0.0.1:1/",
    "toolkit.telemetry.enabled": False,
}
_LISTENS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")


@dataclass
class Firefox:
    """Its one page, and what it complained of there."""

    socket: ClientConnection
    page: str = ""
    complaints: list[str] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def begin(self) -> None:
        """A session of its own."""
        self._command("session.new", capabilities={})
        self._command("session.subscribe", events=["log.entryAdded"])
        self.page = self._command("browsingContext.getTree")["contexts"][0]["context"]

    def open(self, url: str) -> None:
        """Loaded as far as the browser knows."""
        self._command("browsingContext.navigate", context=self.page, url=url, wait="complete")

    def ask(self, script: str) -> Any:
        """What the expression comes to on the page; None when it throws."""
        target = {"context": self.page}
        told = self._command("script.evaluate", expression=script, target=target, awaitPromise=True)
        return told.get("result", {}).get("value")

    def until(self, script: str) -> None:
        """Until the expression holds."""
        end = time.monotonic() + PATIENCE_S
        while not self.ask(script):
            assert time.monotonic() < end, f"{script} does not come to hold: {self.ask('document.body.innerText')}"
            time.sleep(LOOK_S)

    def picture(self) -> bytes:
        """Of what it shows, as PNG."""
        return b64decode(self._command("browsingContext.captureScreenshot", context=self.page)["data"])

    def _command(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self._numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": params}))
        while True:
            told = json.loads(self.socket.recv(PATIENCE_S))
            if told.get("id") == number:
                assert told["type"] == "success", told
                return dict(told["result"])
            if told.get("method") == "log.entryAdded" and told["params"]["level"] == "error":
                self.complaints.append(str(told["params"]["text"]))


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """With no past; ended with the block."""
    lines = (f"user_pref({json.dumps(name)}, {json.dumps(value)});\n" for name, value in QUIET.items())
    (folder / "user.js").write_text("".join(lines))
    argv = ["firefox-esr", "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    environment = {"HOME": str(folder), "PATH": "/usr/bin:/bin"}
    with subprocess.Popen(
        argv, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            with connect(f"{_where(process)}/session", max_size=LARGEST_BYTES) as socket:
                begun = Firefox(socket)
                begun.begin()
                yield begun
        finally:
            process.kill()


def _where(process: subprocess.Popen[str]) -> str:
    """It says so itself, or ends."""
    assert process.stderr
    said = ""
    for line in process.stderr:
        said += line
        if found := _LISTENS.search(line):
            return found[1]
    raise AssertionError(f"Firefox has ended: {said}")

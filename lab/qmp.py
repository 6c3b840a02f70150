"""What the rack needs of QMP, QEMU's control protocol."""

import json
import socket
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_ANSWER_S = 30.0


class QmpError(RuntimeError):
    """QEMU refused a command."""


class Qmp:
    """One control connection. Breaks with EOFError or OSError when the machine is switched off."""

    def __init__(self, path: Path, still_there: Callable[[], bool] = lambda: True) -> None:
        self._socket = _connect(path, still_there)
        self._received = b""
        self._events: deque[str] = deque()
        self._read(_ANSWER_S)  # the greeting
        self.execute("qmp_capabilities")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()

    def execute(self, command: str, **arguments: object) -> Any:
        """Run one command: what it returns."""
        self._socket.sendall(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            answer = self._read(_ANSWER_S)
            if "error" in answer:
                raise QmpError(f"{command}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]
            self._events.append(answer["event"])

    def next_event(self, timeout_s: float | None) -> str | None:
        """Wait for the name of the next event; None when the time is up."""
        if not self._events:
            try:
                self._events.append(self._read(timeout_s)["event"])
            except TimeoutError:
                return None
        return self._events.popleft()

    def _read(self, timeout_s: float | None) -> dict[str, Any]:
        self._socket.settimeout(timeout_s)
        while b"\n" not in self._received:
            chunk = self._socket.recv(65536)
            if not chunk:
                raise EOFError("the machine was switched off")
            self._received += chunk
        line, _, self._received = self._received.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _connect(path: Path, still_there: Callable[[], bool]) -> socket.socket:
    """Connect, waiting for a QEMU that is only just starting, as long as it is still there."""
    deadline = time.monotonic() + _ANSWER_S
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.connect(str(path))
            return connection
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            if time.monotonic() > deadline or not still_there():
                raise
            time.sleep(0.01)

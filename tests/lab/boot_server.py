"""The server's side of the boot protocol, as little as a test needs of it, written from the page."""

import asyncio
import base64
import json
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import asyncssh

from openqrm.boot.initrd.builder import InitrdBuilder

HTTP_PORT, UPLINK_PORT = 8080, 2022
KERNEL = "lab"


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command did."""

    status: int
    out: bytes
    err: bytes


@dataclass
class Seen:
    """What the machine told, in order."""

    inventories: list[dict[str, Any]] = field(default_factory=list)
    milestones: list[tuple[str, str]] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)
    statistics: list[dict[str, Any]] = field(default_factory=list)
    wanted: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    logins: int = 0

    def milestone(self, name: str, text: str = "") -> None:
        self.milestones.append((name, text))
        self.times.setdefault(name, time.monotonic())


class BootServer:
    """Both doors for one boot of one machine, in a thread of their own."""

    def __init__(self, address: str, builder: InitrdBuilder, facts: str, profile: str = "") -> None:
        self.address, self._builder, self._facts, self._profile = address, builder, facts, profile
        self.token, self.boot = "t" * 43, "b0042"
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.seen = Seen()
        self.refusals = 0  # how many registrations to break off before one is answered
        self._key = ""
        self._up: asyncssh.SSHServerProcess[bytes] | None = None
        self._ended: dict[str, asyncio.Future[Ended]] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._open())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def kernel_line(self, mac: str, address: str, host_key: str = "") -> str:
        """As the boot script would write it; another host key stands for a foreign server."""
        pinned = host_key or self.host_key.export_public_key().decode().split()[1]
        words = {
            "openqrm.http": f"http://{self.address}:{HTTP_PORT}",
            "openqrm.uplink": f"{self.address}:{UPLINK_PORT}",
            "openqrm.hostkey": pinned,
            "openqrm.boot": self.boot,
            "openqrm.token": self.token,
            "openqrm.kernel": KERNEL,
            "BOOTIF": "01-" + mac.replace(":", "-"),
            "ip": f"{address}::{self.address}:255.255.255.0:::",
        }
        fixed = "quiet console=ttyS0 random.trust_cpu=on mitigations=off tsc=reliable nokaslr"
        return " ".join([*(f"{key}={value}" for key, value in words.items()), fixed])

    def wait(self, what: Callable[[Seen], object], timeout_s: float) -> None:
        """Until this is true of what was seen."""
        deadline = time.monotonic() + timeout_s
        while not what(self.seen):
            assert time.monotonic() < deadline, f"nothing of the kind within {timeout_s} s: {self.seen}"
            time.sleep(0.02)

    def wait_for(self, milestone: str, timeout_s: float = 400) -> str:
        """Until the machine has passed it: the text that came along."""
        self.wait(lambda seen: milestone in dict(seen.milestones), timeout_s)
        return dict(self.seen.milestones)[milestone]

    def run(self, argv: list[bytes], stdin: bytes = b"", seconds: int = 30) -> Ended:
        """Run a command on the machine and wait for its end."""
        name = f"job-{len(self._ended)}"
        self.start(name, argv, stdin, seconds)
        return self.end_of(name, seconds + 30)

    def start(self, name: str, argv: list[bytes], stdin: bytes = b"", seconds: int = 30) -> None:
        """Start a command on the machine."""
        packed = _b64(b"".join(word + b"\0" for word in argv))
        self._ended[name] = asyncio.run_coroutine_threadsafe(_future(), self._loop).result()
        self.send(f"run {name} {seconds} {packed} {_b64(stdin)}")

    def end_of(self, name: str, timeout_s: float) -> Ended:
        """Wait for the end of a command."""
        ended: Ended = self._call(_awaited(self._ended[name]), timeout_s)
        return ended

    def send(self, line: str) -> None:
        """One line down the uplink."""
        self._loop.call_soon_threadsafe(self._write, line)

    def hang_up(self) -> None:
        """Cut the connection, as a server that is started anew."""
        assert self._up is not None, "no uplink"
        self._loop.call_soon_threadsafe(self._up.channel.get_connection().abort)

    def _call(self, what: Coroutine[Any, Any, Any], timeout_s: float = 30) -> Any:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(timeout_s)

    async def _open(self) -> None:
        self._http = await asyncio.start_server(self._answer, self.address, HTTP_PORT)
        self._ssh = await asyncssh.listen(
            self.address,
            UPLINK_PORT,
            server_factory=lambda: _Door(self),
            process_factory=self._uplink,
            server_host_keys=[self.host_key],
            kex_algs=["curve25519-sha256"],
            encoding=None,
            line_editor=False,
        )

    async def _close(self) -> None:
        self._http.close()
        self._ssh.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(_header(line) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        request = head.split("\r\n")[0].rpartition(" ")[0]
        self.seen.requests.append(request)
        status, answer = self._route(request, headers.get("authorization", ""), body)
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(answer)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + answer)
        await writer.drain()
        writer.close()

    def _route(self, request: str, authorization: str, body: bytes) -> tuple[str, bytes]:
        if request == "POST /boot/register":
            return self._register(authorization, body)
        if request == f"POST /boot/kernel/{KERNEL}/modules":
            self.seen.wanted += body.decode().splitlines()
            return "200 OK", self._builder.modules_archive(body.decode().splitlines())
        return "404 Not Found", b""

    def _register(self, authorization: str, body: bytes) -> tuple[str, bytes]:
        if authorization != f"Bearer {self.token}":
            return "401 Unauthorized", b"no such token"
        if self.refusals:
            self.refusals -= 1
            return "503 Service Unavailable", b""
        inventory = json.loads(body)
        self._key = inventory["key"]
        self.seen.inventories.append(inventory)
        self.seen.milestone("registered")
        return "200 OK", self._facts.encode()

    def accepts(self, user: str, key: str) -> bool:
        """Is this the machine that registered?"""
        return user == f"boot-{self.boot}" and key == self._key

    async def _uplink(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        self.seen.logins += 1
        self._up = process
        self._write("ready")
        async for line in process.stdin:
            self._heard(line.decode().rstrip("\n"))

    def _heard(self, line: str) -> None:
        match line.split(" "):
            case ["milestone", name, text]:
                self.seen.milestone(name, _bytes(text).decode())
            case ["stats", *_]:
                self.seen.statistics.append(json.loads(line.removeprefix("stats ")))
            case ["profile"]:
                self._write(f"profile {_b64(self._profile.encode())}")
            case ["done", name, status, out, err]:
                self._ended[name].set_result(Ended(int(status), _bytes(out), _bytes(err)))
            case _:
                raise AssertionError(f"not a line of the protocol: {line[:200]}")

    def _write(self, line: str) -> None:
        assert self._up is not None, "no uplink"
        self._up.stdout.write(line.encode() + b"\n")


class _Door(asyncssh.SSHServer):
    """Lets the machine in that registered, by its key alone."""

    def __init__(self, server: BootServer) -> None:
        self._server = server

    def begin_auth(self, username: str) -> bool:
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._server.accepts(username, " ".join(key.export_public_key().decode().split()[:2]))


async def _future() -> "asyncio.Future[Ended]":
    return asyncio.get_running_loop().create_future()


async def _awaited(future: "asyncio.Future[Ended]") -> Ended:
    return await future


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode() or "-"


def _bytes(text: str) -> bytes:
    return b"" if text == "-" else base64.b64decode(text, validate=True)


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(": ")
    return name.lower(), value

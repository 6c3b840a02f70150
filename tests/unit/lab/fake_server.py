"""A server that follows docs/developer/boot-protocol.md to the letter and understands nothing of it."""

import asyncio
import json
from collections import defaultdict
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import asyncssh


class FakeServer:
    """Both doors, on loopback; keeps what it was told by the MAC of the machine that told it."""

    def __init__(self) -> None:
        self.address = ""
        self.facts = "role=idle\nresource=r1\n"
        self.profile = "-"
        self.statuses: list[str] = []  # refuse so many registrations in this way
        self.script: str | None = None  # in place of the usual one
        self.paths: list[str] = []
        self.queries: list[dict[str, str]] = []
        self.inventories: dict[str, dict[str, Any]] = {}
        self.lines: defaultdict[str, list[str]] = defaultdict(list)
        self.logins: defaultdict[str, int] = defaultdict(int)
        self.uplinks: dict[str, asyncssh.SSHServerProcess[bytes]] = {}
        self.mac_of: dict[str, str] = {}
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")

    async def __aenter__(self) -> Self:
        self._http = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        self._ssh = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Door(self),
            process_factory=self._uplink,
            server_host_keys=[self.host_key],
            encoding=None,
        )
        self.address = f"http://127.0.0.1:{self._http.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._http.close()
        self._ssh.close()
        for uplink in self.uplinks.values():
            uplink.channel.get_connection().abort()

    def write(self, mac: str, line: str) -> None:
        self.uplinks[mac].stdout.write(line.encode() + b"\n")

    def told(self, mac: str, verb: str) -> list[str]:
        """The lines of one kind that a machine sent."""
        return [line for line in self.lines[mac] if line.split(" ")[0] == verb]

    def accepts(self, boot: str, key: str) -> bool:
        return boot in self.mac_of and self.inventories.get(self.mac_of[boot], {}).get("key") == key

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(headers["content-length"]))
        status, answer = self._route(head.split(" ")[1], headers, body)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(answer)}\r\n\r\n{answer}".encode())
        await writer.drain()
        writer.close()

    def _route(self, target: str, headers: dict[str, str], body: bytes) -> tuple[str, str]:
        path = urlsplit(target).path
        self.paths.append(path)
        match path:
            case "/boot/script":
                query = {name: values[0] for name, values in parse_qs(urlsplit(target).query).items()}
                self.queries.append(query)
                return "200 OK", self.script or self._script(query["mac"])
            case "/boot/register" if self.statuses:
                return self.statuses.pop(), "no: a reason"
            case "/boot/register":
                inventory = json.loads(body)
                if headers["authorization"] != f"bearer token-of-{inventory['boot']}":
                    return "401 Unauthorized", "no: token"
                self.inventories[self.mac_of[inventory["boot"]]] = inventory
                return "200 OK", self.facts
        return "200 OK", "x" * 100_000

    def _script(self, mac: str) -> str:
        boot = f"b{len(self.mac_of)}"
        self.mac_of[boot] = mac
        uplink = f"127.0.0.1:{self._ssh.sockets[0].getsockname()[1]}"
        pinned = self.host_key.export_public_key().decode().split()[1]
        return (
            "#!ipxe\n"
            f"kernel --name vmlinuz /boot/kernel/k/vmlinuz initrd=initrd openqrm.http={self.address} "
            f"openqrm.uplink={uplink} openqrm.hostkey={pinned} openqrm.boot={boot} openqrm.token=token-of-{boot} "
            "ip=${net0/ip}::${net0/gateway}:${net0/netmask}::: quiet\n"
            "initrd --name initrd /boot/kernel/k/initrd?nic=${net0/busid}\n"
            "boot\n"
        )

    async def _uplink(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        mac = self.mac_of[process.get_extra_info("username").removeprefix("boot-")]
        assert process.command == "uplink"
        self.logins[mac] += 1
        self.uplinks[mac] = process
        self.write(mac, "ready")
        try:
            async for line in process.stdin:
                self.lines[mac].append(line.decode().rstrip("\n"))
                if line == b"profile\n":
                    self.write(mac, f"profile {self.profile}")
        finally:
            if self.uplinks.get(mac) is process:
                del self.uplinks[mac]


class _Door(asyncssh.SSHServer):
    """Lets a machine in by the key it registered for this boot."""

    def __init__(self, server: FakeServer) -> None:
        self._server = server
        self._boot = ""

    def begin_auth(self, username: str) -> bool:
        self._boot = username.removeprefix("boot-")
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return self._server.accepts(self._boot, " ".join(key.export_public_key().decode().split()[:2]))

"""The HTTP door: a bare ASGI application, because thousands of machines may come through it at once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from openqrm.boot.answers import (
    Answer,
    File,
    Receive,
    Scope,
    Send,
    Text,
    header_of,
    parse_query,
    read_body,
    send_answer,
)
from openqrm.boot.events import event
from openqrm.boot.facts import transfer_types
from openqrm.boot.inventory import LONGEST_BODY, parse_inventory
from openqrm.boot.kernels import Kernels
from openqrm.boot.newcomers import Newcomers
from openqrm.boot.opening import Opened, ScriptAsk, open_boots, parse_ask
from openqrm.boot.registering import Registration, register, resource_of
from openqrm.boot.reports import Report, take_reports
from openqrm.boot.script import (
    ARCHITECTURES,
    Disk,
    Orders,
    render_chain,
    render_local,
    render_refusal,
    render_san,
    render_script,
)
from openqrm.boot.watch import tell
from openqrm.boot.writer import GroupWriter
from openqrm.domain.appliance import BootProfile
from openqrm.domain.errors import Category, OpenqrmError, PlanningError
from openqrm.domain.event import Severity
from openqrm.domain.resource import SAN, Resource
from openqrm.ports.world import Vault

LONGEST_WISH = 64 * 1024
LONGEST_ALIAS = 1000  # looking up a word costs the square of its length
STATUS = {
    Category.BAD_INPUT: 400,
    Category.REFUSED: 401,
    Category.NOT_FOUND: 404,
    Category.CONFLICT: 409,
    Category.UNSUPPORTED: 422,
    Category.BUSY: 503,
    Category.UNAVAILABLE: 503,
}


@dataclass(frozen=True, kw_only=True)
class Site:
    """How machines reach this installation. An empty address: the one by which the machine itself came in."""

    host_key: str  # base64 part of the uplink's key
    uplink_port: int
    address: str = ""
    arguments: str = "quiet"  # on every kernel line
    most_strangers: int = 10_000  # machines that never registered; the oldest are forgotten
    most_newcomers: int = 50_000  # that did by themselves, and nobody touched since; further ones are turned away
    newcomers_a_minute: int = 1_000


class BootDoor:
    """GET /boot/script, GET /boot/san, GET /boot/kernel/NAME/…, POST /boot/kernel/NAME/modules, POST /boot/register."""

    def __init__(self, site: Site, writer: GroupWriter, kernels: Kernels, vault: Vault) -> None:
        self._site, self._writer, self._kernels, self._vault = site, writer, kernels, vault
        self._open = partial(open_boots, most_strangers=site.most_strangers)  # one object: the writer groups by it
        newcomers = Newcomers(site.most_newcomers, site.newcomers_a_minute)
        self._take_in = partial(register, newcomers=newcomers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI. Whatever is refused is refused with a sentence and a hint."""
        if scope["type"] != "http":
            return
        try:
            answer = await self._route(scope, receive)
        except OpenqrmError as error:
            answer = Text(f"{error.message}. {error.hint}\n".encode(), STATUS.get(error.category, 500))
        except TimeoutError:
            answer = Text(b"The request did not arrive in time.\n", 408)
        await send_answer(send, answer, head_only=scope["method"] == "HEAD")

    async def _route(self, scope: Scope, receive: Receive) -> Answer:
        match scope["method"], scope["path"].split("/")[1:]:
            case "GET" | "HEAD", ["boot", "script"]:
                return Text((await self._script(scope)).encode())
            case "GET" | "HEAD", ["boot", "san"]:
                return await self._san(parse_query(scope).get("boot", ""))
            case "POST", ["boot", "register"]:
                return await self._register(scope, receive)
            case "GET" | "HEAD", ["boot", "kernel", name, "vmlinuz"]:
                path = self._kernels.vmlinuz(name)
                self._note(parse_query(scope), "kernel")
                return File(path)
            case "GET" | "HEAD", ["boot", "kernel", name, "initrd"]:
                return File(await self._initrd(name, parse_query(scope)))
            case "POST", ["boot", "kernel", name, "modules"]:
                words = (await read_body(receive, LONGEST_WISH)).decode("ascii", "replace").split()
                wanted = [word for word in words if len(word) <= LONGEST_ALIAS]
                archive = await asyncio.to_thread(self._kernels.modules, name, wanted)
                return Text(archive, type=b"application/octet-stream")
        raise PlanningError(Category.NOT_FOUND, "nothing is here", "docs/developer/boot-protocol.md lists the doors.")

    async def _script(self, scope: Scope) -> str:
        query = parse_query(scope)
        if not query:
            return render_chain(self._http(scope))
        ask = parse_ask(query, _peer(scope))
        if ask.arch not in ARCHITECTURES:
            return render_refusal(f"there is no kernel for {ask.arch}", "It needs a machine with x86_64 processors.")
        opened = await asyncio.wrap_future(self._writer.submit(self._open, ask))
        if opened.profile.is_local if opened.profile else opened.resource.boot == "local":
            return render_local(ask.arch)
        try:
            if opened.profile and opened.profile.is_san:
                return render_san(await asyncio.to_thread(self._disk, scope, ask, opened, opened.profile))
            return render_script(self._orders(scope, ask, opened))
        except OpenqrmError as error:
            return render_refusal(error.message, error.hint)

    def _orders(self, scope: Scope, ask: ScriptAsk, opened: Opened) -> Orders:
        profile = opened.profile
        kernel = self._kernels.get(profile.kernel) if profile else self._kernels.default()
        http = self._http(scope)
        return Orders(
            boot_id=opened.boot.boot_id,
            token=opened.token,
            mac=ask.mac,
            arch=ask.arch,
            nic=ask.nic,
            http=http,
            uplink=f"{http.removeprefix('http://').rpartition(':')[0]}:{self._site.uplink_port}",
            host_key=self._site.host_key,
            kernel=kernel.name,
            arguments=f"{self._site.arguments} {profile.arguments if profile else kernel.arguments}",
            root_type=profile.root_type if profile else "",
            transfer=",".join(transfer_types(profile)) if profile else "",
            fragments=",".join(profile.fragments) if profile else "",
        )

    async def _san(self, boot_id: str) -> Answer:
        """The machine goes on when it is written: nothing more will be heard of it."""
        report = Report(resource=resource_of(boot_id), boot_id=boot_id, milestone=SAN)
        noted = await asyncio.wrap_future(self._writer.submit(take_reports, report))
        return Text(b"noted\n") if noted else Text(b"this boot is over\n", 404)

    def _disk(self, scope: Scope, ask: ScriptAsk, opened: Opened, profile: BootProfile) -> Disk:
        """With the account's password: firmware knows no safer way to it, see docs/decisions/0015."""
        facts, secrets = dict(profile.root), dict(profile.secrets)
        password = self._password(secrets["secret"], ask, opened.resource) if "secret" in secrets else ""
        return Disk(
            boot_id=opened.boot.boot_id, arch=ask.arch, http=self._http(scope), uri=facts["uri"],
            initiator=facts.get("initiator", ""), user=facts.get("user", ""), password=password,
        )  # fmt: skip

    def _password(self, reference: str, ask: ScriptAsk, resource: Resource) -> str:
        """For the address that the disk is granted to alone: anybody can say somebody else's MAC."""
        if ask.peer.removeprefix("::ffff:") == resource.address:
            return self._vault.reveal(reference)
        message = f"{resource.name} gets its disk at {resource.address}, and its script was asked for from {ask.peer}"
        self._writer.submit(tell, (event("boot.disk-refused", resource.name, Severity.WARNING, message),))
        hint = "If it is this machine: let DHCP give it that address, then start its appliance anew."
        raise PlanningError(Category.REFUSED, message, hint)

    async def _register(self, scope: Scope, receive: Receive) -> Answer:
        kind, _, token = header_of(scope, b"authorization").decode("latin-1").partition(" ")
        body = await read_body(receive, LONGEST_BODY)
        if kind.lower() != "bearer" or len(token) > 100:
            raise PlanningError(Category.REFUSED, "no token came along", "Send: Authorization: Bearer TOKEN")
        asked = Registration(parse_inventory(body), token, _peer(scope))
        answer = await asyncio.wrap_future(self._writer.submit(self._take_in, asked))
        if isinstance(answer, OpenqrmError):
            raise answer
        return Text(answer.encode())

    async def _initrd(self, name: str, query: Mapping[str, str]) -> Path:
        self._note(query, "initrd")
        others, beside = (list(filter(None, query.get(key, "").split(","))) for key in ("transfer", "fragments"))
        types = sorted({*filter(None, [query.get("root")]), *others, *beside})  # each set of them is made once
        nic = query.get("nic", "")
        return await asyncio.to_thread(self._kernels.initrd, name, nic, types, transfer=bool(others))

    def _note(self, query: Mapping[str, str], milestone: str) -> None:
        """A milestone that nobody waits for: the machine gets its file whether it can be written or not."""
        boot_id = query.get("boot", "")
        if boot_id:
            report = Report(resource=resource_of(boot_id), boot_id=boot_id, milestone=milestone)
            self._writer.submit(take_reports, report, lazy=True)

    def _http(self, scope: Scope) -> str:
        host, port = scope["server"]
        address = self._site.address or host
        return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def _peer(scope: Scope) -> str:
    return str(scope["client"][0]) if scope.get("client") else ""

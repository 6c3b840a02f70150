"""Signing in and out with a browser, and its second factor: what cannot be an intent, for there is no caller yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openqrm.api.authorize import Unproven, caller_of, unproven
from openqrm.api.cookie import address_of, check_origin, clear_cookie, find_cookie, set_cookie
from openqrm.api.parse import read_body, refused
from openqrm.api.routes import JSON, PREFIX, Door
from openqrm.domain.errors import Category, OpenqrmError, PlanningError
from openqrm.planning.fields import Name, NameOrNone
from openqrm.services.caller import Caller
from openqrm.services.sessions import IDLE_S, csrf_of, digest_of

SESSION = f"{PREFIX}/session"
FACTOR = f"{SESSION}/second-factor"
Code = Annotated[str, Meta(max_length=40, description="of the second factor, or a recovery code")]
Given = Annotated[str, Meta(max_length=200)]
Work = Callable[[Request, bytes], Any]
T = TypeVar("T")


class Begin(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Who signs in: a user with password, or who holds a one-time link."""

    user: Given = ""
    password: Given = ""
    link: Given = ""
    code: Code = ""


class LinkFor(msgspec.Struct, forbid_unknown_fields=True):
    """Whom a link is for; empty: for oneself."""

    user: NameOrNone = ""


class Enrol(msgspec.Struct, forbid_unknown_fields=True):
    """The password once more: a session left open is not enough."""

    password: Given


class Proof(msgspec.Struct, forbid_unknown_fields=True):
    """A code."""

    code: Code


class RecoveryCodes(msgspec.Struct):
    """Each stands in for a code, once. They are shown this once."""

    recovery_codes: list[str]


class SessionView(msgspec.Struct, kw_only=True):
    """Who is signed in, what they may ask for, and where the stream is now. `csrf` is empty for who has no session."""

    user: Name
    role: str
    csrf: str = ""
    expires_s: float = 0.0
    idle_s: float = IDLE_S
    second_factor: bool = False
    may: list[str]
    version: str
    place: int


class SessionRow(msgspec.Struct, kw_only=True):
    """A session in a list."""

    id: str
    began_s: float
    seen_s: float
    expires_s: float
    address: str
    agent: str
    own: bool


class SessionDoor:
    """The endpoints below /api/v1/session."""

    def __init__(self, door: Door) -> None:
        self._desk, self._sign_in = door.desk, door.sign_in

    def routes(self) -> list[Route]:
        """All of them."""
        told: list[tuple[str, str, Work]] = [
            (SESSION, "GET", lambda request, _: self._view(request, find_cookie(request))),
            (f"{SESSION}/list", "GET", self._list),
            (f"{SESSION}/link", "POST", self._link),
            (FACTOR, "GET", lambda request, _: self._sign_in.factors.standing(self._caller(request).user)),
            (f"{FACTOR}/enrol", "POST", self._enrol),
            (f"{FACTOR}/confirm", "POST", self._confirm),
            (f"{FACTOR}/remove", "POST", self._remove),
        ]
        return [
            Route(SESSION, self._begin, methods=["POST"]),
            Route(SESSION, self._end, methods=["DELETE"]),
            Route(f"{SESSION}/all", self._end, methods=["DELETE"]),
            *(Route(path, _answering(work), methods=[method]) for path, method, work in told),
        ]

    async def _begin(self, request: Request) -> Response:
        check_origin(request)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
            raise PlanningError(Category.BAD_INPUT, "the body is not JSON", "Send Content-Type: application/json.")
        given = parse(Begin, await read_body(request))
        token, view = await run_in_threadpool(self._signed_in, request, given)
        response = json_response(view)
        set_cookie(request, response, token)
        return response

    def _signed_in(self, request: Request, given: Begin) -> tuple[str, SessionView]:
        try:
            if given.link:
                user = self._sign_in.sessions.user_of_link(given.link)
            else:
                user = self._sign_in.by_password(given.user, given.password, address_of(request)).user
            self._sign_in.factors.check(user, given.code)
            agent = request.headers.get("user-agent", "")
            token = self._sign_in.sessions.begin(user, link=given.link, address=address_of(request), agent=agent)
            return token, self._view(request, token)
        except OpenqrmError as error:
            raise unproven(error) from None

    async def _end(self, request: Request) -> Response:
        def work() -> None:
            try:
                user = self._caller(request).user
            except Unproven:
                return  # it has ended already
            if request.url.path.endswith("/all"):
                self._sign_in.sessions.end_all(user)
            self._sign_in.sessions.end(find_cookie(request))

        await run_in_threadpool(work)
        response = Response(status_code=204)
        clear_cookie(request, response)
        return response

    def _caller(self, request: Request) -> Caller:
        return caller_of(request, self._sign_in)

    def _view(self, request: Request, token: str) -> SessionView:
        expires_s, csrf = 0.0, ""
        if token and "authorization" not in request.headers:
            try:
                caller, session = self._sign_in.sessions.use(token)
            except OpenqrmError as error:
                raise unproven(error) from None
            expires_s, csrf = session.expires_s, csrf_of(token)
        else:
            caller = self._caller(request)
        return SessionView(
            user=caller.user, role=caller.role.name, csrf=csrf, expires_s=expires_s,
            second_factor=self._sign_in.factors.standing(caller.user).is_on,
            may=[f"{entry.declared.noun}.{entry.declared.verb}" for entry in self._desk.offered(caller)],
            version=version("openqrm"), place=self._sign_in.sessions.place(),
        )  # fmt: skip

    def _list(self, request: Request, _body: bytes) -> list[SessionRow]:
        own = digest_of(find_cookie(request))
        return [
            SessionRow(
                id=each.digest[:12], began_s=each.began_s, seen_s=each.seen_s, expires_s=each.expires_s,
                address=each.address, agent=each.agent, own=own == each.digest,
            )
            for each in self._sign_in.sessions.list(self._caller(request).user)
        ]  # fmt: skip

    def _link(self, request: Request, body: bytes) -> Any:
        return self._sign_in.sessions.make_link(self._caller(request), parse(LinkFor, body).user)

    def _enrol(self, request: Request, body: bytes) -> Any:
        user = self._caller(request).user
        self._sign_in.by_password(user, parse(Enrol, body).password, address_of(request))
        return self._sign_in.factors.enrol(user)

    def _confirm(self, request: Request, body: bytes) -> RecoveryCodes:
        codes = self._sign_in.factors.confirm(self._caller(request).user, parse(Proof, body).code)
        self._sign_in.sessions.restamp(find_cookie(request))
        return RecoveryCodes(codes)

    def _remove(self, request: Request, body: bytes) -> Any:
        self._sign_in.factors.remove(self._caller(request).user, parse(Proof, body).code)
        self._sign_in.sessions.restamp(find_cookie(request))
        return self._sign_in.factors.standing(self._caller(request).user)


def parse(form: type[T], body: bytes) -> T:
    """Raises PlanningError `bad_input`."""
    try:
        return msgspec.json.decode(body or b"{}", type=form)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise refused(error, "the body") from None


def json_response(answer: Any) -> Response:
    """It is nobody else's, and no cache's."""
    return Response(msgspec.json.encode(answer), media_type=JSON, headers={"Cache-Control": "no-store"})


def _answering(work: Work) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        body = await read_body(request)
        return json_response(await run_in_threadpool(work, request, body))

    return endpoint

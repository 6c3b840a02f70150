"""The watch of one plan: the whole of it again whenever it changes, until it ends."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from openqrm.api.authorize import caller_of
from openqrm.api.parse import parse_query
from openqrm.api.routes import PREFIX
from openqrm.api.stream import ALIVE, QUIET_S, Listening, Stream, Turn
from openqrm.planning.plan import ShowPlan
from openqrm.services.desk import Desk
from openqrm.services.live import Client, Live
from openqrm.services.plan_view import PlanView
from openqrm.services.sign_in import SignIn

PATH = f"{PREFIX}/plan/watch"


def watch_route(live: Live, desk: Desk, sign_in: SignIn, quiet_s: float = QUIET_S) -> Route:
    """It waits on the same reader of changes as the stream, and asks for the plan only when that tells of it."""

    async def endpoint(request: Request) -> Response:
        caller = await run_in_threadpool(caller_of, request, sign_in)
        plan = parse_query(ShowPlan, request).id
        first = await run_in_threadpool(desk.show, caller, plan)
        listening = Listening(request, sign_in, quiet_s)
        client = Client(caller, listening.wake, only=("plan", plan))
        live.join(client)

        async def views() -> AsyncIterator[bytes]:
            view, told = first, _message(first)
            yield told
            async for turn in listening.turns(client):
                if turn is Turn.QUIET:
                    yield ALIVE
                elif turn is Turn.NEWS and client.take():  # its greeting too: what came since `first` is seen now
                    view = await run_in_threadpool(desk.show, client.caller, plan)
                    if (now := _message(view)) != told:
                        yield now
                    told = now
                if turn is Turn.ENDED or not view.is_open:
                    return

        return Stream(views(), lambda: live.leave(client))

    return Route(PATH, endpoint, methods=["GET"])


def _message(view: PlanView) -> bytes:
    return b"data: " + msgspec.json.encode(view) + b"\n\n"

"""The side of people: the REST door with the stream, the console's files, terminals and screens."""

from __future__ import annotations

import socket
from pathlib import Path

from starlette.routing import BaseRoute

from openqrm.adapters.hosts.access import access_by
from openqrm.adapters.hosts.screens import HostScreens
from openqrm.adapters.hosts.terminals import SshTerminals
from openqrm.adapters.world import RealWorld
from openqrm.api.application import make_application
from openqrm.api.listen import Listener
from openqrm.api.pages import Pages
from openqrm.api.plan_watch import watch_route
from openqrm.api.routes import Door
from openqrm.api.stream import stream_route
from openqrm.api.terminal import TerminalDoor
from openqrm.api.tls import Tls
from openqrm.api.words import words_route
from openqrm.assembly.ground import Ground
from openqrm.assembly.machines import MachineParts
from openqrm.services.catalogue import Catalogue
from openqrm.services.desk import Desk
from openqrm.services.languages import Languages
from openqrm.services.live import Live
from openqrm.services.metrics import Metrics
from openqrm.services.sign_in import SignIn
from openqrm.services.terminals import Tickets

BUILT_CONSOLE = Path(__file__).parents[1] / "console"


def rest_listener(
    ground: Ground, machines: MachineParts, desk: Desk, sign_in: SignIn, catalogue: Catalogue, live: Live,
    listening: list[socket.socket], tls: Tls | None,
) -> Listener:  # fmt: skip
    """What people and programs speak to, on these sockets."""
    metrics = Metrics(ground.database, machines.uplink.count)
    streams = [stream_route(live, sign_in), watch_route(live, desk, sign_in)]
    words = words_route(Languages(ground.plugins.folders()))
    more = [*streams, words, _terminals(ground, machines.world, sign_in), _pages(ground)]
    application = make_application(Door(desk, sign_in, catalogue), metrics.render, more)
    return Listener("rest", application, listening, tls, ground.settings.proxy, websockets=True)


def _terminals(ground: Ground, world: RealWorld, sign_in: SignIn) -> BaseRoute:
    find_access = access_by(ground.database.records, world.vault)
    shells = SshTerminals(ground.own_key, find_access)
    screens = HostScreens(ground.own_key, find_access, world.host)
    return TerminalDoor(Tickets(ground.database, world), sign_in, shells, screens).route()


def _pages(ground: Ground) -> Pages:
    return Pages(Path(ground.settings.console) if ground.settings.console else BUILT_CONSOLE)

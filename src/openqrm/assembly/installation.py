"""Everything that runs."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from openqrm.adapters.database import Database
from openqrm.adapters.dispatch.local import LocalDispatcher
from openqrm.api.listen import Listener, bind
from openqrm.api.tls import find_tls, tell_place
from openqrm.assembly.ground import Ground
from openqrm.assembly.machines import start_machines
from openqrm.assembly.rest import rest_listener
from openqrm.assembly.rounds import Rounds
from openqrm.boot.uplink.host_key import ensure_host_key, public_line
from openqrm.domain.network import Network
from openqrm.domain.resource import SELF, Resource
from openqrm.engine.outbox import Outbox
from openqrm.engine.runner import Runner
from openqrm.plugin_api.codec import ActionCodec
from openqrm.plugin_api.service import Site
from openqrm.plugin_host.host import PluginHost
from openqrm.services.attending import AttendedPlans
from openqrm.services.catalogue import Catalogue
from openqrm.services.children import LOOK_S, Children
from openqrm.services.daily import DAY_S, FIRST_S, Daily
from openqrm.services.desk import Desk
from openqrm.services.endings import Endings
from openqrm.services.live import Live
from openqrm.services.live_rows import LiveRows
from openqrm.services.pruning import Pruning
from openqrm.services.purging import Purging
from openqrm.services.ringing import Ringer
from openqrm.services.sign_in import FIRST_FILE, SignIn
from openqrm.services.site_settings import SiteSettings, parse_address
from openqrm.services.telling import subscribers

if TYPE_CHECKING:
    from openqrm.adapters.dispatch.procrastinate import ProcrastinateDispatcher

AnyDispatcher: TypeAlias = "LocalDispatcher | ProcrastinateDispatcher"


@contextmanager
def installation(settings: SiteSettings, listening: list[socket.socket], say: Callable[[str], None]) -> Iterator[Desk]:
    """One openQRM, ended in the reverse order of its start."""
    base = Path(settings.base).absolute()
    base.mkdir(parents=True, exist_ok=True, mode=0o750)
    with ExitStack() as parts:
        plugins = PluginHost()
        database = Database(settings.database_url, ActionCodec(plugins.actions()), full_sync=settings.full_sync)
        parts.callback(database.close)
        dispatcher = _dispatcher(parts, database)  # locks the database: it is migrated alone
        database.migrate()
        ground = Ground(parts, settings, base, plugins, database)
        _write_own_resource(ground)
        yield _start(ground, dispatcher, listening, say)
        say("ending")


def _start(
    ground: Ground, dispatcher: AnyDispatcher, listening: list[socket.socket], say: Callable[[str], None]
) -> Desk:
    parts, settings, base, database = ground.parts, ground.settings, ground.base, ground.database
    ringer = Ringer(database, dispatcher)
    parts.callback(ringer.close)
    boot_socket = bind(*parse_address(settings.boot))
    children = _children(ground, boot_socket)
    machines = start_machines(ground, ringer.ring, children.is_leading)
    world, endings = machines.world, Endings()
    runner = Runner(AttendedPlans(database.plans, endings, children.apply), world, dispatcher)
    parts.callback(runner.close)
    catalogue = Catalogue(ground.plugins)
    desk = Desk(database, world, ground.plugins, catalogue, dispatcher, base_directory=str(base), endings=endings)
    sign_in = SignIn(database, world, base)
    if sign_in.make_first_administrator():  # what is said here goes into a journal that others may read
        say(f"first administrator: user admin, whose password is in {base}/{FIRST_FILE} until it is used")
    live = Live(database, LiveRows(ground.plugins, catalogue, world))
    rest_sockets = listening or [bind(*parse_address(settings.http))]
    tls = find_tls(settings, base, rest_sockets)
    rest = rest_listener(ground, machines, desk, sign_in, catalogue, live, rest_sockets, tls)
    boot = Listener("boot", machines.door, [boot_socket])
    outbox = Outbox(database.feed, subscribers(ground.plugins, database, world))
    rounds = Rounds()
    daily = Daily({"pruned": Pruning(database, settings.keep_days), "purged": Purging(desk)}, rounds.ending)
    parts.callback(dispatcher.close)
    parts.callback(world.hosts.end_commands)
    parts.callback(runner.stop)
    for part in (outbox, boot, rest, live):
        part.start()
        parts.callback(part.close)
    parts.callback(rounds.close)
    rounds.begin("daily", daily.look, DAY_S, FIRST_S)
    children.apply()
    if children.may_move:
        rounds.begin("children", children.apply, LOOK_S)
    dispatcher.start(runner.drive, database.plans.unfinished)
    rest_url = tell_place(base, rest_sockets[0], tls)
    say(f"ready: REST on {rest_url}, boot door on {_told(boot_socket)}, uplink on port {machines.uplink.port}")
    return desk


def _dispatcher(parts: ExitStack, database: Database) -> AnyDispatcher:
    """In this process alone on SQLite; on PostgreSQL by whichever of several processes is alive."""
    if database.connections.on_sqlite:
        parts.enter_context(database.alone())
        return LocalDispatcher()
    from openqrm.adapters.dispatch.procrastinate import ProcrastinateDispatcher  # takes a moment to import

    parts.enter_context(database.together())
    return ProcrastinateDispatcher(database.connections.engine)


def _children(ground: Ground, boot_socket: socket.socket) -> Children:
    port, wanted = boot_socket.getsockname()[1], ground.settings.address

    def site(networks: tuple[Network, ...]) -> Site:
        address = wanted or next((each.address for each in networks if each.address), "127.0.0.1")
        http_url = f"http://{address}:{port}"
        return Site(networks=networks, directory=ground.base / "plugins", address=address, http_url=http_url)

    children = Children(ground.database, ground.plugins, ground.base / "plugins", site)
    ground.parts.callback(children.close)
    return children


def _write_own_resource(ground: Ground) -> None:
    """The machine openQRM runs on is a resource too; storages may be on it."""
    records = ground.database.records
    known = records.find(Resource, SELF) or Resource(name=SELF, managed=False, comment="runs openQRM itself")
    address = ground.settings.address or known.address or "127.0.0.1"
    own_key = public_line(ensure_host_key(ground.own_key))
    wanted = replace(known, address=address, ssh=replace(known.ssh, own_key=own_key))
    if wanted != known:
        records.put(wanted)


def _told(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"

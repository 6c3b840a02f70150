"""The composition root: puts the parts together, starts and ends them in order. It alone reads the environment."""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

    from openqrm.adapters.database import Database
    from openqrm.adapters.dispatch.local import LocalDispatcher
    from openqrm.adapters.dispatch.procrastinate import ProcrastinateDispatcher
    from openqrm.adapters.hosts.choice import Hosts
    from openqrm.adapters.hosts.ssh_connection import SshAccess
    from openqrm.adapters.world import RealWorld
    from openqrm.boot.initrd.fragments import Fragment
    from openqrm.boot.initrd.packs import Sources
    from openqrm.boot.uplink.listener import Uplink
    from openqrm.boot.watch import LostWatch
    from openqrm.boot.writer import GroupWriter
    from openqrm.domain.network import Network
    from openqrm.engine.outbox import Outbox
    from openqrm.plugin_host.host import PluginHost
    from openqrm.services.children import Children
    from openqrm.services.daily import Daily
    from openqrm.services.desk import Desk
    from openqrm.services.sign_in import SignIn
    from openqrm.services.site_settings import SiteSettings

LISTEN_FDS_START = 3
OWN_KEY = "ssh_key"


def cli() -> None:
    """The command `openqrm`."""
    from openqrm.cli.application import run

    run(sys.argv[1:], dict(os.environ), serve, build_initrd)


def inherited_sockets(environment: dict[str, str]) -> list[socket.socket]:
    """The sockets that systemd, or whoever started this process, has opened for the REST door."""
    if environment.get("LISTEN_PID") not in (None, str(os.getpid())):
        return []
    count = int(environment.get("LISTEN_FDS") or 0)
    return [socket.socket(fileno=LISTEN_FDS_START + number) for number in range(count)]


def serve(settings: SiteSettings, say: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT. SIGUSR1 has every thread's stack written to standard error."""
    faulthandler.register(signal.SIGUSR1)
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signal.set_wakeup_fd(tell)  # the kernel may choose another thread than this one, and then only this wakes us
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    with installation(settings, inherited_sockets(dict(os.environ)), say):
        _relieve_collector()
        os.read(told, 1)


def _relieve_collector() -> None:
    """What has been loaded by now stays. With Python's own thresholds a fifth of a registration's CPU went into
    looking through it again and again (bench: registration).
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@contextmanager
def installation(settings: SiteSettings, listening: list[socket.socket], say: Callable[[str], None]) -> Iterator[Desk]:
    """Everything that runs; ended in the reverse order of its start."""
    from openqrm.adapters.database import Database
    from openqrm.plugin_api.codec import ActionCodec
    from openqrm.plugin_host.host import PluginHost

    base = Path(settings.base).absolute()
    base.mkdir(parents=True, exist_ok=True, mode=0o750)
    _set_up_log(settings)
    with ExitStack() as parts:
        host = PluginHost()
        database = Database(settings.database_url, ActionCodec(host.actions()), full_sync=settings.full_sync)
        parts.callback(database.close)
        dispatcher = _dispatcher(parts, database)  # locks the database: it is migrated alone
        database.migrate()
        _write_own_resource(database, settings, base)
        yield _start(parts, settings, base, host, database, dispatcher, listening, say)
        say("ending")


def _start(
    parts: ExitStack, settings: SiteSettings, base: Path, host: PluginHost, database: Database,
    dispatcher: LocalDispatcher | ProcrastinateDispatcher, listening: list[socket.socket], say: Callable[[str], None],
) -> Desk:  # fmt: skip
    from openqrm.api.application import make_application
    from openqrm.api.listen import Listener, bind
    from openqrm.api.plan_watch import watch_route
    from openqrm.api.routes import Door
    from openqrm.api.stream import stream_route
    from openqrm.api.tls import find_tls, tell_place
    from openqrm.engine.runner import Runner
    from openqrm.services.attending import AttendedPlans
    from openqrm.services.catalogue import Catalogue
    from openqrm.services.desk import Desk
    from openqrm.services.endings import Endings
    from openqrm.services.live import Live
    from openqrm.services.live_rows import LiveRows
    from openqrm.services.metrics import Metrics
    from openqrm.services.ringing import Ringer
    from openqrm.services.sign_in import SignIn
    from openqrm.services.site_settings import parse_address

    ringer = Ringer(database, dispatcher)
    parts.callback(ringer.close)
    boot_socket = bind(*parse_address(settings.boot))
    children = _children(parts, settings, base, host, database, boot_socket)
    world, uplink, boot_door = _boot_parts(parts, settings, base, host, database, ringer.ring, children.is_leading)
    endings = Endings()
    runner = Runner(AttendedPlans(database.plans, endings, children.apply), world, dispatcher)
    parts.callback(runner.close)
    catalogue = Catalogue(host)
    desk = Desk(database, world, host, catalogue, dispatcher, base_directory=str(base), endings=endings)
    sign_in = SignIn(database, world, base)
    if password := sign_in.make_first_administrator():
        say(f"first administrator: user admin, password {password} (also in {base}/first-password until used)")
    metrics = Metrics(database, uplink.count)
    live = Live(database, LiveRows(host, catalogue, world))
    routes = [stream_route(live, sign_in), watch_route(live, desk, sign_in)]
    more = [*routes, *_pages_and_terminals(settings, base, database, world, sign_in)]
    application = make_application(Door(desk, sign_in, catalogue), metrics.render, more)
    rest_sockets = listening or [bind(*parse_address(settings.http))]
    tls = find_tls(settings, base, rest_sockets)
    rest = Listener("rest", application, rest_sockets, tls, settings.proxy, websockets=True)
    boot = Listener("boot", boot_door, [boot_socket])
    parts.callback(dispatcher.close)
    parts.callback(world.hosts.end_commands)
    parts.callback(runner.stop)
    for part in (_outbox(host, database, world), boot, rest, live, _daily(settings, database, desk)):
        part.start()
        parts.callback(part.close)
    children.start()
    dispatcher.start(runner.drive, database.plans.unfinished)
    rest_url = tell_place(base, rest_sockets[0], tls)
    say(f"ready: REST on {rest_url}, boot door on {_told(boot_socket)}, uplink on port {uplink.port}")
    return desk


def _outbox(host: PluginHost, database: Database, world: RealWorld) -> Outbox:
    from openqrm.engine.outbox import Outbox
    from openqrm.services.telling import subscribers

    return Outbox(database.feed, subscribers(host, database, world))


def _daily(settings: SiteSettings, database: Database, desk: Desk) -> Daily:
    from openqrm.services.daily import Daily
    from openqrm.services.pruning import Pruning
    from openqrm.services.purging import Purging

    return Daily({"pruned": Pruning(database, settings.keep_days), "purged": Purging(desk)})


def _pages_and_terminals(
    settings: SiteSettings, base: Path, database: Database, world: RealWorld, sign_in: SignIn
) -> list[BaseRoute]:
    from openqrm.adapters.hosts.access import access_by
    from openqrm.adapters.hosts.screens import HostScreens
    from openqrm.adapters.hosts.terminals import SshTerminals
    from openqrm.api.pages import Pages
    from openqrm.api.terminal import TerminalDoor
    from openqrm.services.terminals import Tickets

    find_access = access_by(database.records, world.vault)
    terminals = SshTerminals(base / OWN_KEY, find_access)
    screens = HostScreens(base / OWN_KEY, find_access, world.host)
    pages = Pages(Path(settings.console) if settings.console else Path(__file__).with_name("console"))
    return [TerminalDoor(Tickets(database, world), sign_in, terminals, screens).route(), pages]


def _dispatcher(parts: ExitStack, database: Database) -> LocalDispatcher | ProcrastinateDispatcher:
    """In this process alone on SQLite; on PostgreSQL by whichever of several processes is alive."""
    if not database.connections.on_sqlite:
        from openqrm.adapters.dispatch.procrastinate import ProcrastinateDispatcher

        parts.enter_context(database.together())
        return ProcrastinateDispatcher(database.connections.engine)
    from openqrm.adapters.dispatch.local import LocalDispatcher

    parts.enter_context(database.alone())
    return LocalDispatcher()


def _boot_parts(
    parts: ExitStack, settings: SiteSettings, base: Path, host: PluginHost, database: Database,
    ring: Callable[[frozenset[str]], None], leads: Callable[[], bool],
) -> tuple[RealWorld, Uplink, Any]:  # fmt: skip
    from openqrm.adapters.hosts.access import access_by
    from openqrm.adapters.http import HttpCaller
    from openqrm.adapters.vault import DatabaseVault
    from openqrm.adapters.world import RealWorld
    from openqrm.boot.door import BootDoor, Site
    from openqrm.boot.preparing import Preparing
    from openqrm.boot.uplink.boots import secrets_of
    from openqrm.boot.uplink.listener import Uplink
    from openqrm.boot.watch import LostWatch
    from openqrm.boot.writer import GroupWriter
    from openqrm.services.site_settings import parse_address

    vault = DatabaseVault(database.connections, base / "vault.key")
    writer = GroupWriter(database, ring)
    parts.callback(writer.close)
    watch = LostWatch(database.records, writer)
    address, port = parse_address(settings.uplink)
    secrets = secrets_of(database.records, vault)
    uplink = Uplink(writer, secrets, base / "uplink_key", address=address, port=port, heard=watch.heard)
    uplink.start()
    parts.callback(uplink.close)
    watch.start()
    parts.callback(watch.close)
    caller = HttpCaller(vault)
    parts.callback(caller.close)
    hosts = _hosts(parts, base, uplink, access_by(database.records, vault))
    world = RealWorld(records=database.records, hosts=hosts, caller=caller, vault=vault)
    _watch_power(parts, host, database, world, writer, leads)
    _watch_local(parts, database, world, writer, uplink, watch, leads)
    site = Site(
        host_key=uplink.host_key, uplink_port=uplink.port, address=settings.address, most_strangers=settings.strangers,
        most_newcomers=settings.newcomers, newcomers_a_minute=settings.newcomers_a_minute,
    )  # fmt: skip
    kernels = _kernels(settings, base, host, database)
    preparing = Preparing(kernels)
    preparing.start()
    parts.callback(preparing.close)
    return world, uplink, BootDoor(site, writer, kernels, vault)


def _watch_power(
    parts: ExitStack, host: PluginHost, database: Database, world: RealWorld, writer: GroupWriter,
    leads: Callable[[], bool],
) -> None:  # fmt: skip
    """Machines whose power a started plugin reaches are asked whether they are on."""
    from openqrm.boot.power_watch import PowerWatch
    from openqrm.domain.resource import Resource

    def ask(resource: Resource) -> str:
        with database.reading() as tx:
            driver = host.drivers(tx.facts).power(resource)
        return driver.observe_power(world, resource) if driver else "unknown"

    watch = PowerWatch(database.records, writer, ask, leads)
    watch.start()
    parts.callback(watch.close)


def _watch_local(
    parts: ExitStack, database: Database, world: RealWorld, writer: GroupWriter, uplink: Uplink, lost: LostWatch,
    leads: Callable[[], bool],
) -> None:  # fmt: skip
    """Machines that run a system of their own disk have no agent: they are asked by SSH."""
    from openqrm.boot.local_watch import LocalWatch

    watch = LocalWatch(database.records, writer, world.host, uplink.is_open, lost.heard, leads)
    watch.start()
    parts.callback(watch.close)


def _hosts(parts: ExitStack, base: Path, uplink: Uplink, find_access: Callable[[str], SshAccess | None]) -> Hosts:
    from openqrm.adapters.hosts.choice import Hosts
    from openqrm.adapters.hosts.ssh import SshHosts

    ssh = SshHosts(base / OWN_KEY)
    ssh.start()
    parts.callback(ssh.close)
    return Hosts(uplink, ssh, find_access)


def _own_key(base: Path) -> str:
    """The public half of the key that openQRM signs in elsewhere with."""
    from openqrm.boot.uplink.host_key import ensure_host_key, public_line

    return public_line(ensure_host_key(base / OWN_KEY))


def _kernels(settings: SiteSettings, base: Path, host: PluginHost, database: Database) -> Any:
    from openqrm.boot.initrd.builder import InitrdBuilder, open_builder
    from openqrm.boot.kernels import Kernels

    sources, folders = _sources(settings.sources), host.initrd_folders()

    def open_one(folder: Path) -> InitrdBuilder:
        return open_builder(folder, sources, base / "initrd")

    return Kernels(database.records, open_one, _fragments(folders), sorted(folders))


def _sources(place: str) -> Sources:
    """What runs on machines: of the setting, or of the clone that this is run from."""
    from openqrm.boot.initrd.packs import Sources

    root = Path(place) if place else Path(__file__).parents[2]
    return Sources(root / "initrd", root / "agent")


def _fragments(folders: Mapping[str, Path]) -> Callable[[str], Fragment]:
    """Finds the fragment of a root type among the folders that plugins have for them."""
    from openqrm.boot.initrd.fragments import get_fragment
    from openqrm.domain.errors import Category, PlanningError

    def fragment(type_: str) -> Fragment:
        if type_ not in folders:
            raise PlanningError(Category.NOT_FOUND, f"no plugin has the root type {type_[:80]!r}", "Install one.")
        return get_fragment(folders[type_], type_)

    return fragment


def _children(
    parts: ExitStack, settings: SiteSettings, base: Path, host: PluginHost, database: Database,
    boot_socket: socket.socket,
) -> Children:  # fmt: skip
    from openqrm.plugin_api.service import Site
    from openqrm.services.children import Children

    port = boot_socket.getsockname()[1]

    def site(networks: tuple[Network, ...]) -> Site:
        address = settings.address or next((each.address for each in networks if each.address), "127.0.0.1")
        http_url = f"http://{address}:{port}"
        return Site(networks=networks, directory=base / "plugins", address=address, http_url=http_url)

    children = Children(database, host, base / "plugins", site)
    parts.callback(children.close)
    return children


def _write_own_resource(database: Database, settings: SiteSettings, base: Path) -> None:
    """The machine openQRM runs on is a resource too; storages may be on it."""
    from dataclasses import replace

    from openqrm.domain.resource import SELF, Resource

    known = database.records.find(Resource, SELF) or Resource(name=SELF, managed=False, comment="runs openQRM itself")
    address = settings.address or known.address or "127.0.0.1"
    wanted = replace(known, address=address, ssh=replace(known.ssh, own_key=_own_key(base)))
    if wanted != known:
        database.records.put(wanted)


def _set_up_log(settings: SiteSettings) -> None:
    import logging

    import structlog

    render = structlog.processors.JSONRenderer() if settings.log_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars, structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"), structlog.processors.format_exc_info, render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )  # fmt: skip


def build_initrd(verb: str, folder: str, source: str, card: str = "", root: tuple[str, ...] = ()) -> str:
    """`openqrm initrd …`; what to tell of it."""
    from openqrm.boot.initrd.by_hand import build, prepare
    from openqrm.boot.initrd.kernel_tree import get_kernel_tree
    from openqrm.plugin_host.host import PluginHost

    place = Path(folder)
    if verb == "prepare" or (source and not place.exists()):
        prepare(source, place)
    tree = get_kernel_tree(place)
    if verb == "prepare":
        return f"{place}: kernel {tree.version}"
    made = build(place, _sources(""), _fragments(PluginHost().initrd_folders()), card=card, types=root)
    return f"{made}: {made.stat().st_size / 2**20:.1f} MiB, for kernel {tree.version} in {tree.vmlinuz}"


def _told(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://{host}:{port}"


if __name__ == "__main__":
    cli()

"""What the first set-up looks at around openQRM: its networks, who gives addresses, the programs that plugins need.

Each function reads records, and yields looks: calls that look at the world and read no record any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath

import msgspec

from openqrm.domain.errors import OpenqrmError, StepError
from openqrm.domain.network import Network
from openqrm.domain.resource import SELF, Resource
from openqrm.domain.storage import Storage
from openqrm.planning.own_network import ADDRESSES, DEFAULT_ROUTE, LOOKED_AT, check_networks, parse_interfaces
from openqrm.plugin_api.checks import Check, Checking, Mend, Said, Verdict, quote, say
from openqrm.plugin_api.manifest import PluginCategory
from openqrm.plugin_api.planning import Reading
from openqrm.plugin_host.host import PluginHost
from openqrm.ports.world import World

Look = Callable[[], Iterable[Check]]
MOST = 50  # storages and hosts that are looked at
LOOK_S = 10.0
WHICH_FAILS = 127  # there is no `which` either


def so(check: Check) -> Look:
    """One that the records tell already."""
    return lambda: [check]


def look_at_networks(reading: Reading, _plugins: PluginHost) -> Iterator[Look]:
    networks, world = reading.facts.list(Network), reading.world

    def look() -> list[Check]:
        addresses, routes = (world.host(SELF).run(argv, timeout_s=LOOK_S) for argv in (ADDRESSES, DEFAULT_ROUTE))
        try:
            return check_networks(networks, parse_interfaces(addresses.out, routes.out))
        except msgspec.DecodeError:
            do = say("Install the program ip (iproute2), or write interface and address of the network yourself.")
            told = (addresses.err or routes.err).strip()[:200]
            seen = quote(told) if told else say("they could not be listed")
            return [Check(looked_at=LOOKED_AT, verdict=Verdict.WRONG, seen=seen, do=do)]

    yield look


def look_at_dhcp(reading: Reading, plugins: PluginHost) -> Iterator[Look]:
    facts, world = reading.facts, reading.world
    can = sorted(name for name, manifest in plugins.manifests.items() if "dhcp" in manifest.services)
    started = [name for name in can if name in plugins.started(facts)]
    yield so(_service(can, started))
    for driver in reading.drivers.network_services():
        if isinstance(driver, Checking):
            yield partial(driver.check, world, facts.list(Network))


def _service(can: list[str], started: list[str]) -> Check:
    looked_at = say("a plugin that gives addresses")
    if started:
        about, seen = f"plugin/{started[0]}", say("{plugins} is started", plugins=", ".join(started))
        return Check(about=about, looked_at=looked_at, verdict=Verdict.GOOD, seen=seen)
    seen = say("none is started")
    if not can:
        do = say("Install a plugin that gives addresses.")
        return Check(looked_at=looked_at, verdict=Verdict.MISSING, seen=seen, do=do)
    return Check(
        looked_at=looked_at, verdict=Verdict.MISSING, seen=seen, mend=Mend("plugin.enable", {"name": can[0]}),
        do=say("Enable one, with all it needs: {plugins}.", plugins=", ".join(can)),
    )  # fmt: skip


def look_at_programs(reading: Reading, plugins: PluginHost) -> Iterator[Look]:
    facts = reading.facts
    storages, hosts = facts.list(Storage), [each for each in facts.list(Resource) if each.carries]
    for name in plugins.enabled(facts):
        manifest = plugins.manifests.get(name)
        if manifest is None or not manifest.host_commands:
            continue
        places = {SELF}
        if manifest.category is PluginCategory.STORAGE:
            places = {each.resource for each in storages if each.type in manifest.types_of_storage}
        elif manifest.category is PluginCategory.VIRTUALIZATION:
            places = {each.name for each in hosts if each.carries == name}
        for place in sorted(places)[:MOST]:
            yield _which(name, manifest.host_commands, place, reading.world)


def _which(plugin: str, commands: tuple[str, ...], place: str, world: World) -> Look:
    def look() -> Iterator[Check]:
        looked_at = say("programs that {plugin} needs on {resource}", plugin=plugin, resource=place)
        try:
            told = world.host(place).run(("which", *commands), timeout_s=LOOK_S)
        except StepError as error:
            yield failed(looked_at, f"resource/{place}", error)
            return
        lacking = sorted({*commands} - {PurePosixPath(line).name for line in told.out.splitlines()})
        if told.status == WHICH_FAILS:
            seen = say("{resource} has no program `which` to look with", resource=place)
            do = say("See that there are: {programs}.", programs=", ".join(commands))
            yield Check(about=f"plugin/{plugin}", looked_at=looked_at, verdict=Verdict.OPTIONAL, seen=seen, do=do)
            return
        if not lacking:
            seen = quote(", ".join(commands))
            yield Check(about=f"plugin/{plugin}", looked_at=looked_at, verdict=Verdict.GOOD, seen=seen)
            return
        yield Check(
            about=f"plugin/{plugin}", looked_at=looked_at, verdict=Verdict.WRONG,
            seen=say("missing: {programs}", programs=", ".join(lacking)),
            do=say("Install them on {resource}; the page of plugin {plugin} names the packages.",
                   resource=place, plugin=plugin),
        )  # fmt: skip

    return look


def failed(looked_at: Said, about: str, error: OpenqrmError) -> Check:
    return Check(
        about=about, looked_at=looked_at, verdict=Verdict.WRONG, seen=quote(error.message), do=quote(error.hint)
    )

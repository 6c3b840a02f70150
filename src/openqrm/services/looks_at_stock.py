"""What the first set-up looks at of what openQRM has: kernels, storages, hosts of virtual machines, machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from functools import partial

from openqrm.domain.errors import OpenqrmError
from openqrm.domain.kernel import Kernel
from openqrm.domain.resource import PHYSICAL, SELF, Observation, Resource
from openqrm.domain.storage import Storage
from openqrm.plugin_api.checks import Check, Mend, Said, Verdict, say
from openqrm.plugin_api.manifest import PluginCategory
from openqrm.plugin_api.planning import Reading
from openqrm.plugin_host.host import PluginHost
from openqrm.services.looks_around import MOST, Look, failed, so

Held = Callable[[], Sized]
DEFAULT_KERNEL = say("the default kernel")


def look_at_kernels(reading: Reading, _plugins: PluginHost) -> Iterator[Look]:
    default = next((each for each in reading.facts.list(Kernel) if each.default), None)
    if default:
        seen = say("machines boot it")
        yield so(Check(about=default.ref, looked_at=DEFAULT_KERNEL, verdict=Verdict.GOOD, seen=seen))
        return
    yield so(Check(
        looked_at=DEFAULT_KERNEL, verdict=Verdict.MISSING, seen=say("none: no machine can boot"),
        do=say("Add one: a package that apt knows, a package file, or a folder."),
        mend=Mend("kernel.add", {"name": "default", "source": "linux-image-amd64"}),
    ))  # fmt: skip


def look_at_storages(reading: Reading, plugins: PluginHost) -> Iterator[Look]:
    enabled, storages = _enabled(plugins, "storage", reading), reading.facts.list(Storage)
    if not enabled:
        yield so(_enable(plugins, PluginCategory.STORAGE, say("storage plugins"), Verdict.MISSING))
    elif not storages:
        yield from _types(enabled, plugins)
    for storage in storages[:MOST]:
        held = partial(_volumes_of, storage, reading)
        yield _answers(storage.ref, say("volumes of {storage}", storage=storage.name), held)


def _types(enabled: list[str], plugins: PluginHost) -> Iterator[Look]:
    """One of each is offered; any of them is enough."""
    first = sorted(enabled, key=lambda name: not plugins.manifests[name].begins)
    types = [type_ for name in first for type_ in plugins.types_of_storage(name)]
    for type_ in types:
        yield so(Check(
            looked_at=say("storages of type {type}", type=type_),
            verdict=Verdict.MISSING if type_ == types[0] else Verdict.OPTIONAL, seen=say("none yet"),
            do=say("Declare a storage: where volumes are made. One, of any type, is enough."),
            mend=Mend("storage.create", {"name": "here", "type": type_}),
        ))  # fmt: skip


def _volumes_of(storage: Storage, reading: Reading) -> Held:
    return partial(reading.drivers.storage(storage).list_volumes, reading.world, storage)


def look_at_hosts(reading: Reading, plugins: PluginHost) -> Iterator[Look]:
    enabled = _enabled(plugins, "virtualization", reading)
    hosts = [each for each in reading.facts.list(Resource) if each.carries]
    if not enabled:
        looked_at = say("virtualization plugins")
        yield so(_enable(plugins, PluginCategory.VIRTUALIZATION, looked_at, Verdict.OPTIONAL))
    elif not hosts:
        yield so(Check(
            looked_at=say("hosts"), verdict=Verdict.OPTIONAL, seen=say("no resource carries virtual machines"),
            do=say("Make a resource a host, if there are to be virtual machines."),
            mend=Mend("host.add", {"type": enabled[0]}),
        ))  # fmt: skip
    for host in hosts[:MOST]:
        held = partial(_machines_on, host, reading)
        yield _answers(f"host/{host.name}", say("virtual machines on {host}", host=host.name), held)


def _machines_on(host: Resource, reading: Reading) -> Held:
    return partial(reading.drivers.virtualization(host.carries).list_machines, reading.world, host)


def look_at_machines(reading: Reading, _plugins: PluginHost) -> Iterator[Look]:
    facts = reading.facts
    metal = [each for each in facts.list(Resource) if each.type == PHYSICAL and each.name != SELF]
    if not metal:
        do = say("Switch a machine on that boots from the network first: it appears by itself and becomes idle.")
        yield so(Check(looked_at=say("machines"), verdict=Verdict.MISSING, seen=say("none has come yet"), do=do))
        return
    came = len({each.name for each in facts.list(Observation)} & {each.name for each in metal})
    seen = say("{count} of {all} have been seen", count=came, all=len(metal))
    yield so(Check(looked_at=say("machines"), verdict=Verdict.GOOD, seen=seen))
    if mute := [each for each in metal if not each.bmc.driver and each.managed]:
        yield so(Check(
            about=mute[0].ref, looked_at=say("power of machines"), verdict=Verdict.OPTIONAL,
            seen=say("{count} cannot be switched on from here, {resource} first",
                     count=len(mute), resource=mute[0].name),
            do=say("Say how their management controllers are reached."),
            mend=Mend("resource.edit", {"name": mute[0].name}),
        ))  # fmt: skip


def _answers(about: str, looked_at: Said, find_way: Callable[[], Held]) -> Look:
    """The way there is read from the records now; later nothing but the world is looked at."""
    try:
        held = find_way()
    except OpenqrmError as error:
        return so(failed(looked_at, about, error))

    def look() -> Iterator[Check]:
        try:
            seen = say("it answers, and holds {count}", count=len(held()))
        except OpenqrmError as error:
            yield failed(looked_at, about, error)
        else:
            yield Check(about=about, looked_at=looked_at, verdict=Verdict.GOOD, seen=seen)

    return look


def _enabled(plugins: PluginHost, kind: str, reading: Reading) -> list[str]:
    """The enabled plugins with a driver of this kind."""
    return [name for name in plugins.enabled(reading.facts) if kind in plugins.manifests[name].drivers]


def _enable(plugins: PluginHost, category: PluginCategory, looked_at: Said, verdict: Verdict) -> Check:
    """The one to begin with first; of those that are here."""
    found = [manifest for manifest in plugins.manifests.values() if manifest.category is category]
    names = [each.id for each in sorted(found, key=lambda each: (not each.begins, each.id))]
    seen = say("none is enabled")
    if not names:
        do = say("Install a plugin of this kind.")
        return Check(looked_at=looked_at, verdict=verdict, seen=seen, do=do)
    do = say("Enable the one that fits: {plugins}.", plugins=", ".join(names))
    return Check(looked_at=looked_at, verdict=verdict, seen=seen, do=do, mend=Mend("plugin.enable", {"name": names[0]}))

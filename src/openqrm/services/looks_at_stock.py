"""What the first set-up looks at of what openQRM has: kernels, storages, hosts of virtual machines, machines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sized
from functools import partial

from openqrm.domain.errors import OpenqrmError
from openqrm.domain.kernel import Kernel
from openqrm.domain.resource import PHYSICAL, SELF, Observation, Resource
from openqrm.domain.storage import Storage
from openqrm.plugin_api.checks import Check, Mend, Verdict
from openqrm.plugin_api.manifest import PluginCategory
from openqrm.plugin_api.planning import Reading
from openqrm.plugin_host.host import PluginHost
from openqrm.services.looks_around import MOST, Look, failed, so

Held = Callable[[], Sized]


def look_at_kernels(reading: Reading, _plugins: PluginHost) -> Iterator[Look]:
    default = next((each for each in reading.facts.list(Kernel) if each.default), None)
    if default:
        yield so(
            Check(about=default.ref, looked_at="the default kernel", verdict=Verdict.GOOD, seen="machines boot it")
        )
        return
    yield so(Check(
        looked_at="the default kernel", verdict=Verdict.MISSING, seen="none: no machine can boot",
        do="Add one: a package that apt knows, a package file, or a folder.",
        mend=Mend("kernel.add", {"name": "default", "source": "linux-image-amd64"}),
    ))  # fmt: skip


def look_at_storages(reading: Reading, plugins: PluginHost) -> Iterator[Look]:
    enabled, storages = _enabled(plugins, "storage", reading), reading.facts.list(Storage)
    if not enabled:
        yield so(_enable(plugins, PluginCategory.STORAGE, Verdict.MISSING))
    elif not storages:
        types = [type_ for name in enabled for type_ in plugins.types_of_storage(name)]
        yield so(Check(
            looked_at="storages", verdict=Verdict.MISSING, seen=f"none yet; there could be {', '.join(types)}",
            do="Declare a storage: where volumes are made.", mend=Mend("storage.create", {"type": types[0]}),
        ))  # fmt: skip
    for storage in storages[:MOST]:
        held = partial(_volumes_of, storage, reading)
        yield _answers(storage.ref, f"volumes of {storage.name}", held)


def _volumes_of(storage: Storage, reading: Reading) -> Held:
    return partial(reading.drivers.storage(storage).list_volumes, reading.world, storage)


def look_at_hosts(reading: Reading, plugins: PluginHost) -> Iterator[Look]:
    enabled = _enabled(plugins, "virtualization", reading)
    hosts = [each for each in reading.facts.list(Resource) if each.carries]
    if not enabled:
        yield so(_enable(plugins, PluginCategory.VIRTUALIZATION, Verdict.OPTIONAL))
    elif not hosts:
        yield so(Check(
            looked_at="hosts", verdict=Verdict.OPTIONAL, seen="no resource carries virtual machines",
            do="Make a resource a host, if there are to be virtual machines.",
            mend=Mend("host.add", {"type": enabled[0]}),
        ))  # fmt: skip
    for host in hosts[:MOST]:
        held = partial(_machines_on, host, reading)
        yield _answers(f"host/{host.name}", f"virtual machines on {host.name}", held)


def _machines_on(host: Resource, reading: Reading) -> Held:
    return partial(reading.drivers.virtualization(host.carries).list_machines, reading.world, host)


def look_at_machines(reading: Reading, _plugins: PluginHost) -> Iterator[Look]:
    facts = reading.facts
    metal = [each for each in facts.list(Resource) if each.type == PHYSICAL and each.name != SELF]
    if not metal:
        do = "Switch a machine on that boots from the network first: it appears by itself and becomes idle."
        yield so(Check(looked_at="machines", verdict=Verdict.MISSING, seen="none has come yet", do=do))
        return
    came = len({each.name for each in facts.list(Observation)} & {each.name for each in metal})
    yield so(Check(looked_at="machines", verdict=Verdict.GOOD, seen=f"{came} of {len(metal)} have been seen"))
    if mute := [each for each in metal if not each.bmc.driver and each.managed]:
        yield so(Check(
            about=mute[0].ref, looked_at="power of machines", verdict=Verdict.OPTIONAL,
            seen=f"{len(mute)} cannot be switched on from here, {mute[0].name} first",
            do="Say how their management controllers are reached.", mend=Mend("resource.edit", {"name": mute[0].name}),
        ))  # fmt: skip


def _answers(about: str, looked_at: str, find_way: Callable[[], Held]) -> Look:
    """The way there is read from the records now; later nothing but the world is looked at."""
    try:
        held = find_way()
    except OpenqrmError as error:
        return so(failed(looked_at, about, error))

    def look() -> Iterator[Check]:
        try:
            seen = f"it answers, and holds {len(held())}"
        except OpenqrmError as error:
            yield failed(looked_at, about, error)
        else:
            yield Check(about=about, looked_at=looked_at, verdict=Verdict.GOOD, seen=seen)

    return look


def _enabled(plugins: PluginHost, kind: str, reading: Reading) -> list[str]:
    """The enabled plugins with a driver of this kind."""
    return [name for name in plugins.enabled(reading.facts) if kind in plugins.manifests[name].drivers]


def _enable(plugins: PluginHost, category: PluginCategory, verdict: Verdict) -> Check:
    names = sorted(name for name, manifest in plugins.manifests.items() if manifest.category is category)
    return Check(
        looked_at=f"plugins of category {category}", verdict=verdict, seen="none is enabled",
        do=f"Enable the one that fits: {', '.join(names) or 'none is installed'}.", mend=Mend("plugin.enable"),
    )  # fmt: skip

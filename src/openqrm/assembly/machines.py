"""The side of the machines: the boot door, the uplink, the watches, and the world that steps act on."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from openqrm.adapters.hosts.access import access_by
from openqrm.adapters.hosts.choice import Hosts
from openqrm.adapters.hosts.ssh import SshHosts
from openqrm.adapters.http import HttpCaller
from openqrm.adapters.vault import DatabaseVault
from openqrm.adapters.world import RealWorld
from openqrm.assembly.ground import Ground
from openqrm.assembly.initrds import kernels_of
from openqrm.boot.door import BootDoor, Site
from openqrm.boot.host_watch import HostWatch
from openqrm.boot.local_watch import LocalWatch
from openqrm.boot.power_watch import PowerWatch
from openqrm.boot.preparing import Preparing
from openqrm.boot.uplink.boots import secrets_of
from openqrm.boot.uplink.listener import Uplink
from openqrm.boot.volume_watch import VolumeWatch
from openqrm.boot.watch import LostWatch
from openqrm.boot.writer import GroupWriter
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Storage
from openqrm.plugin_api.drivers import OnlyNames
from openqrm.services.site_settings import SiteSettings, parse_address


@dataclass(frozen=True)
class MachineParts:
    """What the rest of openQRM has to do with."""

    world: RealWorld
    uplink: Uplink
    door: BootDoor


def start_machines(ground: Ground, ring: Callable[[frozenset[str]], None], leads: Callable[[], bool]) -> MachineParts:
    """All of it but the door's own port. RING tells of changes; watches work while this process LEADS."""
    parts, settings, base, database = ground.parts, ground.settings, ground.base, ground.database
    vault = DatabaseVault(database.connections, base / "vault.key")
    writer = GroupWriter(database, ring)
    parts.callback(writer.close)
    standing = database.find_standing
    lost = LostWatch(database.records, writer, standing)
    address, port = parse_address(settings.uplink)
    secrets = secrets_of(database.records, vault)
    uplink = Uplink(writer, secrets, base / "uplink_key", address=address, port=port, heard=lost.heard)
    uplink.start()
    parts.callback(uplink.close)
    lost.start()
    parts.callback(lost.close)
    caller = HttpCaller(vault)
    parts.callback(caller.close)
    ssh = SshHosts(ground.own_key)
    ssh.start()
    parts.callback(ssh.close)
    hosts = Hosts(uplink, ssh, access_by(database.records, vault))
    world = RealWorld(records=database.records, hosts=hosts, caller=caller, vault=vault)
    kernels = kernels_of(ground)
    local = LocalWatch(database.records, writer, world.host, uplink.is_open, lost.heard, leads)
    power = PowerWatch(database.records, database.find_doubtful, writer, _power_asked(ground, world), standing, leads)
    asked = _volumes_asked(ground, world)
    volumes = VolumeWatch(database.records, writer, asked, _held(ground), standing, leads)

    def mute() -> Collection[str]:
        return [name for name in database.find_hosts_by_ssh() if not uplink.is_open(name)]

    carrying = HostWatch(mute, writer, world.host, hosts.stands, lost.heard, leads)
    for part in (power, volumes, local, carrying, Preparing(kernels)):
        part.start()
        parts.callback(part.close)
    return MachineParts(world, uplink, BootDoor(_site(settings, uplink), writer, kernels, vault))


def _power_asked(ground: Ground, world: RealWorld) -> Callable[[Resource], str]:
    """Asks those whose power a started plugin reaches."""

    def ask(resource: Resource) -> str:
        with ground.database.reading() as tx:
            driver = ground.plugins.drivers(tx.facts).power(resource)
        return driver.observe_power(world, resource) if driver else "unknown"

    return ask


def _volumes_asked(ground: Ground, world: RealWorld) -> Callable[[Storage], Collection[str] | None]:
    """Asks storages of started plugins."""

    def ask(storage: Storage) -> Collection[str] | None:
        with ground.database.reading() as tx:
            driver = ground.plugins.drivers(tx.facts).storage(storage)
        if isinstance(driver, OnlyNames):
            return None
        return {each.name for each in driver.list_volumes(world, storage)}

    return ask


def _held(ground: Ground) -> Callable[[Collection[str]], Collection[str]]:
    def held(refs: Collection[str]) -> Collection[str]:
        with ground.database.reading() as tx:
            return tx.plans.held(refs)

    return held


def _site(settings: SiteSettings, uplink: Uplink) -> Site:
    return Site(
        host_key=uplink.host_key, uplink_port=uplink.port, address=settings.address, most_strangers=settings.strangers,
        most_newcomers=settings.newcomers, newcomers_a_minute=settings.newcomers_a_minute,
    )  # fmt: skip

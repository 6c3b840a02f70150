"""The side of the machines: the boot door, the uplink, the watches, and the world that steps act on."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from openqrm.adapters.hosts.access import access_by
from openqrm.adapters.hosts.choice import Hosts
from openqrm.adapters.hosts.ssh import SshHosts
from openqrm.adapters.http import HttpCaller
from openqrm.adapters.vault import DatabaseVault
from openqrm.adapters.world import RealWorld
from openqrm.assembly.ground import Ground
from openqrm.assembly.initrds import kernels_of
from openqrm.assembly.rounds import Rounds, led
from openqrm.boot import host_watch, local_watch, power_watch, preparing, volume_watch, watch
from openqrm.boot.door import BootDoor, Site
from openqrm.boot.uplink.boots import secrets_of
from openqrm.boot.uplink.listener import Uplink
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
    rounds = Rounds()
    lost = watch.LostWatch(database.records, writer, standing)
    address, port = parse_address(settings.uplink)
    secrets = secrets_of(database.records, vault)
    uplink = Uplink(writer, secrets, base / "uplink_key", address=address, port=port, heard=lost.heard)
    uplink.start()
    parts.callback(uplink.close)
    caller = HttpCaller(vault)
    parts.callback(caller.close)
    ssh = SshHosts(ground.own_key)
    ssh.start()
    parts.callback(ssh.close)
    hosts = Hosts(uplink, ssh, access_by(database.records, vault))
    world = RealWorld(records=database.records, hosts=hosts, caller=caller, vault=vault)
    kernels = kernels_of(ground)
    local = local_watch.LocalWatch(database.records, writer, world.host, uplink.is_open, lost.heard, rounds.ending)
    power_of, volumes_of = _power_asked(ground, world), _volumes_asked(ground, world)
    power = power_watch.PowerWatch(database.records, database.find_doubtful, writer, power_of, standing, rounds.ending)
    volumes = volume_watch.VolumeWatch(database.records, writer, volumes_of, _held(ground), standing, rounds.ending)

    def mute() -> Collection[str]:
        return [name for name in database.find_hosts_by_ssh() if not uplink.is_open(name)]

    carrying = host_watch.HostWatch(mute, writer, world.host, hosts.stands, lost.heard, rounds.ending)
    parts.callback(local.close)
    parts.callback(carrying.close)
    parts.callback(rounds.close)
    lost.recall()
    rounds.begin("lost-watch", lambda: lost.look(time.time()), watch.EVERY_S)
    rounds.begin("power-watch", led(leads, power.look, power.forget), power_watch.EVERY_S)
    rounds.begin("volume-watch", led(leads, volumes.look, volumes.forget), volume_watch.EVERY_S)
    rounds.begin("local-watch", led(leads, local.look), local_watch.EVERY_S)
    rounds.begin("host-watch", led(leads, carrying.look), host_watch.EVERY_S)
    rounds.begin("initrd-preparing", partial(preparing.prepare_quietly, kernels, rounds.ending), preparing.EVERY_S)
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

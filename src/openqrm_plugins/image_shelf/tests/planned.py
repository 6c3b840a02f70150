"""What is planned for shelves, with a storage driver that can fill volumes and one that cannot."""

from __future__ import annotations

from typing import Any

import msgspec

from openqrm.plugin_api import PluginState, Step, Storage
from openqrm.plugin_api.filling import Content
from openqrm.plugin_api.intents import Intent
from openqrm.plugin_api.planning import Planner, Planning
from openqrm.plugin_api.storage import DiskFiles, ExportedFolders, Folders, Making, VolumeDriver
from openqrm.plugin_api.testing import SimulatedWorld
from openqrm.plugin_api.testing.bench import demand_pure_plan
from openqrm_plugins.image_shelf.actions import PLUGIN
from openqrm_plugins.image_shelf.catalogue import Shelf
from openqrm_plugins.image_shelf.intents import PLANNERS
from openqrm_plugins.image_shelf.settings import Settings


class NoSettings(msgspec.Struct, frozen=True):
    """Nothing is set."""


class Filling(VolumeDriver[NoSettings]):
    """Folders that can be filled."""

    def making(self, storage: Storage, settings: NoSettings) -> Making:
        return Folders(storage.resource, storage.settings["directory"], "copy")

    def exporting(self, storage: Storage, settings: NoSettings) -> ExportedFolders:
        raise NotImplementedError


class Disks(Filling):
    """Disks that can be filled from disks."""

    def making(self, storage: Storage, settings: NoSettings) -> Making:
        return DiskFiles(storage.resource, "/disks", "copy")


class Unfilled(Filling):
    """Nothing is filled by it."""

    def fills_from(self, storage: Storage) -> frozenset[Content]:
        return frozenset()


class Storages:
    """Drivers of storages that can be filled, and of such that cannot."""

    def storage(self, storage: Storage) -> Any:
        kinds: dict[str, type[VolumeDriver[NoSettings]]] = {"folders": Filling, "disks": Disks}
        return kinds.get(storage.type, Unfilled)(NoSettings())


def state(spool: str, **shelves: Shelf) -> PluginState:
    """The plugin's settings."""
    kept = {"spool": spool, "shelves": {name: msgspec.to_builtins(shelf) for name, shelf in shelves.items()}}
    return PluginState(name=PLUGIN, enabled=True, settings=msgspec.json.encode(kept, order="sorted").decode())


def settings_of(made: SimulatedWorld) -> Settings:
    state = made.records.get(PluginState, PLUGIN)
    return msgspec.json.decode(state.settings, type=Settings)


def planned(intent: Intent, made: SimulatedWorld) -> tuple[Step, ...]:
    drivers: Any = Storages()
    planning = Planning(made.records, drivers, "admin", 2_000_000.0, "/base", settings=settings_of(made))
    planner: Planner = PLANNERS[type(intent)]
    return demand_pure_plan(lambda: planner(intent, planning).steps, intent.verb)

"""Keeping shelves among the plugin's settings, and taking their catalogues."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import msgspec

from openqrm.plugin_api import SELF, Category, Differs, PluginState, Satisfied, Seen, StepError, World
from openqrm_plugins.image_shelf.catalogue import (
    MOST_BYTES,
    Catalogue,
    Shelf,
    demand_newer,
    demand_signature,
    parse_catalogue,
)
from openqrm_plugins.image_shelf.fetching import DropArchive, FetchArchive, Login, ask

PLUGIN = "image-shelf"
CATALOGUE_S = 150.0
_HINT = "Somebody has changed it since this was planned: ask again."


@dataclass(frozen=True)
class KeepShelf:
    """The shelf is as `wanted`, or is not there when that is None; it was `before`, whatever its catalogue."""

    name: ClassVar[str] = "image-shelf.keep-shelf"
    inside: ClassVar[bool] = True
    shelf: str
    wanted: Shelf | None
    before: Shelf | None

    def describe(self) -> str:
        return f"Set up the shelf {self.shelf}" if self.wanted else f"Forget the shelf {self.shelf}"

    def touches(self) -> tuple[str, ...]:
        return (f"plugin/{PLUGIN}",)

    def inverse(self) -> KeepShelf:
        return KeepShelf(self.shelf, self.before, self.wanted)

    def observe(self, world: World) -> Seen:
        now = find_shelf(world, self.shelf)
        if now == self.wanted:
            return Satisfied(f"the shelf {self.shelf} is so")
        if _identity(now) != _identity(self.before):
            raise StepError(Category.CONFLICT, f"the shelf {self.shelf} is no longer as planned", _HINT)
        return Differs(f"the shelf {self.shelf} is " + ("another" if now else "not there"))

    def ensure(self, world: World) -> None:
        _write(world, self.shelf, self.wanted)


@dataclass(frozen=True)
class TakeCatalogue:
    """The shelf's catalogue is one that was fetched since `asked_s`; a refused one leaves what was known."""

    name: ClassVar[str] = "image-shelf.take-catalogue"
    shelf: str
    before: Shelf
    asked_s: float

    def describe(self) -> str:
        return f"Take the catalogue of the shelf {self.shelf}"

    def touches(self) -> tuple[str, ...]:
        return (f"plugin/{PLUGIN}",)

    def inverse(self) -> KeepShelf:
        return KeepShelf(self.shelf, self.before, self.before)

    def observe(self, world: World) -> Seen:
        now = find_shelf(world, self.shelf)
        if now is None or _identity(now) != _identity(self.before):
            raise StepError(Category.CONFLICT, f"the shelf {self.shelf} is no longer as planned", _HINT)
        if now.taken_s >= self.asked_s:
            return Satisfied(f"it has {len(now.catalogue.entries)} entries")
        return Differs("its catalogue was not taken since it was asked for")

    def ensure(self, world: World) -> None:
        found = _fetched(world, self.before)
        _write(world, self.shelf, replace(self.before, catalogue=found, taken_s=self.asked_s))


class _Answer(msgspec.Struct, frozen=True):
    catalogue: str
    signature: str


def _fetched(world: World, shelf: Shelf) -> Catalogue:
    """What the shelf offers now. Raises StepError `refused` when it must not be believed."""
    login = Login(shelf.source, shelf.user, shelf.password)
    told = ask(world, SELF, "catalogue", login, {"most_bytes": MOST_BYTES}, _Answer, CATALOGUE_S)
    try:
        text, signature = (base64.b64decode(each, validate=True) for each in (told.catalogue, told.signature))
    except binascii.Error as error:
        raise StepError(Category.UNAVAILABLE, "what was fetched is not understood", "Try again.") from error
    if not shelf.key:
        return parse_catalogue(text)
    demand_signature(shelf.key, text, signature)
    found = parse_catalogue(text)
    demand_newer(shelf.catalogue, found)
    return found


def find_shelf(world: World, name: str) -> Shelf | None:
    """As the settings have it now."""
    raw = _settings(world).get("shelves", {}).get(name)
    return None if raw is None else msgspec.convert(raw, Shelf)


def _identity(shelf: Shelf | None) -> Shelf | None:
    return replace(shelf, catalogue=Catalogue(), taken_s=0.0) if shelf else None


def _settings(world: World) -> dict[str, Any]:
    found = world.records.find(PluginState, PLUGIN)
    return msgspec.json.decode(found.settings, type=dict[str, Any]) if found else {}


def _write(world: World, name: str, shelf: Shelf | None) -> None:
    """Of all settings only this shelf changes."""
    state = world.records.find(PluginState, PLUGIN)
    if state is None:
        raise StepError(Category.CONFLICT, f"plugin {PLUGIN} is not enabled", "Enable it again.")
    settings = _settings(world)
    shelves = {key: value for key, value in settings.get("shelves", {}).items() if key != name}
    if shelf:
        shelves[name] = msgspec.to_builtins(shelf)
    text = msgspec.json.encode(settings | {"shelves": shelves}, order="sorted").decode()
    world.records.change(state, {"settings": text})


ACTIONS = (KeepShelf, TakeCatalogue, FetchArchive, DropArchive)

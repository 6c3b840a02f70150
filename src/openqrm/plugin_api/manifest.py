"""plugin.toml: what a plugin is, read and checked before any of its code is."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import NAME_PATTERN
from openqrm.plugin_api.drivers import KINDS, Capability

API_VERSION = 1  # grows when what plugins may import changes its shape
MAX_BYTES = 64 * 1024

Name = Annotated[str, Meta(pattern=NAME_PATTERN)]
ClassPath = Annotated[str, Meta(pattern=r"^[a-z_][a-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*$(?!\n)")]
Topic = Annotated[str, Meta(pattern=r"^[a-z*][a-z_-]*(\.[a-z*][a-z_-]*)*$(?!\n)")]


class PluginCategory(StrEnum):
    """The groups of the list of plugins."""

    CLOUD = "cloud"
    DEPLOYMENT = "deployment"
    HA = "ha"
    MANAGEMENT = "management"
    MISC = "misc"
    MONITORING = "monitoring"
    NETWORK = "network"
    STORAGE = "storage"
    VIRTUALIZATION = "virtualization"


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The content of plugin.toml."""

    id: Name
    name: Annotated[str, Meta(min_length=1, max_length=60)]
    summary: Annotated[str, Meta(min_length=1, max_length=200)]
    category: PluginCategory
    api: tuple[int, int]  # first and last version of the plugin API it works with
    drivers: dict[str, ClassPath] = {}  # kind → module:Class within the plugin
    capabilities: frozenset[Capability] = frozenset()
    provides: tuple[Name, ...] = ()  # services, beside the one of its own id
    requires: tuple[Name, ...] = ()  # services that another enabled plugin has to provide
    host_commands: tuple[str, ...] = ()  # programs that have to be on the hosts it works on
    subscriptions: tuple[Topic, ...] = ()  # topics of events that subscriber.py receives; `*` for any word
    storage_types: tuple[Name, ...] = ()  # what storages of it can be of; empty: of its own id
    begins: bool = False  # a first set-up proposes it before the others of its category
    initrd: tuple[Name, ...] = ()  # root types of its folder initrd/

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.drivers) - set(KINDS)):
            raise ValueError(f"there is no driver kind {', '.join(unknown)}; the kinds are {', '.join(KINDS)}")
        if self.api[0] > self.api[1]:
            raise ValueError(f"api begins with {self.api[0]} and ends with {self.api[1]}")
        if self.storage_types and "storage" not in self.drivers:
            raise ValueError("storage_types without a storage driver")

    @property
    def services(self) -> frozenset[str]:
        """All services it provides."""
        return frozenset({self.id, *self.provides})

    @property
    def types_of_storage(self) -> tuple[str, ...]:
        """What `Storage.type` says of storages that its driver is for."""
        return (self.storage_types or (self.id,)) if "storage" in self.drivers else ()

    @property
    def is_compatible(self) -> bool:
        """Whether it works with this plugin API."""
        return self.api[0] <= API_VERSION <= self.api[1]


def folder_of(plugin: str) -> str:
    """The name of a plugin's folder: its id, dashes as underscores."""
    return plugin.replace("-", "_")


def parse_manifest(text: str) -> Manifest:
    """Raises PlanningError `bad_input` that names the field."""
    try:
        return msgspec.convert(tomllib.loads(text), Manifest)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise PlanningError(
            Category.BAD_INPUT, f"plugin.toml: {error}", "The fields are in docs/developer/write-a-plugin.md."
        ) from None


def load_manifest(folder: Path) -> Manifest:
    """The manifest of the plugin in this folder; its id has to be the folder's name."""
    with (folder / "plugin.toml").open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES:
        raise PlanningError(Category.BAD_INPUT, f"plugin.toml is longer than {MAX_BYTES} bytes", "Shorten it.")
    manifest = parse_manifest(raw.decode(errors="replace"))
    if folder.name.lstrip("_") != folder_of(manifest.id):
        message = f"plugin.toml has id {manifest.id}, and its folder is called {folder.name}"
        raise PlanningError(Category.BAD_INPUT, message, f"Call the folder {folder_of(manifest.id)}.")
    return manifest


def is_subscribed(topics: tuple[str, ...], topic: str) -> bool:
    """Whether one of `topics` covers this topic: `appliance.*` covers `appliance.started`."""
    return any(re.fullmatch(re.escape(t).replace(r"\*", "[^.]+"), topic) for t in topics)

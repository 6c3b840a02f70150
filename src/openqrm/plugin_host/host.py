"""All plugins that are here, and what the enabled ones bring."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog

from openqrm.domain.errors import Category, OpenqrmError, PlanningError
from openqrm.domain.plan import Action
from openqrm.domain.user import PluginState
from openqrm.plugin_api.actions import CORE_ACTIONS
from openqrm.plugin_api.intents import Intent, Query
from openqrm.plugin_api.manifest import Manifest, is_subscribed
from openqrm.plugin_api.planning import Answer, Planner
from openqrm.plugin_api.service import Child, Site
from openqrm.plugin_api.storage import STORAGE_ACTIONS
from openqrm.plugin_host.dependencies import enable_order, started_order, still_needed_by
from openqrm.plugin_host.drivers import EnabledDrivers
from openqrm.plugin_host.find import Found, find_plugins
from openqrm.plugin_host.hooks import Hooks, OnFailure
from openqrm.plugin_host.load import Defect, Loaded, load
from openqrm.ports.records import Facts

log = structlog.get_logger()


class Standing(StrEnum):
    """How a plugin stands."""

    ABSENT = "absent"
    BROKEN = "broken"
    INCOMPATIBLE = "incompatible"
    DISABLED = "disabled"
    ENABLED = "enabled"  # and stopped
    STARTED = "started"


@dataclass(frozen=True)
class Told:
    """How a plugin stands, why in a sentence, and what to do about it."""

    standing: Standing
    because: str
    hint: str

    @property
    def is_enabled(self) -> bool:
        """Whether its drivers and hooks count."""
        return self.standing in (Standing.ENABLED, Standing.STARTED)


class PluginHost:
    """Plugins are loaded once; which are enabled is read from the records at each question."""

    def __init__(self, found: Iterable[Found] | None = None) -> None:
        self.plugins: dict[str, Loaded] = {}
        self.refused: dict[str, Found] = {}
        self._hooks = Hooks()
        for finding in find_plugins() if found is None else found:
            self._take(finding)

    def _take(self, finding: Found) -> None:
        loaded = load(finding)
        if isinstance(loaded, Loaded) and loaded.hooks is not None:
            try:
                self._hooks.add(finding.id, loaded.hooks)
            except Defect as defect:
                loaded = replace(finding, broken=f"{finding.id} is broken: {defect}")
        if isinstance(loaded, Loaded):
            self.plugins[finding.id] = loaded
        else:
            self.refused[finding.id] = loaded

    # What all plugins bring, enabled or not

    @property
    def manifests(self) -> dict[str, Manifest]:
        """Of all that can be used, by id."""
        return {id_: plugin.manifest for id_, plugin in self.plugins.items()}

    def actions(self) -> tuple[type[Action], ...]:
        """Also those of disabled plugins, so that old journals load."""
        of_plugins = (action for plugin in self.plugins.values() for action in plugin.actions)
        return (*CORE_ACTIONS, *STORAGE_ACTIONS, *of_plugins)

    def planners(self) -> dict[type[Intent], Planner]:
        """Intents of all plugins; `owner` tells whose one is, to refuse it while that one is disabled."""
        return {intent: planner for plugin in self.plugins.values() for intent, planner in plugin.planners.items()}

    def answers(self) -> dict[type[Query], Answer]:
        """Queries of all plugins."""
        return {query: answer for plugin in self.plugins.values() for query, answer in plugin.answers.items()}

    def owner(self, declared: type[Intent] | type[Query]) -> str:
        """The plugin that declares it; empty for the core's."""
        owners = (id_ for id_, p in self.plugins.items() if declared in p.planners or declared in p.answers)
        return next(owners, "")

    def owner_of_type(self, storage_type: str) -> str:
        """The plugin whose driver is for storages of this type; one that is not here is called like its type."""
        owners = (id_ for id_, manifest in self.manifests.items() if storage_type in manifest.types_of_storage)
        return next(owners, storage_type)

    def folders(self) -> tuple[Path, ...]:
        """Of all that are here, also of those that cannot be used."""
        usable = {id_: plugin.folder for id_, plugin in self.plugins.items()}
        here = usable | {id_: finding.folder for id_, finding in self.refused.items()}
        return tuple(here[id_] for id_ in sorted(here))

    def initrd_folders(self) -> dict[str, Path]:
        """Root type → the folder of its fragment."""
        return {
            root: plugin.initrd
            for plugin in self.plugins.values()
            if plugin.initrd
            for root in plugin.manifest.initrd
        }  # fmt: skip

    # How one stands

    def standing(self, plugin: str, facts: Facts) -> Told:
        """How a plugin stands by these records."""
        if refused := self.refused.get(plugin):
            if refused.broken:
                return Told(Standing.BROKEN, refused.broken, "Install a version of it that works, or remove it.")
            return Told(Standing.INCOMPATIBLE, refused.incompatible, "Install a version of it for this openQRM.")
        if plugin not in self.plugins:
            near = ", ".join(sorted(self.plugins)) or "none"
            return Told(Standing.ABSENT, f"there is no plugin {plugin}", f"Install it; the plugins here are {near}.")
        state = facts.find(PluginState, plugin)
        if state is None or not state.enabled:
            hint = f"Enable it: openqrm plugin enable {plugin}"
            return Told(Standing.DISABLED, f"plugin {plugin} is disabled", hint)
        if not state.started:
            hint = f"Start its services: openqrm plugin start {plugin}"
            return Told(Standing.ENABLED, f"plugin {plugin} is enabled and stopped", hint)
        return Told(Standing.STARTED, f"plugin {plugin} is enabled and started", "")

    def enabled(self, facts: Facts) -> tuple[str, ...]:
        """Those that others need first."""
        return started_order((s.name for s in facts.list(PluginState, enabled=True)), self.manifests)

    def started(self, facts: Facts) -> tuple[str, ...]:
        """Those that others need first."""
        return started_order((s.name for s in facts.list(PluginState, enabled=True, started=True)), self.manifests)

    def types_of_storage(self, plugin: str) -> tuple[str, ...]:
        """What storages of this plugin are of."""
        return self.manifests[plugin].types_of_storage if plugin in self.plugins else (plugin,)

    def enable_order(self, plugin: str, facts: Facts) -> tuple[str, ...]:
        """What to enable for it, itself last. Raises PlanningError when it cannot be."""
        told = self.standing(plugin, facts)
        if plugin not in self.plugins:
            category = Category.NOT_FOUND if told.standing is Standing.ABSENT else Category.UNSUPPORTED
            raise PlanningError(category, told.because, told.hint)
        return enable_order(plugin, self.manifests, frozenset(self.enabled(facts)))

    def still_needed_by(self, plugin: str, facts: Facts) -> tuple[str, ...]:
        """The enabled plugins that would miss it."""
        return still_needed_by(plugin, self.manifests, frozenset(self.enabled(facts)))

    # What the enabled ones bring

    def settings(self, plugin: str, facts: Facts) -> Any:
        """Typed, with defaults for what was not set. Raises PlanningError `bad_input`."""
        state = facts.find(PluginState, plugin)
        return self.parse_settings(plugin, state.settings if state else "{}")

    def parse_settings(self, plugin: str, text: str) -> Any:
        """Settings from JSON as its record keeps them."""
        try:
            return msgspec.json.decode(text, type=self.plugins[plugin].settings)
        except msgspec.DecodeError as error:
            hint = f"Set it again: openqrm plugin set {plugin}"
            raise PlanningError(Category.BAD_INPUT, f"settings of {plugin}: {error}", hint) from None

    def drivers(self, facts: Facts) -> EnabledDrivers:
        """The drivers as planning asks for them."""
        return EnabledDrivers(self, facts)

    def children(self, facts: Facts, site: Site) -> dict[str, tuple[Child, ...]]:
        """Of the started plugins, those that others need first; `site.directory` is where theirs are made.

        A plugin whose settings or networks do not allow its services is left out, and says why in the log.
        """
        children = {}
        for id_ in self.started(facts):
            if make := self.plugins[id_].children:
                own = replace(site, directory=site.directory / id_)
                try:
                    children[id_] = make(self.settings(id_, facts), own)
                except OpenqrmError as error:
                    log.error("a plugin's services cannot run", plugin=id_, reason=str(error), hint=error.hint)
        return children

    def ask(self, hook: str, facts: Facts, on_failure: OnFailure | None = None, /, **arguments: Any) -> list[Any]:
        """The answers of the enabled plugins to a hook, each with the plugin's id. A failing one does not count."""
        return self._hooks.ask(hook, self.enabled(facts), partial(self.settings, facts=facts), on_failure, **arguments)

    def subscribers(self, topic: str, facts: Facts) -> dict[str, Callable[..., None]]:
        """Who wants an event of this topic, by plugin."""
        return {
            id_: receive
            for id_ in self.enabled(facts)
            if (receive := self.plugins[id_].receive) and is_subscribed(self.plugins[id_].manifest.subscriptions, topic)
        }

"""Everything that can be asked for: the core's declarations and those of plugins, by noun and verb."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import GenericAlias
from typing import Any, get_type_hints

from openqrm.domain.errors import Category, PlanningError
from openqrm.planning import (
    appliance,
    appliance_start,
    appliance_stop,
    appliance_switch,
    event,
    host,
    image,
    kernel,
    list_view,
    network,
    resource,
    resource_power,
    storage,
    terminal,
    user,
    vm,
    vm_hardware,
    vm_isos,
    vm_migrate,
    vm_seed,
    vm_snapshots,
    volume,
    volume_adopt,
    volume_removed,
    volume_resize,
)
from openqrm.planning import plugin as plugin_planning
from openqrm.plugin_api.intents import Declared, Intent, Query
from openqrm.plugin_api.listing import Listing
from openqrm.plugin_api.planning import Answer, Planner
from openqrm.plugin_host.host import PluginHost
from openqrm.services import answers, decisions, plugin_answers, site_answers, site_checks
from openqrm.services.lists import answer_listing

MODULES = (
    resource, resource_power, kernel, image, storage, volume, volume_adopt, volume_removed, volume_resize, network,
    appliance, appliance_start, appliance_stop, appliance_switch, host, vm, vm_hardware, vm_isos, vm_migrate, vm_seed,
    vm_snapshots, terminal, plugin_planning, user, list_view, event, answers, site_answers, decisions,
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One declaration and what carries it out. `plugin` is empty for the core's."""

    declared: type[Declared]
    run: Callable[..., Any]
    plugin: str = ""
    listing: Listing | None = None

    @property
    def is_intent(self) -> bool:
        """It changes something."""
        return issubclass(self.declared, Intent)

    @property
    def answer_type(self) -> Any:
        """What a query answers with, from the annotation of its answer."""
        if self.listing:
            return GenericAlias(list, (self.listing.shown,))
        run = self.run.func if isinstance(self.run, partial) else self.run
        return get_type_hints(run).get("return", Any)


class Catalogue:
    """Made once at the start: plugins are loaded once."""

    def __init__(self, host: PluginHost) -> None:
        self._entries: dict[tuple[str, str], Entry] = {}
        self.decisions = decisions.DECISIONS
        planners: dict[type[Intent], Planner] = {}
        found: dict[type[Query], Answer] = {}
        for module in MODULES:
            planners |= getattr(module, "PLANNERS", {})
            found |= getattr(module, "ANSWERS", {})
        planners |= {intent: partial(run, plugins=host) for intent, run in plugin_planning.KNOWING.items()}
        found |= {query: partial(run, plugins=host) for query, run in plugin_answers.KNOWING.items()}
        found |= {query: partial(run, kept=site_answers.Kept()) for query, run in site_answers.KEEPING.items()}
        found |= {
            query: partial(run, plugins=host, find_intent=self._find_declared)
            for query, run in site_checks.FINDING.items()
        }
        for runs in (planners, found, self.decisions):
            self._add_all(runs, lambda _: "")
        for module in MODULES:
            for query, listing in getattr(module, "LISTS", {}).items():
                self._add(Entry(query, partial(answer_listing, listing=listing), listing=listing))
        for runs in (host.planners(), host.answers()):
            self._add_all(runs, host.owner)

    def _add_all(self, runs: Mapping[Any, Callable[..., Any]], owner: Callable[[Any], str]) -> None:
        for declared, run in runs.items():
            self._add(Entry(declared, run, owner(declared)))

    def _add(self, entry: Entry) -> None:
        key = (entry.declared.noun, entry.declared.verb)
        if key in self._entries:
            message = f"{entry.plugin or 'openqrm'} declares {' '.join(key)} a second time"
            raise PlanningError(Category.CONFLICT, message, "Remove one of the two plugins.")
        self._entries[key] = entry

    def __iter__(self) -> Iterator[Entry]:
        return iter(sorted(self._entries.values(), key=lambda each: (each.declared.noun, each.declared.verb)))

    def get(self, declared: type[Declared]) -> Entry:
        """The entry of this declaration."""
        return self._entries[declared.noun, declared.verb]

    def _find_declared(self, intent: str) -> type[Declared] | None:
        entry = self.find(intent)
        return entry.declared if entry else None

    def find(self, intent: str) -> Entry | None:
        """The entry of what a plan calls its intent: `noun.verb`."""
        noun, _, verb = intent.partition(".")
        return self._entries.get((noun, verb))

"""How the plugins stand, and what they add to pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kinds import KINDS
from openqrm.planning.plugin import ListPlugins, PluginDetails, PluginForm, PluginRow, ShowPlugin, ShowPluginForm
from openqrm.planning.site import MenuRow, PanelView, ShowMenu, ShowPanels
from openqrm.planning.storage import ListStorageTypes, StorageTypeRow
from openqrm.plugin_api.intents import Query
from openqrm.plugin_api.planning import Reading
from openqrm.plugin_host.host import PluginHost, Standing
from openqrm.services.schemas import render_schema
from openqrm.services.sealing import sealed_fields

PERSONAL = frozenset({"user", "token", "factor", "view"})  # nobody's pages


def answer_list_plugins(_query: ListPlugins, reading: Reading, plugins: PluginHost) -> list[PluginRow]:
    return [plugin_row(name, reading, plugins) for name in sorted({*plugins.plugins, *plugins.refused})]


def plugin_row(name: str, reading: Reading, plugins: PluginHost) -> PluginRow:
    """As a list has it."""
    told = plugins.standing(name, reading.facts)
    manifest = plugins.manifests.get(name)
    category, summary = (manifest.category.value, manifest.summary) if manifest else ("", "")
    return PluginRow(name, category, told.standing, summary, told.because)


def answer_list_storage_types(_query: ListStorageTypes, reading: Reading, plugins: PluginHost) -> list[StorageTypeRow]:
    return [
        StorageTypeRow(type_, id_, plugins.standing(id_, reading.facts).standing, manifest.summary)
        for id_, manifest in plugins.manifests.items()
        for type_ in manifest.types_of_storage
    ]


def answer_show_plugin(query: ShowPlugin, reading: Reading, plugins: PluginHost) -> PluginDetails:
    told = plugins.standing(query.name, reading.facts)
    if told.standing is Standing.ABSENT:
        raise PlanningError(Category.NOT_FOUND, told.because, told.hint)
    row = plugin_row(query.name, reading, plugins)
    manifest = plugins.manifests.get(query.name)
    settings = msgspec.to_builtins(plugins.settings(query.name, reading.facts)) if manifest else {}
    return PluginDetails(
        name=row.name, category=row.category, standing=row.standing, summary=row.summary, because=row.because,
        hint=told.hint, requires=list(manifest.requires) if manifest else [],
        drivers=sorted(manifest.drivers) if manifest else [], settings=settings,
    )  # fmt: skip


def answer_plugin_form(query: ShowPluginForm, reading: Reading, plugins: PluginHost) -> PluginForm:
    loaded = plugins.plugins.get(query.name)
    if loaded is None:
        told = plugins.standing(query.name, reading.facts)
        raise PlanningError(Category.NOT_FOUND, told.because, told.hint)
    values = msgspec.to_builtins(plugins.settings(query.name, reading.facts))
    return PluginForm(render_schema(loaded.settings), values | dict.fromkeys(sealed_fields(loaded.settings), ""))


def answer_panels(query: ShowPanels, reading: Reading, plugins: PluginHost) -> list[PanelView]:
    kind, _, name = query.about.partition("/")
    if kind not in KINDS or kind in PERSONAL:
        raise PlanningError(Category.NOT_FOUND, f"there is no page of {query.about[:80]!r}", "Write appliance/web.")
    record = reading.facts.get(KINDS[kind], name)
    told = plugins.ask("panels", reading.facts, record=record, facts=reading.facts)
    return [PanelView(plugin, panel.title, list(panel.rows)) for plugin, panels in told for panel in panels]


def answer_menu(_query: ShowMenu, reading: Reading, plugins: PluginHost) -> list[MenuRow]:
    told = plugins.ask("menu_items", reading.facts)
    return [MenuRow(plugin, item.title, item.noun, item.below) for plugin, items in told for item in items]


# These are also given the plugins that are here.
KNOWING: dict[type[Query], Callable[..., Any]] = {
    ListPlugins: answer_list_plugins,
    ListStorageTypes: answer_list_storage_types,
    ShowPlugin: answer_show_plugin,
    ShowPluginForm: answer_plugin_form,
    ShowPanels: answer_panels,
    ShowMenu: answer_menu,
}

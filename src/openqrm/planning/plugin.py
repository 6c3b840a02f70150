"""Plugins: enable with all they need, start, stop, disable, and their settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Plan, Reversal, Step
from openqrm.domain.record import Record
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Storage
from openqrm.domain.user import PluginState, Role
from openqrm.planning.fields import Line, Name
from openqrm.planning.record_plans import ASKED, plan_of, refuse_in_use
from openqrm.plugin_api.actions import put
from openqrm.plugin_api.intents import Intent, Query, refers_to
from openqrm.plugin_api.listing import ListQuery
from openqrm.plugin_api.planning import Planning
from openqrm.ports.records import Facts


class Plugins(Protocol):
    """What planning asks about the plugins that are here."""

    def enable_order(self, plugin: str, facts: Facts) -> tuple[str, ...]: ...

    def still_needed_by(self, plugin: str, facts: Facts) -> tuple[str, ...]: ...

    def parse_settings(self, plugin: str, text: str) -> Any: ...

    def types_of_storage(self, plugin: str) -> tuple[str, ...]: ...


class PluginRow(msgspec.Struct):
    """A plugin in a list: how it stands and why."""

    name: str
    category: str
    standing: str
    summary: str
    because: str


class PluginDetails(msgspec.Struct):
    """A plugin with its settings."""

    name: str
    category: str
    standing: str
    summary: str
    because: str
    hint: str
    requires: list[str]
    drivers: list[str]
    settings: dict[str, Any]


class PluginForm(msgspec.Struct):
    """What may be set, and what is set; secrets are empty."""

    schema: dict[str, Any]
    values: dict[str, Any]


class ListPlugins(ListQuery, noun="plugin", verb="list", role=Role.READ_ONLY):
    """List the plugins that are here, and how each stands."""


class ShowPlugin(Query, noun="plugin", verb="show", role=Role.READ_ONLY):
    """Show one plugin with its settings."""

    name: Annotated[Name, refers_to("plugin"), Meta(description="the plugin")]


class ShowPluginForm(Query, noun="plugin", verb="form", role=Role.READ_ONLY):
    """Show the form of a plugin's settings, as JSON schema, and what they are now."""

    name: Annotated[Name, refers_to("plugin"), Meta(description="the plugin")]


class EnablePlugin(Intent, noun="plugin", verb="enable", role=Role.ADMINISTRATOR):
    """Enable a plugin and what it needs, and start their services unless told otherwise."""

    name: Annotated[Name, refers_to("plugin"), Meta(description="the plugin")]
    start: Annotated[bool, Meta(description="start its services too")] = True


class StartPlugin(Intent, noun="plugin", verb="start", role=Role.ADMINISTRATOR):
    """Start the services of an enabled plugin."""

    name: Annotated[Name, refers_to("plugin"), Meta(description="the plugin")]


class StopPlugin(Intent, noun="plugin", verb="stop", role=Role.ADMINISTRATOR):
    """Stop the services of a plugin; it stays enabled."""

    name: Annotated[Name, refers_to("plugin"), Meta(description="the plugin")]


class DisablePlugin(Intent, noun="plugin", verb="disable", role=Role.ADMINISTRATOR):
    """Disable a plugin that nothing needs. Its settings are kept."""

    name: Annotated[Name, refers_to("plugin"), Meta(description="the plugin")]


class SetPlugin(Intent, noun="plugin", verb="set", role=Role.ADMINISTRATOR):
    """Set settings of a plugin; those not given stay. Its services take them up at once."""

    name: Annotated[Name, refers_to("plugin"), Meta(description="the plugin")]
    settings: Annotated[dict[Line, Line], Meta(description="KEY=VALUE; numbers and true or false are understood")]


def plan_enable_plugin(intent: EnablePlugin, planning: Planning, plugins: Plugins) -> Plan:
    steps: list[Step] = []
    for name in plugins.enable_order(intent.name, planning.facts) or (intent.name,):
        before = _state(name, planning)
        wish = replace(before, enabled=True, started=intent.start or before.started)
        why = ASKED if name == intent.name else f"{intent.name} needs it"
        needs = (steps[-1].id,) if steps else ()
        steps += [replace(step, needs=needs) for step in _change(before, wish, f"Enable plugin {name}", why, planning)]
    if not steps:
        raise PlanningError(Category.CONFLICT, f"plugin {intent.name} is enabled already", "Nothing is to be done.")
    plan = _plan(intent, f"Enable plugin {intent.name}", steps, "enabled")
    alone = len(steps) == 1 and not before.enabled and not before.started
    return replace(plan, reversal=Reversal("plugin.disable", {"name": intent.name})) if alone else plan


def plan_start_plugin(intent: StartPlugin, planning: Planning) -> Plan:
    before = _enabled(intent.name, planning)
    steps = _change(before, replace(before, started=True), f"Start plugin {before.name}", ASKED, planning)
    if not steps:
        raise PlanningError(Category.CONFLICT, f"plugin {before.name} is started already", "Nothing is to be done.")
    return _plan(intent, f"Start plugin {before.name}", steps, "started")


def plan_stop_plugin(intent: StopPlugin, planning: Planning) -> Plan:
    before = _enabled(intent.name, planning)
    steps = _change(before, replace(before, started=False), f"Stop plugin {before.name}", ASKED, planning)
    if not steps:
        raise PlanningError(Category.CONFLICT, f"plugin {before.name} is stopped already", "Nothing is to be done.")
    return _plan(intent, f"Stop plugin {before.name}", steps, "stopped")


def plan_disable_plugin(intent: DisablePlugin, planning: Planning, plugins: Plugins) -> Plan:
    facts, before = planning.facts, _enabled(intent.name, planning)
    if needing := plugins.still_needed_by(before.name, facts):
        message = f"plugin {before.name} is needed by {', '.join(needing)}"
        raise PlanningError(Category.CONFLICT, message, "Disable these first.")
    types = plugins.types_of_storage(before.name)
    users: list[Record] = [each for each in facts.list(Storage) if each.type in types]
    users += [each for each in facts.list(Resource) if before.name in (each.bmc.driver, each.type)]
    refuse_in_use(before, users, "Remove these storages and virtual machines, or give the machines another BMC driver.")
    wish = replace(before, enabled=False, started=False)
    say = f"Disable plugin {before.name}"
    plan = _plan(intent, say, _change(before, wish, say, ASKED, planning), "disabled")
    return replace(plan, reversal=Reversal("plugin.enable", {"name": before.name, "start": before.started}))


def plan_set_plugin(intent: SetPlugin, planning: Planning, plugins: Plugins) -> Plan:
    plugins.enable_order(intent.name, planning.facts)  # refuses one that is not here
    before = _state(intent.name, planning)
    settings = msgspec.json.decode(before.settings, type=dict[str, Any])
    settings |= {key: parse_setting(text) for key, text in intent.settings.items()}
    text = msgspec.json.encode(settings, order="sorted").decode()
    plugins.parse_settings(before.name, text)
    steps = _change(before, replace(before, settings=text), f"Set settings of plugin {before.name}", ASKED, planning)
    if not steps:
        raise PlanningError(Category.CONFLICT, f"plugin {before.name} has these settings", "Nothing is to be done.")
    return _plan(intent, f"Set settings of plugin {before.name}", steps, "changed")


def parse_setting(text: str) -> Any:
    """A number, true, false, or a list or object in JSON; anything else is the text itself."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text


def _state(name: str, planning: Planning) -> PluginState:
    return planning.facts.find(PluginState, name) or PluginState(name=name)


def _enabled(name: str, planning: Planning) -> PluginState:
    state = _state(name, planning)
    if not state.enabled:
        raise PlanningError(Category.CONFLICT, f"plugin {name} is not enabled", "Enable it first (plugin enable).")
    return state


def _change(before: PluginState, wish: PluginState, say: str, why: str, planning: Planning) -> list[Step]:
    if wish == before:
        return []
    known = planning.facts.find(PluginState, before.name)
    return [Step(id=f"plugin-{before.name}", action=put(wish, known, say), why=why)]


def _plan(intent: Intent, title: str, steps: list[Step], past: str) -> Plan:
    about = PluginState(name=steps[-1].action.touches()[0].partition("/")[2])
    return plan_of(intent, title, steps, about=about, past=past)


PLANNERS = {StartPlugin: plan_start_plugin, StopPlugin: plan_stop_plugin}
# These are also given the plugins that are here.
KNOWING: dict[type[Intent], Callable[..., Plan]] = {
    EnablePlugin: plan_enable_plugin,
    DisablePlugin: plan_disable_plugin,
    SetPlugin: plan_set_plugin,
}

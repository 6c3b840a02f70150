"""Which plugin needs which: the order to enable them in, and what still needs one. Pure, over manifests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from openqrm.domain.errors import Category, PlanningError
from openqrm.plugin_api.manifest import Manifest

Manifests = Mapping[str, Manifest]


def provider_of(service: str, plugins: Manifests, enabled: frozenset[str], asked_by: str) -> str:
    """The plugin to take for a service: an enabled one, else the only one. Raises PlanningError when it is unclear."""
    offers = sorted(id_ for id_, manifest in plugins.items() if service in manifest.services)
    usable = [id_ for id_ in offers if id_ in enabled] or offers
    if not usable:
        raise PlanningError(
            Category.NOT_FOUND,
            f"{asked_by} requires the service {service}, which no plugin here provides",
            f"Install a plugin that provides {service}.",
        )
    if len(usable) > 1 and usable[0] not in enabled:
        raise PlanningError(
            Category.CONFLICT,
            f"{asked_by} requires the service {service}, which {' and '.join(usable)} provide",
            "Enable the one you want first.",
        )
    return usable[0]


def enable_order(plugin: str, plugins: Manifests, enabled: frozenset[str]) -> tuple[str, ...]:
    """What has to be enabled so that `plugin` can be: what it needs first, itself last."""
    order: list[str] = []
    _visit(plugin, plugins, enabled, order, ())
    return tuple(order)


def _visit(plugin: str, plugins: Manifests, enabled: frozenset[str], order: list[str], path: tuple[str, ...]) -> None:
    if plugin in path:
        message = f"plugins require each other: {' → '.join((*path, plugin))}"
        raise PlanningError(Category.CONFLICT, message, "This is a defect of these plugins: report it.")
    if plugin in order or plugin in enabled:
        return
    for service in plugins[plugin].requires:
        provider = provider_of(service, plugins, enabled, plugin)
        _visit(provider, plugins, enabled, order, (*path, plugin))
    order.append(plugin)


def started_order(ids: Iterable[str], plugins: Manifests) -> tuple[str, ...]:
    """These plugins, the ones that others of them need first, else by id; a missing need is no hindrance here."""
    among = {id_: plugins[id_] for id_ in sorted(ids) if id_ in plugins}
    order: list[str] = []

    def visit(plugin: str, path: frozenset[str]) -> None:
        for service in among[plugin].requires:
            for provider in [id_ for id_, m in among.items() if service in m.services]:
                if provider not in path and provider not in order:
                    visit(provider, path | {plugin})
        if plugin not in order:
            order.append(plugin)

    for plugin in among:
        visit(plugin, frozenset())
    return tuple(order)


def still_needed_by(plugin: str, plugins: Manifests, enabled: frozenset[str]) -> tuple[str, ...]:
    """The enabled plugins that require a service which, without this one, no enabled plugin would provide."""
    left = enabled - {plugin}
    kept = {service for id_ in left if id_ in plugins for service in plugins[id_].services}
    return tuple(sorted(id_ for id_ in left if id_ in plugins and set(plugins[id_].requires) - kept))

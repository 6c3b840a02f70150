"""The declarations by noun: the core's, and those of plugins when the core has no such noun."""

from __future__ import annotations

from importlib import import_module

from openqrm.plugin_api.intents import Declared

MODULES = {
    "appliance": ("appliance", "appliance_start", "appliance_stop", "appliance_switch"),
    "event": ("plan",),
    "host": ("host", "vm_isos"),
    "image": ("image", "image_capture", "image_fill"),
    "kernel": ("kernel",),
    "network": ("network",),
    "plan": ("plan",),
    "plugin": ("plugin",),
    "resource": ("resource", "resource_power"),
    "role": ("user",),
    "site": ("site",),
    "storage": ("storage",),
    "storage-type": ("storage",),
    "terminal": ("terminal",),
    "token": ("user",),
    "user": ("user",),
    "view": ("list_view",),
    "vm": ("vm", "vm_hardware", "vm_isos", "vm_migrate", "vm_seed", "vm_snapshots"),
    "volume": ("volume", "volume_adopt", "volume_removed", "volume_resize"),
}


def verbs_of(noun: str) -> dict[str, type[Declared]]:
    """Verb → declaration."""
    if noun in MODULES:
        found = [each for name in MODULES[noun] for each in _in_module(f"openqrm.planning.{name}")]
    else:
        found = _of_plugins()
    return {each.verb: each for each in found if each.noun == noun}


def _in_module(name: str) -> list[type[Declared]]:
    module = import_module(name)
    return [each for each in vars(module).values() if is_declaration(each) and each.__module__ == name]


def is_declaration(value: object) -> bool:
    """A class that names its noun."""
    return isinstance(value, type) and issubclass(value, Declared) and hasattr(value, "noun")


def _of_plugins() -> list[type[Declared]]:
    from openqrm.plugin_host.host import PluginHost

    host = PluginHost()
    return [*host.planners(), *host.answers()]

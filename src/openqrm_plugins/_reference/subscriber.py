"""News for the book: events of the topics that plugin.toml subscribes to."""

from __future__ import annotations

from openqrm.plugin_api import SELF, Event, World
from openqrm_plugins._reference.settings import Settings


def receive(event: Event, settings: Settings, world: World) -> None:
    """Keep the last event. It comes at least once: the same one twice must not matter."""
    world.host(SELF).write_file(f"{settings.directory}/.last", f"{event.topic} {event.about}\n".encode())

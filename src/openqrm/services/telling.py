"""Plugins as subscribers of events: each is told by the outbox in its own time, and only while it is enabled."""

from __future__ import annotations

from dataclasses import dataclass

from openqrm.adapters.database import Database
from openqrm.domain.event import Event
from openqrm.plugin_host.host import PluginHost
from openqrm.ports.world import World


@dataclass(frozen=True)
class PluginSubscriber:
    """ports.events.Subscriber for one plugin."""

    plugin: str
    host: PluginHost
    database: Database
    world: World

    @property
    def name(self) -> str:
        """Its place in the row of events is kept under this name."""
        return f"plugin-{self.plugin}"

    def deliver(self, event: Event) -> None:
        """Tell it, if it is enabled and has subscribed to the topic."""
        with self.database.reading() as tx:
            receive = self.host.subscribers(event.topic, tx.facts).get(self.plugin)
            settings = self.host.settings(self.plugin, tx.facts)
        if receive:
            receive(event, settings, self.world)


def subscribers(host: PluginHost, database: Database, world: World) -> list[PluginSubscriber]:
    """One for each plugin that has subscriptions."""
    telling = (id_ for id_, plugin in host.plugins.items() if plugin.receive)
    return [PluginSubscriber(id_, host, database, world) for id_ in telling]

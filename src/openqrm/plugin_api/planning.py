"""What planners and answers are given: facts, drivers, and for answers the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from openqrm.domain.plan import Plan
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Storage
from openqrm.domain.user import Role
from openqrm.plugin_api.drivers import NetworkService, Power, StorageDriver, TerminalDriver, Virtualization, Waker
from openqrm.ports.records import Facts
from openqrm.ports.world import World

Ask = Callable[..., list[tuple[str, Any]]]


class Drivers(Protocol):
    """The drivers of all enabled plugins. A missing one is PlanningError `unsupported`, naming the plugin to enable."""

    def storage(self, storage: Storage) -> StorageDriver: ...

    def power(self, resource: Resource) -> Power | None:
        """Of a VM its host's virtualization driver. None when nothing but its agent can reach the resource's power."""
        ...

    def waker(self, resource: Resource) -> Waker | None:
        """What can switch the resource on and no more; None when that is nothing, or all of its power is reached."""
        ...

    def virtualization(self, type_: str) -> Virtualization:
        """Of VMs of this type."""
        ...

    def terminals(self) -> list[TerminalDriver]:
        """Of all started plugins."""
        ...

    def network_services(self) -> list[NetworkService]:
        """Of all started plugins, dependencies first."""
        ...


def nobody(_hook: str, **_arguments: object) -> list[tuple[str, Any]]:
    """Where no plugin is enabled."""
    return []


@dataclass(frozen=True)
class Planning:
    """What a planner may use. It has no way to the world: planning is pure."""

    facts: Facts
    drivers: Drivers
    user: str
    now_s: float
    base_directory: str = "/var/lib/openqrm"  # of this installation, on the machine it runs on
    settings: Any = None  # of the plugin whose intent this is
    ask: Ask = nobody  # what the enabled plugins answer to a hook, each with its id
    role: Role = Role.ADMINISTRATOR  # of the user, where an intent's own role does not say it all

    @property
    def stamp(self) -> int:
        """Milliseconds since the epoch, for names that are new each time; to a preview all stamps are the same."""
        return int(self.now_s * 1000)


@dataclass(frozen=True)
class Reading:
    """What an answer may use."""

    facts: Facts
    drivers: Drivers
    world: World
    user: str
    settings: Any = field(default=None, kw_only=True)  # of the plugin whose query this is
    role: Role = field(default=Role.ADMINISTRATOR, kw_only=True)  # of the user, as in Planning


Planner = Callable[[Any, Planning], Plan]
Answer = Callable[[Any, Reading], Any]

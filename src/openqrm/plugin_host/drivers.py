"""The drivers of the enabled plugins, as planning asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Storage
from openqrm.plugin_api.drivers import NetworkService, Power, StorageDriver, TerminalDriver, Virtualization, Waker
from openqrm.ports.records import Facts

if TYPE_CHECKING:
    from openqrm.plugin_host.host import PluginHost


class EnabledDrivers:
    """Implements `openqrm.plugin_api.planning.Drivers` over one reading of the records."""

    def __init__(self, host: PluginHost, facts: Facts) -> None:
        self._host, self._facts = host, facts

    def storage(self, storage: Storage) -> StorageDriver:
        plugin = self._host.owner_of_type(storage.type)
        driver: StorageDriver = self._get("storage", plugin, f"storage {storage.name} is of type {storage.type}")
        return driver

    def power(self, resource: Resource) -> Power | None:
        if resource.host:
            return self.virtualization(resource.type)
        driver = self._controller(resource)
        return driver if isinstance(driver, Power) else None

    def waker(self, resource: Resource) -> Waker | None:
        driver = None if resource.host else self._controller(resource)
        return driver if isinstance(driver, Waker) else None

    def _controller(self, resource: Resource) -> Any:
        """The driver that `bmc.driver` names, of either kind."""
        plugin = resource.bmc.driver
        if not plugin:
            return None
        kind = "waker" if plugin in self._host.plugins and self._has(plugin, "waker") else "power"
        return self._get(kind, plugin, f"the BMC of {resource.name} is {plugin}")

    def virtualization(self, type_: str) -> Virtualization:
        driver: Virtualization = self._get("virtualization", type_, f"VMs of type {type_} are asked for")
        return driver

    def network_services(self) -> list[NetworkService]:
        started = self._host.started(self._facts)
        return [self._made(id_, "network-service") for id_ in started if self._has(id_, "network-service")]

    def terminals(self) -> list[TerminalDriver]:
        started = self._host.started(self._facts)
        return [self._made(id_, "terminal") for id_ in started if self._has(id_, "terminal")]

    def get(self, kind: str, plugin: str) -> Any:
        """The driver of this kind. Raises PlanningError `unsupported`."""
        return self._get(kind, plugin, f"a {kind} driver of plugin {plugin} is asked for")

    def _get(self, kind: str, plugin: str, because: str) -> Any:
        standing = self._host.standing(plugin, self._facts)
        if not standing.is_enabled:
            raise PlanningError(Category.UNSUPPORTED, f"{because}: {standing.because}", standing.hint)
        if not self._has(plugin, kind):
            message = f"{because}, and plugin {plugin} has no {kind} driver"
            raise PlanningError(Category.UNSUPPORTED, message, "Name another plugin there.")
        return self._made(plugin, kind)

    def _has(self, plugin: str, kind: str) -> bool:
        return kind in self._host.plugins[plugin].drivers

    def _made(self, plugin: str, kind: str) -> Any:
        return self._host.plugins[plugin].drivers[kind](self._host.settings(plugin, self._facts))

"""The services of started plugins, such as dnsmasq: they run as they should, and in one of several processes only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from openqrm.adapters.database import Database
from openqrm.adapters.database.leading import Leading
from openqrm.domain.network import Network
from openqrm.plugin_api.service import Child, Site
from openqrm.plugin_host.host import PluginHost
from openqrm.plugin_host.supervisor import Supervisor

LOOK_S = 2.0  # others must begin what a process that died has left, and soon


class Children:
    """What should run is looked up at the start, after changes, and where others may have changed it all the time."""

    def __init__(
        self, database: Database, host: PluginHost, directory: Path, site: Callable[[tuple[Network, ...]], Site]
    ) -> None:
        self._database, self._host, self._site = database, host, site
        self._supervisor = Supervisor(directory)
        self._leading = Leading(database.connections.engine)
        self._led = not self._leading.is_shared
        self._lock, self._has_ended = threading.Lock(), False

    @property
    def may_move(self) -> bool:
        """Another process may have changed what should run, or have to run it."""
        return self._leading.is_shared

    def apply(self) -> None:
        """Make it so that what should run runs, and nothing else; nothing where another process leads.

        What runs is left alone where the database does not answer.
        """
        with self._lock:
            if self._has_ended:
                return
            self._led = False  # unless the database says so
            self._led = self._leading.leads()
            self._supervisor.apply(self._wanted() if self._led else {})

    def is_leading(self) -> bool:
        """Whether this process was the one when it last looked: for what is better done once, and may be done twice."""
        return self._led

    def close(self) -> None:
        """End all of it, and then let another process begin it."""
        with self._lock:
            self._has_ended = True
            self._supervisor.close()
            self._leading.close()

    def _wanted(self) -> dict[str, tuple[Child, ...]]:
        with self._database.reading() as tx:
            return self._host.children(tx.facts, self._site(tuple(tx.facts.list(Network))))

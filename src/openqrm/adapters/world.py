"""The real world, put together from its doors."""

from __future__ import annotations

import time
from dataclasses import dataclass

from openqrm.adapters.hosts.choice import Hosts
from openqrm.adapters.http import HttpCaller
from openqrm.ports.records import Records
from openqrm.ports.world import Host, HttpAnswer, HttpRequest, Vault


@dataclass(frozen=True, kw_only=True)
class RealWorld:
    """ports.world.World."""

    records: Records
    hosts: Hosts
    caller: HttpCaller
    vault: Vault

    def host(self, resource: str) -> Host:
        """See ports.world.World."""
        return self.hosts.host(resource)

    def http(self, request: HttpRequest) -> HttpAnswer:
        """See ports.world.World."""
        return self.caller(request)

    def now_s(self) -> float:
        """See ports.world.World."""
        return time.time()

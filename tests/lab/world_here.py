"""A world of this computer alone, for actions that need no records: the real adapters, and secrets in a dictionary."""

from collections.abc import Mapping

from openqrm.adapters.hosts.local import LocalHost
from openqrm.adapters.http import HttpCaller
from openqrm.plugin_api import SELF, HttpAnswer, HttpRequest
from openqrm.plugin_api.testing.gate import Gate
from openqrm.plugin_api.testing.records import MemoryRecords, MemoryVault


class WorldHere:
    """Implements the port World but for other hosts."""

    def __init__(self, secrets: Mapping[str, str] | None = None) -> None:
        gate = Gate()
        self.records, self.vault = MemoryRecords(gate), MemoryVault(gate)
        self.vault.secrets = dict(secrets or {})
        self._caller = HttpCaller(self.vault)

    def host(self, resource: str) -> LocalHost:
        assert resource == SELF, f"there is no {resource} here"
        return LocalHost()

    def http(self, request: HttpRequest) -> HttpAnswer:
        return self._caller(request)

    def now_s(self) -> float:
        return 0.0

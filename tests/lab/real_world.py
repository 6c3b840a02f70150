"""The contract's world over real hosts: the same laws and rules, the same gate for crashes, and no simulator."""

import time
from collections.abc import Callable, Mapping

import pytest

from openqrm.plugin_api import Completed, Host, LineTool, Record, talk
from openqrm.plugin_api.testing import STORAGE_RULES, SimulatedWorld, Simulator
from openqrm.plugin_api.testing.state import State
from openqrm.plugin_api.testing.storage import other_volumes_are_left_alone, there_is_one_writer

# each command takes a tenth of a second, and some rules need hundreds: they are for `make lab`
_LONG = (other_volumes_are_left_alone, there_is_one_writer)
REAL_RULES = [
    pytest.param(rule, id=rule.__name__, marks=[pytest.mark.lab] if rule in _LONG else []) for rule in STORAGE_RULES
]


class _RealHost(Simulator):
    """Simulates nothing."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        return self._host.run(argv, stdin=stdin, environment=environment)

    def talk(self, tool: LineTool, line: str) -> Completed:
        return talk(self._host, tool, line)

    def read(self, path: str) -> bytes | None:
        return self._host.read_file(path)

    def write(self, path: str, content: bytes, mode: int) -> None:
        self._host.write_file(path, content, mode=mode)

    def unlink(self, path: str) -> None:
        self._host.remove_file(path)


class RealWorld(SimulatedWorld):
    """`look` tells what is on the host, as text; two worlds are the same when it is. `beside` are further hosts."""

    def __init__(
        self,
        resource: str,
        host: Host,
        look: Callable[[], str],
        secrets: Mapping[str, str],
        beside: Mapping[str, Host] | None = None,
        given: tuple[Record, ...] = (),
    ) -> None:
        hosts = {resource: host, **(beside or {})}
        super().__init__(hosts={name: _RealHost(each) for name, each in hosts.items()}, given=given, secrets=secrets)
        self._look = look

    def advance(self, seconds: float) -> None:
        """Real work takes its time, whatever is said; a hundred looks are enough for any."""
        time.sleep(0.2)
        super().advance(seconds)

    def state(self) -> State:
        return super().state() | {"looked at": self._look()}

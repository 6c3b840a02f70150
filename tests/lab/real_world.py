"""The contract's world over real hosts: the same laws and rules, the same gate for crashes, and no simulator."""

from collections.abc import Callable, Mapping

from openqrm.plugin_api import Completed, Host
from openqrm.plugin_api.testing import SimulatedWorld, Simulator
from openqrm.plugin_api.testing.state import State


class _RealHost(Simulator):
    """Simulates nothing."""

    def __init__(self, host: Host) -> None:
        super().__init__()
        self._host = host

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        return self._host.run(argv, stdin=stdin, environment=environment)

    def read(self, path: str) -> bytes | None:
        return self._host.read_file(path)

    def write(self, path: str, content: bytes, mode: int) -> None:
        self._host.write_file(path, content, mode=mode)

    def unlink(self, path: str) -> None:
        self._host.remove_file(path)


class RealWorld(SimulatedWorld):
    """`look` tells what is on the host, as text; two worlds are the same when it is."""

    def __init__(self, resource: str, host: Host, look: Callable[[], str], secrets: Mapping[str, str]) -> None:
        super().__init__(hosts={resource: _RealHost(host)}, secrets=secrets)
        self._look = look

    def state(self) -> State:
        return super().state() | {"looked at": self._look()}

"""A storage among the fleet's machines: what its agent is told to run changes a model of an NFS service."""

import secrets
from collections.abc import Mapping, Sequence

from lab.simulated_agent import Ended
from lab.simulated_hardware import SimulatedHardware
from openqrm.adapters.hosts.remote import WITH_ENVIRONMENT
from openqrm.plugin_api.testing.nfs_tools import SimulatedNfs
from openqrm.plugin_api.testing.simulator import UnknownCommand
from openqrm.ports.world import Completed

_PART_BYTES = 1024 * 1024


class SimulatedShelf:
    """lab.simulated_site.Run for one machine; the others succeed and say nothing."""

    def __init__(self, number: int) -> None:
        self.nfs = SimulatedNfs()
        self.unreachable = False  # its disk and services are gone, its agent is not
        self._number = number

    def __call__(self, hardware: SimulatedHardware, argv: Sequence[str], stdin: bytes) -> Ended:
        """What the machine's agent would have seen."""
        if hardware.number != self._number:
            return 0, b"", b""
        if self.unreachable:
            return 1, b"", b"Input/output error\n"
        words, given, environment = unpacked(tuple(argv), stdin)
        try:
            done = self._file(words, given) or self.nfs.run(words, given, environment)
        except UnknownCommand as error:
            return 127, b"", f"not simulated: {error}\n".encode()
        return done.status, done.out.encode(), done.err.encode()

    def exports(self) -> dict[str, frozenset[str]]:
        """Who may write what at this moment; nothing where nobody may."""
        writers = {path: self.nfs.writers(path) for path in self.nfs.live}
        return {path: who for path, who in writers.items() if who}

    def _file(self, argv: tuple[str, ...], stdin: bytes) -> Completed | None:
        """The commands that files are read and written with over an uplink."""
        files = self.nfs.files
        match argv:
            case ("test", "-e", path):
                return Completed(0 if path in files else 1)
            case ("dd", source, _, skip, _) if source.startswith("if="):
                return self._read(source.removeprefix("if="), int(skip.removeprefix("skip=")) * _PART_BYTES)
            case ("dd", target, _, seek, _) if target.startswith("of="):
                path, at = target.removeprefix("of="), int(seek.removeprefix("seek=")) * _PART_BYTES
                files[path] = files[path][:at] + stdin
            case ("mktemp", pattern):
                scratch = pattern.replace("XXXXXX", secrets.token_hex(3))
                self.nfs.write(scratch, b"", 0o600)
                return Completed(0, f"{scratch}\n")
            case ("chmod", mode, path):
                self.nfs.modes[path] = int(mode, 8)
            case ("mv", "-f", source, path):
                self.nfs.write(path, files[source], self.nfs.modes[source])
                self.nfs.unlink(source)
            case ("rm", "-f", path):
                self.nfs.unlink(path)
            case ("sync", _) | ("mkdir", "-p", _):
                pass
            case _:
                return None
        return Completed(0)

    def _read(self, path: str, at: int) -> Completed:
        if path not in self.nfs.files:
            return Completed(1, "", f"dd: failed to open '{path}': No such file or directory\n")
        return Completed(0, self.nfs.files[path][at : at + _PART_BYTES].decode())


def unpacked(argv: tuple[str, ...], stdin: bytes) -> tuple[tuple[str, ...], bytes, Mapping[str, str]]:
    """The command itself, when variables came along on its standard input, and they."""
    if argv[:4] != WITH_ENVIRONMENT:
        return argv, stdin, {}
    variables, _, rest = stdin.partition(b"\n\n")
    return argv[4:], rest, dict(line.split("=", 1) for line in variables.decode().splitlines())

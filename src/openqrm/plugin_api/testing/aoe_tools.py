"""vblade on one host, kept by systemd or bare, as the recorded transcripts show it."""

from __future__ import annotations

from collections.abc import Mapping

from openqrm.plugin_api.testing.file_tools import SimulatedFiles
from openqrm.ports.world import Completed

DONE = Completed(0)


class SimulatedBlades(SimulatedFiles):
    """`blades` are the processes: their arguments, by unit or pid file."""

    def __init__(self) -> None:
        super().__init__()
        self.blades: dict[str, tuple[str, ...]] = {}
        self.enabled: set[str] = set()

    def writers(self, path: str) -> frozenset[str]:
        """Who may write what is at this path, by MAC."""
        return frozenset(words[1] for words in self.blades.values() if words[-1] == path)

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("pgrep", "-a", "-x", "vblade"):
                lines = (f"{300 + n} /usr/sbin/vblade {' '.join(w)}\n" for n, w in enumerate(self.blades.values()))
                return Completed(0, "".join(lines)) if self.blades else Completed(1)
            case ("systemctl", "daemon-reload"):
                return DONE
            case ("systemctl", verb, *_, unit):
                return self._unit(verb, unit)
            case ("start-stop-daemon", "--start", *options):
                return self._start(options)
            case ("start-stop-daemon", "--stop", *options):
                self.blades.pop(options[options.index("--pidfile") + 1], None)
                return DONE
            case _:
                return super().run(argv, stdin, environment)

    def _start(self, options: list[str]) -> Completed:
        key = options[options.index("--pidfile") + 1]
        if key in self.blades:
            return Completed(1, "/usr/sbin/vblade already running.\n")
        self.blades[key] = tuple(options[options.index("--") + 1 :])
        return DONE

    def _unit(self, verb: str, unit: str) -> Completed:
        if verb == "enable":
            self.enabled.add(unit)
            return DONE
        if verb in ("disable", "stop"):
            self.enabled -= {unit} if verb == "disable" else set()
            self.blades.pop(unit, None)
            return DONE
        file = self.files.get(f"/etc/systemd/system/{unit}")
        if file is None:
            return Completed(1, "", f"Failed to restart {unit}: Unit {unit} not found.\n")
        started = next(line for line in file.decode().splitlines() if line.startswith("ExecStart="))
        self.blades[unit] = tuple(started.split()[1:])
        return DONE

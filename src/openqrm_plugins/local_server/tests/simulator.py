"""An installed Debian that says what the transcripts hold, and lets in whom its authorized_keys names."""

from collections.abc import Mapping
from pathlib import Path

from openqrm.plugin_api import Completed
from openqrm.plugin_api.testing import Simulator, UnknownCommand
from openqrm_plugins.local_server.leave import PROGRAM

TRANSCRIPTS = Path(__file__).parent / "transcripts"
FILES = {"/proc/cpuinfo": "cpuinfo.txt", "/proc/meminfo": "meminfo.txt", "/etc/os-release": "os-release.txt"}
TOOLS = {"ip": "ip-address.json", "lsblk": "lsblk.json", "findmnt": "findmnt.json"}
DMI = {"sys_vendor": "QEMU\n", "product_name": "Standard PC\n", "product_serial": "STORAGE\n"}


class SimulatedMachine(Simulator):
    """`keys` are the lines of authorized_keys."""

    def __init__(self, *keys: str) -> None:
        super().__init__()
        self.keys = [*keys]

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("cat", path) if path in FILES:
                return Completed(0, (TRANSCRIPTS / FILES[path]).read_text())
            case ("cat", "/proc/sys/kernel/hostname"):
                return Completed(0, "web1\n")
            case ("cat", path) if path.startswith("/sys/class/dmi/id/"):
                said = DMI.get(path.rpartition("/")[2])
                return Completed(0, said) if said else Completed(1, "", f"cat: {path}: No such file or directory")
            case (("ip" | "lsblk" | "findmnt") as tool, *_):
                return Completed(0, (TRANSCRIPTS / TOOLS[tool]).read_text())
            case ("sh", "-s", "--", verb, key) if stdin == PROGRAM.read_bytes():
                return Completed(0, self._keys(verb, key))
        raise UnknownCommand(argv)

    def _keys(self, verb: str, key: str) -> str:
        ours = f"{key} openqrm-local-server"
        match verb:
            case "look":
                return (
                    "ours" if ours in self.keys else "theirs" if any(k.startswith(key) for k in self.keys) else "none"
                )
            case "add" if ours not in self.keys:
                self.keys.append(ours)
            case "drop" if ours in self.keys:
                self.keys.remove(ours)
        return ""

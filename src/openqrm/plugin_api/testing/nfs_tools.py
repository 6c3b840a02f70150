"""A storage with an NFS service: exportfs, or ganesha behind dbus-send, as the transcripts show them."""

import re
from collections.abc import Mapping

from openqrm.plugin_api.storage.exporting.nfs.exports import Client
from openqrm.plugin_api.testing.file_tools import SimulatedFiles
from openqrm.ports.world import Completed

_LINE = re.compile(r"^(\S+) ([^\s(]+)\((rw|ro),")
_NOT_FOUND = "Error org.freedesktop.DBus.Error.InvalidArgs: lookup_export failed with Export id not found\n"


class SimulatedNfs(SimulatedFiles):
    """`live` is what may be mounted by whom at this moment: path → clients."""

    def __init__(self) -> None:
        super().__init__()
        self.live: dict[str, set[Client]] = {}
        self.numbers: dict[int, str] = {}
        self.known: dict[int, str] = {}  # the kernel's clients, which hold files open

    def writers(self, path: str) -> frozenset[str]:
        return frozenset(c.address for c in self.live.get(path, ()) if c.writes)

    def readers(self, path: str) -> frozenset[str]:
        return frozenset(c.address for c in self.live.get(path, ()))

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("exportfs", "-r"):
                return self._exportfs()
            case ("exportfs", "-s"):
                return Completed(0, "".join(self._line(path, c) for path in self.live for c in self.live[path]))
            case ("grep", "-r", "-l", "-F", "--include=info", "--", pattern, "/proc/fs/nfsd/clients"):
                known = sorted(number for number, address in self.known.items() if f'address: "{address}:' == pattern)
                return Completed(0 if known else 1, "".join(f"/proc/fs/nfsd/clients/{each}/info\n" for each in known))
            case ("tee", "--", path) if stdin == b"expire\n":
                self.known.pop(int(path.split("/")[-2]), None)
                return Completed(0, "expire\n")
            case ("dbus-send", *_, method, argument) if method.endswith(("DisplayExport", "RemoveExport")):
                return self._known(method.rpartition(".")[2], int(argument.removeprefix("uint16:")))
            case ("dbus-send", *_, method, file, _):
                return self._load(method.rpartition(".")[2], file.removeprefix("string:"))
        return super().run(argv, stdin, environment)

    def _exportfs(self) -> Completed:
        self.live.clear()
        for path, content in self.files.items():
            if path.startswith("/etc/exports.d/"):
                for found in filter(None, map(_LINE.match, content.decode().splitlines())):
                    self.live.setdefault(found[1], set()).add(Client(found[2], found[3] == "rw"))
        return Completed(0)

    def _line(self, path: str, client: Client) -> str:
        options = f"sync,wdelay,hide,no_subtree_check,sec=sys,{'rw' if client.writes else 'ro'},no_root_squash"
        return f"{path}  {client.address}({options},no_all_squash)\n"

    def _known(self, method: str, number: int) -> Completed:
        if number not in self.numbers:
            return Completed(1, "", _NOT_FOUND)
        if method == "RemoveExport":
            self.live.pop(self.numbers.pop(number))
            return Completed(0, "method return\n")
        path = self.numbers[number]
        structs = "".join(map(_struct, sorted(self.live[path])))
        return Completed(0, f'   uint16 {number}\n   string "{path}"\n   array [\n{structs}   ]\n')

    def _load(self, method: str, file: str) -> Completed:
        text = self.files[file].decode()
        number, path = int(re.findall(r"Export_Id = (\d+)", text)[0]), re.findall(r' Path = "(.*)"', text)[0]
        if (method == "AddExport") == (number in self.numbers):
            return Completed(1, "", "Error org.freedesktop.DBus.Error.InvalidArgs: Error finding exports\n")
        found = re.findall(r"Clients = (\S+); Access_Type = (RW|RO)", text)
        self.numbers[number] = path
        self.live[path] = {Client(address, mode == "RW") for address, mode in found}
        return Completed(0, '   string "1 exports added"\n')


def _struct(client: Client) -> str:
    numbers = (4294967294, 4294967294, 0, 53490144 if client.writes else 53489824, 487)
    words = "".join(f"         uint32 {number}\n" for number in numbers)
    head = f'         string "{client.address}/32"\n         int32 0\n         byte 0\n         byte 255\n'
    return f"      struct {{\n{head}         int32 1\n{words}      }}\n"

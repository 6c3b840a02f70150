"""GNU coreutils as far as storages use them, over a tree in memory: for plugins whose volumes are files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from openqrm.plugin_api.actions.fill import PROGRAM
from openqrm.plugin_api.storage.making.adopt import PROGRAM as ADOPT_PROGRAM
from openqrm.plugin_api.storage.making.fill_disk import PROGRAM as DISK_PROGRAM
from openqrm.plugin_api.testing.simulator import Simulator, UnknownCommand
from openqrm.ports.world import Completed

DONE = Completed(0)


class SimulatedFiles(Simulator):
    """`tree` is what has a path; what lies in a `.trash` is kept aside, for nobody counts on it."""

    def __init__(self) -> None:
        super().__init__()
        self.tree: dict[str, str] = {}
        self._trash: dict[str, str] = {}
        self.filled: dict[str, str] = {}  # note → source
        self.tabled: set[str] = set()  # what the host uses when it starts

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        if stdin == ADOPT_PROGRAM:
            return self._see(**json.loads(argv[-1]))
        if is_program(stdin):
            return self._fill(argv[-2], json.loads(argv[-1]))
        words = argv[argv.index("--") + 1 :] if "--" in argv else ()
        if stdin:
            raise UnknownCommand(argv)
        match argv[0], words:
            case "stat", (path,):
                return self._stat(argv, path, environment.get("LC_ALL"))
            case "mkdir", (path,):
                return DONE if "-p" in argv else self._make(path, "directory")
            case "truncate", (path,):
                return self._resize(argv[argv.index("-s") + 1], path)
            case "rm", paths:
                for path in paths:
                    (self._trash if "/.trash/" in path else self.tree).pop(path, None)
                return DONE
            case "cp", (source, path):
                return self._make(path, self.tree[source]) if source in self.tree else missing(argv[0], source)
            case "mv", (source, path):
                return self._move(source, path)
            case "find", _:
                return Completed(0, "".join(f"{line}\0" for line in self.listed(argv)))
        raise UnknownCommand(argv)

    def writers(self, _path: str) -> frozenset[str]:
        """Who may write what is at this path; nobody where nothing is exported."""
        return frozenset()

    def _see(self, path: str, form: str) -> Completed:
        """The program that tells what can become a volume."""
        if path in self.tabled:
            return Completed(1, "", f"{path} is in /etc/fstab, as {path}: take it out first\n")
        if form == "device":
            return Completed(0, json.dumps({"size_bytes": 0}))
        if path not in self.tree:
            return Completed(1, "", f"there is no {path}\n")
        if (self.tree[path] == "directory") != (form == "folder") or self.writers(path):
            return Completed(1, "", f"{path} is no {form}, or somebody uses it\n")
        return Completed(0, json.dumps({"size_bytes": 0 if form == "folder" else _size_bytes(self.tree[path])}))

    def _fill(self, verb: str, given: dict[str, Any]) -> Completed:
        """The programs that fill folders and disks; the real ones take their time."""
        note, source = given["note"], given["source"]
        match verb:
            case "start":
                self.filled[note] = source
            case "clear":
                self.filled.pop(note, None)
            case "look" if note in self.filled:
                return Completed(0, json.dumps({"state": "filled", "source": self.filled[note]}))
            case "look":
                return Completed(0, json.dumps({"state": "empty"}))
            case "fits" | "halt":
                return DONE
            case _:
                raise UnknownCommand((verb,))
        return DONE

    def listed(self, argv: tuple[str, ...]) -> list[str]:
        """What find prints of each."""
        folder = argv[2]
        inside = [path for path in self.tree if str(PurePosixPath(path).parent) == folder]
        shown = [f"{_letter(self.tree[path])} 1 {_size_bytes(self.tree[path])} 0 {_name(path)}" for path in inside]
        return [*shown, f"d 0 4096 8 {_name(folder)}"]

    def _stat(self, argv: tuple[str, ...], path: str, language: str | None) -> Completed:
        if "-f" in argv:
            return Completed(0, "ext2/ext3\n")
        if "/.trash/" in path and path in self._trash:
            return Completed(0, "regular file\n")
        if "%s" in argv and path in self.tree:
            return Completed(0, f"{_size_bytes(self.tree[path])}\n")
        if path not in self.tree:
            return missing("stat", path) if language == "C" else Completed(1, "", "stat: in the operator's language\n")
        return Completed(0, "directory\n" if self.tree[path] == "directory" else "regular file\n")

    def _make(self, path: str, what: str) -> Completed:
        if path in self.tree and what == "directory":
            return Completed(1, "", f"mkdir: cannot create directory ‘{path}’: File exists\n")
        self.tree[path] = what
        return DONE

    def _resize(self, size: str, path: str) -> Completed:
        size_mib = int(size.strip(">M"))
        known_mib = _size_bytes(self.tree.get(path, "0")) // 2**20 if size.startswith(">") else 0
        self.tree[path] = str(max(size_mib, known_mib))
        return DONE

    def _move(self, source: str, path: str) -> Completed:
        home, target = (self._trash if "/.trash/" in name else self.tree for name in (source, path))
        if source not in home:
            return missing("mv", source)
        if path not in target or target is self._trash:
            target[path] = home.pop(source)
        return DONE


def is_program(stdin: bytes) -> bool:
    """Whether this is one of the programs that are sent whole for volumes of any protocol."""
    return stdin in (PROGRAM, DISK_PROGRAM, ADOPT_PROGRAM)


def missing(tool: str, path: str) -> Completed:
    """What coreutils say of what is not there."""
    return Completed(1, "", f"{tool}: cannot stat '{path}': No such file or directory\n")


def _size_bytes(what: str) -> int:
    return int(what) * 2**20 if what.isdigit() else 4096


def _letter(what: str) -> str:
    return "d" if what == "directory" else "f"


def _name(path: str) -> str:
    return PurePosixPath(path).name

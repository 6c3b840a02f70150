"""What goes into an initrd: entries of the base, of kernel modules and of a volume fragment."""

import gzip
import lzma
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from pathlib import Path

from openqrm.boot.initrd.archive import Entry, character_device, file, folder, link, pipe
from openqrm.boot.initrd.fragments import Fragment
from openqrm.boot.initrd.kernel_tree import HINT, KernelTree
from openqrm.boot.initrd.modules import ModuleIndex
from openqrm.boot.initrd.programs import program_entries
from openqrm.domain.errors import Category, OpenqrmError

_PASSWD = b"root:x:0:0:root:/:/bin/sh\n"
_AGENT_PROGRAMS = ("busybox", "dbclient")
_FIRMWARE = re.compile(rb"\0firmware=([\x21-\x7e]+)")
_OPENED: dict[str, Callable[[Path], BufferedIOBase]] = {
    ".xz": lzma.LZMAFile,
    ".gz": gzip.GzipFile,
    ".ko": lambda path: path.open("rb"),
}
_MOST_BYTES = 128 << 20


@dataclass(frozen=True, slots=True)
class Sources:
    """The repository's folders of what runs on machines."""

    init: Path
    agent: Path


def base_entries(sources: Sources) -> list[Entry]:
    """What every machine needs, whatever its kernel and its hardware."""
    agent = [*_agent_entries(sources.agent)]
    names = " ".join(entry.name for entry in agent)
    return [
        *(folder(name) for name in ("dev", "newroot", "proc", "run", "sys", "tmp")),
        character_device("dev/console", 5, 1),
        link("bin/sh", "busybox"),
        link("bin/switch_root", "busybox"),  # called when /proc, through which busybox finds itself, has moved on
        link("sbin/modprobe", "../bin/busybox"),  # called by the kernel itself
        file("etc/passwd", _PASSWD),
        file("init", (sources.init / "init").read_bytes(), executable=True),
        *_scripts(sources.init, "openqrm"),
        *agent,
        file("openqrm/agent.list", f"{names}\n".encode()),  # these join it in the agent's own root
        *_agent_root("openqrm/agent-root"),
        *program_entries("dropbearkey"),
    ]


def fragment_entries(fragment: Fragment) -> list[Entry]:
    """The script of a type of volume and the programs it calls."""
    programs = (entry for name in fragment.needs.programs for entry in program_entries(name))
    return [file(f"volumes/{fragment.type}.sh", fragment.script.read_bytes()), *programs]


def module_entries(kernel: KernelTree, index: ModuleIndex, module: str) -> list[Entry]:
    """One module, its firmware as far as the kernel's folder has it, and its lines for modprobe.

    The lines lie apart, one file a module: the machine joins those that have arrived, so that modprobe reads few
    lines, and sees soft dependencies too, which busybox's would not.
    """
    place = f"lib/modules/{kernel.version}"
    data = _read_module(kernel.modules / index.paths[module])
    prerequisites = " ".join(_unpacked_path(index.paths[need]) for need in reversed(index.prerequisites(module)))
    path = _unpacked_path(index.paths[module])
    aliases = "".join(f"alias {pattern} {module}\n" for pattern in index.aliases_of(module))
    return [
        file(f"{place}/{path}", data),
        file(f"{place}/index/{module}.dep", f"{path}: {prerequisites}\n".encode()),
        file(f"{place}/index/{module}.alias", aliases.encode()),
        *_firmware_entries(kernel.folder / "lib/firmware", data),
    ]


def _agent_entries(agent: Path) -> Iterator[Entry]:
    yield from _scripts(agent, "agent")
    for name in _AGENT_PROGRAMS:
        yield from program_entries(name)


def _agent_root(place: str) -> Iterator[Entry]:
    """What the agent's own root begins with. Made here, it costs a machine one process."""
    yield from (folder(f"{place}/{name}") for name in (".ssh", "etc", "jobs", "proc", "spool"))
    yield folder(f"{place}/secret", 0o700)
    yield link(f"{place}/bin/sh", "busybox")
    yield file(f"{place}/etc/passwd", _PASSWD)
    yield character_device(f"{place}/dev/null", 1, 3, 0o666)
    yield character_device(f"{place}/dev/urandom", 1, 9, 0o666)
    yield character_device(f"{place}/dev/kmsg", 1, 11)
    yield from (pipe(f"{place}/{name}") for name in ("control", "pause", "profile.arrived"))


def _scripts(source: Path, target: str) -> Iterator[Entry]:
    for path in sorted(source.iterdir()):
        if path.suffix in {".sh", ".awk"} and not path.with_suffix(".toml").exists():  # else it is a fragment
            yield file(f"{target}/{path.name}", path.read_bytes(), executable=True)


def _firmware_entries(firmware: Path, module: bytes) -> Iterable[Entry]:
    names = sorted({name.decode() for name in _FIRMWARE.findall(module)})
    named = (name for name in names if not {"", ".."} & {*name.split("/")})  # else it would be another file of ours
    there = (name for name in named if (firmware / name).is_file())
    return (file(f"lib/firmware/{name}", (firmware / name).read_bytes()) for name in there)


def _read_module(path: Path) -> bytes:
    """The module unpacked: busybox loads no compressed ones, and the archive is compressed as a whole."""
    with _OPENED[path.suffix](path) as file:
        data = file.read(_MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        message = f"{path.name} has more than {_MOST_BYTES >> 20} MiB"
        raise OpenqrmError(Category.REFUSED, message, hint=HINT)
    return data


def _unpacked_path(path: str) -> str:
    head, _, _ = path.partition(".ko")
    return f"{head}.ko"

"""Programs of this host for an initrd: the file itself and every library it names, at the paths they have here."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

from openqrm.boot.initrd.archive import Entry, file
from openqrm.domain.errors import Category, OpenqrmError

_SEARCHED = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LIBRARY = re.compile(r"^\s+(?:\S+ => )?(/\S+) \(0x", re.MULTILINE)


@cache
def program_entries(name: str) -> tuple[Entry, ...]:
    """The program, as bin/NAME, with its libraries."""
    path = shutil.which(name, path=_SEARCHED)
    if path is None:
        raise OpenqrmError(
            Category.UNAVAILABLE,
            f"The initrd needs the program {name}, which this server does not have.",
            hint="tools/debian-packages.txt names the packages; on Debian `apt-file search` finds others.",
        )
    libraries = (file(each.lstrip("/"), Path(each).read_bytes(), executable=True) for each in _libraries(path))
    return file(f"bin/{name}", Path(path).read_bytes(), executable=True), *libraries


def parse_ldd(text: str) -> list[str]:
    """`ldd` → absolute paths of the libraries and of the loader; the kernel's own vdso has none."""
    return _LIBRARY.findall(text)


def _libraries(path: str) -> list[str]:
    done = subprocess.run(["ldd", path], capture_output=True, text=True, timeout=10, check=False)
    return parse_ldd(done.stdout) if done.returncode == 0 else []  # 1 means: statically linked

"""A root of one program: it counts in a file while its volume takes that, and tells its console when it changes."""

import io
import tarfile
from pathlib import Path

from openqrm.plugin_api import Root

UP, CUT_OFF = "the volume takes it", "the volume takes nothing any more"
COUNT = "count"
_INIT = """#!/bin/busybox sh
# What it runs lies in memory: it goes on when its root is gone.
/bin/busybox mount -t tmpfs tmp /tmp
/bin/busybox cp /bin/busybox /init.loop /tmp
exec /tmp/busybox sh /tmp/init.loop
"""
_LOOP = f"""
before=
count=0
while true; do
    count=$((count + 1))
    now='{CUT_OFF}'
    echo $count | /tmp/busybox dd of=/{COUNT} conv=fsync 2>/dev/null && now='{UP}'
    [ "$now" = "$before" ] || echo "$now" >/dev/console
    before=$now
    /tmp/busybox usleep 50000
done
"""


def tiny_root() -> bytes:
    """As a tar archive."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name in ("bin", "dev", "etc", "lib", "lib/modules", "proc", "run", "sbin", "sys", "tmp"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            archive.addfile(folder)
        _add(archive, "bin/busybox", Path("/bin/busybox").read_bytes())
        _add(archive, "bin/sh", b'#!/bin/busybox sh\nexec /bin/busybox sh "$@"\n')
        _add(archive, "sbin/init", _INIT.encode())
        _add(archive, "init.loop", _LOOP.encode())
        _add(archive, "etc/passwd", b"root:x:0:0:root:/:/bin/sh\n")
    return packed.getvalue()


def render_facts(root: Root) -> str:
    """The boot facts of an appliance with this root."""
    facts = (("type", root.type), *root.facts)
    lines = ("role=appliance", "resource=unit-1", "hostname=web-1", *(f"root_{key}={value}" for key, value in facts))
    return "".join(f"{line}\n" for line in lines)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.size = 0o755, len(content)
    archive.addfile(entry, io.BytesIO(content))

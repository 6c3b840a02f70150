"""The NFS and iSCSI services of a storage host, for a cell: ganesha with its D-Bus, and tgtd.

They stand for what runs on a storage; what they serve to whom, the product decides.
"""

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import cell

START_S = 90.0

# libnfs, a client of the tests, speaks 4.0
_GANESHA = """
NFS_CORE_PARAM {{ Protocols = 4; Bind_addr = {address}; NFS_Port = 2049; Enable_NLM = false; Enable_RQUOTA = false; }}
NFSv4 {{ RecoveryBackend = fs; Graceless = true; Minor_Versions = 0, 1, 2; Only_Numeric_Owners = true; }}
LOG {{ Default_Log_Level = EVENT; }}
%dir "{exports}"
"""


@contextmanager
def ganesha(folder: Path, address: str) -> Iterator[Path]:
    """ganesha at this address, exporting nothing yet; gives the folder for export files, which is in FOLDER."""
    cell.require("An NFS service")
    exports, configuration = folder / "exports.d", folder / "ganesha.conf"
    exports.mkdir(parents=True, exist_ok=True)
    configuration.write_text(_GANESHA.format(address=address, exports=exports))
    for place in ("/run/ganesha", "/run/dbus"):
        Path(place).mkdir(exist_ok=True)
    files = ("-f", str(configuration), "-L", str(folder / "ganesha.log"), "-p", str(folder / "ganesha.pid"))
    with (
        _running("dbus-daemon", "--system", "--nofork", "--nopidfile", "--nosyslog"),
        _wait_for_file(Path("/run/dbus/system_bus_socket")),
        _running("ganesha.nfsd", "-F", *files),
    ):
        _wait_for_port(address, 2049)
        yield exports
    Path("/run/dbus/system_bus_socket").unlink(missing_ok=True)


@contextmanager
def tgtd(address: str) -> Iterator[None]:
    """tgtd at this address, serving nothing yet."""
    cell.require("An iSCSI target")
    Path("/run/tgtd").mkdir(exist_ok=True)
    with _running("tgtd", "-f", "--iscsi", f"portal={address}:3260"):
        _wait_for_port(address, 3260)
        yield


@contextmanager
def _running(*argv: str) -> Iterator[None]:
    process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait()


@contextmanager
def _wait_for_file(path: Path) -> Iterator[None]:
    deadline = time.monotonic() + START_S
    while not path.exists():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no {path} after {START_S:.0f} s")
        time.sleep(0.02)
    yield


def _wait_for_port(address: str, port: int) -> None:
    deadline = time.monotonic() + START_S
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1" if address == "0.0.0.0" else address, port)) == 0:
                return
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing listens on {address}:{port} after {START_S:.0f} s")
        time.sleep(0.05)

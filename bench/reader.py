"""A machine that reads its volume without a pause: `python -m bench.reader nfs|iscsi|aoe WORD…`.

It says `reads` after the first answer. After the first refusal it goes on trying for two seconds, by what it has open
and anew; then it says when the last answer and the first refusal came, by the clock that all processes of this computer
share, and how many answers there were.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import socket
import struct
import sys
import time
from collections.abc import Callable

SIZE = 4096
PLACES = 256  # that are read in turn, so that no answer can be kept anywhere
GOES_ON_S = 2.0
AOE, ANSWER = 0x88A2, 0x08
_READ_EXT, _LBA48 = 0x24, 0x40

Read = Callable[[int], bool]  # of a place: whether it was answered with content
Open = Callable[[], Read | None]


def open_nfs(address: str, path: str, name: str) -> Read | None:
    """A file of a folder, mounted by NFS 4; kept open."""
    nfs = _library("nfs")
    nfs.nfs_init_context.restype = ctypes.c_void_p
    context, handle = ctypes.c_void_p(nfs.nfs_init_context()), ctypes.c_void_p()
    nfs.nfs_set_version(context, 4)
    if nfs.nfs_mount(context, address.encode(), path.encode()):
        return None
    if nfs.nfs_open(context, f"/{name}".encode(), 0, ctypes.byref(handle)):
        return None
    into = ctypes.create_string_buffer(SIZE)

    def read(place: int) -> bool:
        offset, size = ctypes.c_uint64(place * SIZE), ctypes.c_uint64(SIZE)
        return int(nfs.nfs_pread(context, handle, offset, size, into)) == SIZE

    return read


def open_iscsi(address: str, target: str, initiator: str, user: str, password: str) -> Read | None:
    """Disk 1 of a target, in one session."""
    iscsi = _library("iscsi")
    for name in ("iscsi_create_context", "iscsi_read10_sync"):
        getattr(iscsi, name).restype = ctypes.c_void_p
    context = ctypes.c_void_p(iscsi.iscsi_create_context(initiator.encode()))
    iscsi.iscsi_set_session_type(context, 2)  # of work, not of discovery
    iscsi.iscsi_set_targetname(context, target.encode())
    iscsi.iscsi_set_initiator_username_pwd(context, user.encode(), password.encode())
    iscsi.iscsi_set_noautoreconnect(context, 1)
    iscsi.iscsi_set_timeout(context, 1)
    if iscsi.iscsi_full_connect_sync(context, address.encode(), 1):
        return None

    def read(place: int) -> bool:
        block = ctypes.c_uint32(place * SIZE // 512)
        task = iscsi.iscsi_read10_sync(context, 1, block, ctypes.c_uint32(SIZE), 512, 0, 0, 0, 0, 0)
        return bool(task) and ctypes.cast(task, ctypes.POINTER(ctypes.c_int))[0] == 0

    return read


def open_aoe(device: str) -> Read | None:
    """A disk on the same Ethernet."""
    shelf, slot = map(int, device.removeprefix("e").split("."))
    door = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(AOE))
    door.bind(("eth0", AOE))
    door.settimeout(0.2)
    head = b"\xff" * 6 + door.getsockname()[4] + struct.pack("!HBBHBB", AOE, 0x10, 0, shelf, slot, 0)

    def read(place: int) -> bool:
        asked = struct.pack("!IBBBB", place, _LBA48, 0, 2, _READ_EXT) + struct.pack("<Q", place * 2)
        door.send(head + asked)
        try:
            while answer := door.recv(2048):
                if answer[14] & ANSWER and answer[20:24] == asked[:4]:
                    return not answer[14] & 0x04
        except TimeoutError:
            return False
        return False

    return read


OPEN: dict[str, Callable[..., Read | None]] = {"nfs": open_nfs, "iscsi": open_iscsi, "aoe": open_aoe}


def read_on(again: Open) -> tuple[float, float, int]:
    """When the last answer came and the first refusal, and how many answers there were."""
    kept, last, answers = again(), 0.0, 0
    while kept and kept(answers % PLACES):
        last, answers = time.monotonic(), answers + 1
        if answers == 1:
            _say("reads")
    refused = time.monotonic()
    while time.monotonic() < refused + GOES_ON_S:
        for read in (kept, again()):
            if read and read(answers % PLACES):
                last, answers = time.monotonic(), answers + 1
        time.sleep(0.01)
    return last, refused, answers


def _library(name: str) -> ctypes.CDLL:
    return ctypes.CDLL(ctypes.util.find_library(name))


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _say(" ".join(map(str, read_on(lambda: OPEN[sys.argv[1]](*sys.argv[2:])))))

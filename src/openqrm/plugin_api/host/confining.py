"""A process without rights and within bounds: what reads files that anybody may have made."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import signal
import struct
from collections.abc import Iterable
from dataclasses import dataclass

NOBODY = 65534
SET_DEATH_SIGNAL, SET_KEEP_CAPABILITIES, SET_NO_NEW_PRIVILEGES, AMBIENT, RAISE = 1, 8, 38, 47, 2  # of prctl
READ_ALL = 2  # the capability that opens any file for reading, and nothing else
CAPABILITIES_VERSION = 0x20080522
NEW_NETWORK, NEW_IPC = 0x40000000, 0x08000000  # of unshare
LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Bounds:
    """What a process may take. With none of `files` it opens nothing, a socket neither; what is open stays so."""

    cpu_s: int
    file_bytes: int = 0
    memory_bytes: int = 512 << 20
    files: int = 0
    processes: int = 0


def confine(bounds: Bounds, keep: Iterable[int] | None = None, *, reads_all: bool = False) -> None:
    """This process is nobody from now on and has these files open; it ends with its parent.

    `reads_all`: it may read what only root may, and change none of it.
    """
    if keep is not None:
        close_others(set(keep))
    if bounds.files:
        leave_networks()
    if os.geteuid() == 0:
        become_nobody(reads_all=reads_all)
    limit(bounds)
    prctl(SET_NO_NEW_PRIVILEGES, 1)
    prctl(SET_DEATH_SIGNAL, signal.SIGKILL)  # a change of user would take it back


def close_others(keep: set[int]) -> None:
    for file in [int(name) for name in os.listdir("/proc/self/fd")]:
        if file not in keep:
            with contextlib.suppress(OSError):  # what listed them is among them
                os.close(file)


def leave_networks() -> None:
    """Into a network of its own that has nothing; a host that is a container itself may not allow it."""
    LIBC.unshare(NEW_NETWORK | NEW_IPC)


def become_nobody(*, reads_all: bool) -> None:
    if reads_all:
        prctl(SET_KEEP_CAPABILITIES, 1)
    os.setgroups([])
    os.setresgid(NOBODY, NOBODY, NOBODY)
    os.setresuid(NOBODY, NOBODY, NOBODY)
    if reads_all:
        mask = 1 << READ_ALL
        head = struct.pack("=Ii", CAPABILITIES_VERSION, 0)
        check(LIBC.capset(head, struct.pack("=6I", mask, mask, mask, 0, 0, 0)))
        prctl(AMBIENT, RAISE, READ_ALL)  # it lasts through exec


def limit(bounds: Bounds) -> None:
    """After the change of user, which a bound of processes would fail."""
    limits = {
        resource.RLIMIT_CPU: bounds.cpu_s,
        resource.RLIMIT_AS: bounds.memory_bytes,
        resource.RLIMIT_FSIZE: bounds.file_bytes,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NPROC: bounds.processes,
        resource.RLIMIT_NOFILE: bounds.files,
    }
    for which, most in limits.items():
        resource.setrlimit(which, (most, most))


def prctl(*words: int) -> None:
    check(LIBC.prctl(*(ctypes.c_ulong(word) for word in (*words, 0, 0, 0, 0)[:5])))


def check(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

"""Become a program that finds listening sockets by the LISTEN_FDS convention: FD… -- COMMAND…

It ends when the process that started it ends, even when that one is killed.
"""

import ctypes
import fcntl
import os
import signal
import sys

FIRST = 3
_PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """Put the descriptors where the convention has them, and exec."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    at = argv.index("--")
    high = [fcntl.fcntl(int(fd), fcntl.F_DUPFD_CLOEXEC, FIRST + at) for fd in argv[:at]]
    for wanted, fd in enumerate(high, FIRST):
        os.dup2(fd, wanted)
    environment = os.environ | {"LISTEN_FDS": str(at), "LISTEN_PID": str(os.getpid())}
    os.execvpe(argv[at + 1], argv[at + 1 :], environment)


if __name__ == "__main__":
    main(sys.argv[1:])

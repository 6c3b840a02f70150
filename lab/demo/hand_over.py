"""Become a program that finds listening sockets by the LISTEN_FDS convention: FD… -- COMMAND…"""

import fcntl
import os
import sys

FIRST = 3


def main(argv: list[str]) -> None:
    """Put the descriptors where the convention has them, and exec."""
    at = argv.index("--")
    high = [fcntl.fcntl(int(fd), fcntl.F_DUPFD_CLOEXEC, FIRST + at) for fd in argv[:at]]
    for wanted, fd in enumerate(high, FIRST):
        os.dup2(fd, wanted)
    environment = os.environ | {"LISTEN_FDS": str(at), "LISTEN_PID": str(os.getpid())}
    os.execvpe(argv[at + 1], argv[at + 1 :], environment)


if __name__ == "__main__":
    main(sys.argv[1:])

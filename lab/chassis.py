"""The wire from a BMC to its machine: the program that `ipmi_sim` runs, and the call that the Redfish side makes.

    chassis.py SOCKET MACHINE get power|boot
    chassis.py SOCKET MACHINE set power 0|1 | reset 1 | shutdown 1 | boot DEVICE

Started for every request, by `python -I -S`: keep its imports few (12 ms as it is).
"""

import socket
import sys
from collections.abc import Sequence

_ANSWER_S = 30.0


class Refused(RuntimeError):
    """The chassis did not do it."""


def ask(path: str, machine: str, words: Sequence[str]) -> str:
    """Ask the rack about, or do something to, one machine: its answer, or Refused with its reason."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(_ANSWER_S)
        connection.connect(path)
        connection.sendall(" ".join((machine, *words)).encode() + b"\n")
        with connection.makefile("rb") as stream:
            verdict, _, answer = stream.read().decode().partition(" ")
    if verdict != "ok":
        raise Refused(answer)
    return answer


def main(argv: Sequence[str]) -> int:
    """The command line above."""
    path, machine, *words = argv
    try:
        print(ask(path, machine, words))
    except (Refused, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

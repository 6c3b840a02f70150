"""Fill what is empty, and make it empty again, whatever kind of place it is.

Started with VERB and SETTINGS, which are JSON:

    target  source  sha256  most_bytes    what is filled, from what, and how large it may become
    note  trash                           a file that says how far it is; a folder for what is taken out of the target
    version  used                         of the volume when this was planned; whether it was changed since, or granted
    in_place                              nothing can be beside the target: it is a file system or a device of its own

`fits` looks at the source, and refuses what would not be taken; `start` leaves a worker behind that writes how far it
is into the note and holds a lock on it; `look` tells, as JSON; `halt` ends the worker; `clear` ends it and makes the
target empty.

A note of another version of the volume never counts: whoever had the volume since may have written to it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Protocol

from openqrm.plugin_api.host.noting import Note, Refused, leave_worker


class Place(Protocol):
    """What is filled."""

    def check(self) -> None:
        """Raises Refused for what would not be filled; nothing has been changed yet."""
        ...

    def is_empty(self) -> bool: ...

    def empty(self) -> None:
        """It is empty. What a machine may have written goes to the trash, or else this is refused."""
        ...

    def fill(self, tell: Callable[[int, int], None]) -> dict[str, Any]:
        """It holds what the source holds, whole. What there is to say of that. Raises Refused."""
        ...


def look(place: Place, given: dict[str, Any]) -> dict[str, Any]:
    """What is so, and nothing is changed by it."""
    said = _note(given).seen() if os.path.exists(given["note"]) else {}
    return said or {"state": "empty" if place.is_empty() else "foreign"}


def start(place: Place, given: dict[str, Any]) -> None:
    place.check()
    note = _note(given)
    if not note.lock():
        if note.read():
            return  # it is at work
        note.end_worker()  # of a plan that was given up
    before = note.read()
    if before.get("state") == "filled":
        return
    if not before and not place.is_empty():
        if not os.path.getsize(given["note"]):
            os.unlink(given["note"])  # made a moment ago
        raise Refused(f"{given['target']} is not empty")
    place.empty()
    leave_worker(note, place.fill)


def clear(place: Place, given: dict[str, Any]) -> None:
    if not os.path.exists(given["note"]):
        return
    note = _note(given)
    if not note.read():
        return
    note.end_worker()
    place.empty()
    os.unlink(given["note"])


def halt(given: dict[str, Any]) -> None:
    """What is not whole is left as it is: then it is broken off."""
    if os.path.exists(given["note"]):
        _note(given).end_worker()


def put_away(path: str, trash: str) -> None:
    """What is there already is kept beside it."""
    os.makedirs(trash, mode=0o700, exist_ok=True)
    name, number = os.path.basename(path), len(os.listdir(trash))
    os.rename(path, os.path.join(trash, f"{name}.{number}" if number else name))


def demand_unused(given: dict[str, Any]) -> None:
    """Raises Refused where what a machine may have written has no way to the trash."""
    if given["used"]:
        raise Refused(f"{given['target']} was changed or granted since: remove the volume, and make another one")


def serve(place_of: Callable[[dict[str, Any]], Place]) -> None:
    """Do what the command line says."""
    verb, given = sys.argv[1], json.loads(sys.argv[2])
    place = place_of(given)
    verbs: dict[str, Callable[[], Any]] = {
        "fits": place.check, "start": lambda: start(place, given), "look": lambda: look(place, given),
        "halt": lambda: halt(given), "clear": lambda: clear(place, given),
    }  # fmt: skip
    try:
        said = verbs[verb]()
    except (Refused, OSError, subprocess.SubprocessError) as error:
        sys.exit(str(error))
    print(json.dumps(said))  # noqa: T201 # this is its answer


def _note(given: dict[str, Any]) -> Note:
    return Note(given["note"], given["version"])

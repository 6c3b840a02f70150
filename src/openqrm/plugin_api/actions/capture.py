"""Copying the root of a machine that runs its own system into a volume that is granted to it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Irreversible, NotYet, Satisfied, Seen
from openqrm.plugin_api.actions.progress import render_progress, render_size
from openqrm.plugin_api.run import run
from openqrm.ports.world import World

PROGRAM = Path(__file__).parents[1] / "host/capture.sh"
# the worker goes on by itself, so it needs a file of its own; what is refused takes that away again
START = (
    'umask 077 && mkdir -p "$0" && IFS= read -r secret && export secret && cat >"$0/program" && '
    'exec sh "$0/program" "$@"'
)
PLACE = "/var/lib/openqrm-capture"
LOOK_S = 2.0
START_S = 120.0
CLEAR_S = 1800.0
_HINT = "Log in to the machine: has it rsync, and what the volume's protocol needs? Does it reach the storage?"
_STATES = re.compile(r"(?P<state>working|broken-off|copied) (?P<bytes>\d{1,18}) (?P<total>\d{1,18})(?P<rest>.*)")


@dataclass(frozen=True)
class Copying:
    """What tells one copy from another, and where it goes to, named as the program does. `secret` is in the vault."""

    id: str
    address: str
    path: str  # folder, iSCSI target, or shelf and slot
    version: str
    options: str
    kind: str = "nfs"
    filesystem: str = ""
    port: str = ""
    unit: str = ""
    initiator: str = ""
    user: str = ""
    secret: str = ""

    @property
    def loses(self) -> str:
        """What the copy has not of the root."""
        return ", without ACLs and file capabilities, which NFS does not carry" if self.kind == "nfs" else ""


@dataclass(frozen=True)
class CopyRoot:
    """The volume holds the root of this running machine, and boots elsewhere; it was empty before."""

    name: ClassVar[str] = "openqrm.copy-root"
    hint: ClassVar[str] = _HINT
    host: str
    volume: str
    to: Copying

    def describe(self) -> str:
        return f"Copy the root of {self.host}, which goes on running, into volume {self.volume}{self.to.loses}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> ClearCopy:
        return ClearCopy(self.host, self.volume, self.to)

    def observe(self, world: World) -> Seen:
        said = _ask(world, self.host, "look", self.to, START_S).strip()
        if said == "none":
            return Differs(f"nothing of {self.host} is copied yet")
        if said.startswith("failed "):
            message = f"copying the root of {self.host} failed: {said[7:300]}"
            raise StepError(Category.REFUSED, message, "Mend that, and ask again; what was copied is taken away.")
        found = _STATES.fullmatch(said)
        if found is None:
            raise StepError(Category.UNAVAILABLE, f"{self.host} answers {said[:80]!r}", _HINT)
        done, total = int(found["bytes"]), int(found["total"])
        progress = render_progress(done, total)
        match found["state"]:
            case "working":
                return NotYet(f"{progress} of {self.host} are copied", LOOK_S)
            case "broken-off":
                return Differs(f"the copy was broken off at {progress} and goes on from there")
        left_out = f", without what is on other disks: {found['rest'].strip()[:200]}" if found["rest"].strip() else ""
        return Satisfied(f"{render_size(total)} of {self.host} are copied{left_out}")

    def ensure(self, world: World) -> None:
        _ask(world, self.host, "start", self.to, START_S)

    def halt(self, world: World) -> None:
        _ask(world, self.host, "halt", self.to, START_S)


@dataclass(frozen=True)
class ClearCopy:
    """The volume is empty of this copy, and the machine copies no more."""

    name: ClassVar[str] = "openqrm.clear-copy"
    host: str
    volume: str
    to: Copying

    def describe(self) -> str:
        return f"Empty volume {self.volume} of what was copied from {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> CopyRoot:
        return CopyRoot(self.host, self.volume, self.to)

    def observe(self, world: World) -> Seen:
        said = _ask(world, self.host, "look", self.to, START_S).strip()
        if said == "none":
            return Satisfied(f"nothing of {self.host} is being copied")
        return Differs(f"there is a copy of {self.host}: {said[:80]}")

    def ensure(self, world: World) -> None:
        _ask(world, self.host, "clear", self.to, CLEAR_S)


@dataclass(frozen=True)
class TidyCopy:
    """The machine shows no trace of a copy that is whole."""

    name: ClassVar[str] = "openqrm.tidy-copy"
    host: str
    volume: str
    to: Copying

    def describe(self) -> str:
        return f"Take the notes of the copy away from {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> Irreversible:
        return Irreversible("the copy is whole, and its notes are of no more use")

    def observe(self, world: World) -> Seen:
        if _ask(world, self.host, "look", self.to, START_S).strip() == "none":
            return Satisfied(f"{self.host} shows no trace of the copy")
        return Differs(f"notes of the copy are on {self.host}")

    def ensure(self, world: World) -> None:
        _ask(world, self.host, "tidy", self.to, START_S)


def _ask(world: World, host: str, verb: str, to: Copying, timeout_s: float) -> str:
    """Who may have to log in to the storage is given the password, ahead of the program; it is no argument."""
    words = tuple(f"{name}={value}" for name, value in asdict(to).items() if name != "secret")
    if verb not in ("start", "clear"):
        argv, given = ("sh", "-s", "--", verb, *words), b""
    else:
        argv, given = ("sh", "-c", START, PLACE, verb, *words), f"{_revealed(world, to.secret)}\n".encode()
    return run(world.host(host), argv, stdin=given + PROGRAM.read_bytes(), timeout_s=timeout_s, hint=_HINT)


def _revealed(world: World, secret: str) -> str:
    return world.vault.reveal(secret) if secret else ""

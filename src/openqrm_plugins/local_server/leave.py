"""Leave to come in: one line in a machine's authorized_keys, and its end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Host, Satisfied, Seen, StepError, World, run

PROGRAM = Path(__file__).with_name("host") / "let_in.sh"
_HINT = "Log in to the machine and look at ~/.ssh/authorized_keys: is there room, may it be written?"


@dataclass(frozen=True)
class LetIn:
    """The machine lets openQRM in by its key. Where somebody has seen to that already, nothing is changed."""

    name: ClassVar[str] = "local-server.let-in"
    host: str
    key: str

    def describe(self) -> str:
        return f"Add openQRM's key to authorized_keys on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> TakeLeave:
        return TakeLeave(self.host, self.key)

    def observe(self, world: World) -> Seen:
        match _look(world.host(self.host), self.key):
            case "ours":
                return Satisfied(f"{self.host} lets openQRM in")
            case "theirs":
                return Satisfied(f"somebody has let openQRM in at {self.host} already")
        return Differs(f"{self.host} does not know openQRM's key")

    def ensure(self, world: World) -> None:
        _do(world.host(self.host), "add", self.key)


@dataclass(frozen=True)
class TakeLeave:
    """The line that openQRM wrote is gone, and what it made for it. A line that somebody else wrote stays."""

    name: ClassVar[str] = "local-server.take-leave"
    host: str
    key: str

    def describe(self) -> str:
        return f"Take openQRM's key out of authorized_keys on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> LetIn:
        return LetIn(self.host, self.key)

    def observe(self, world: World) -> Seen:
        try:
            found = _look(world.host(self.host), self.key)
        except StepError as error:
            if error.category is Category.REFUSED and "does not let openQRM in" in error.message:
                return Satisfied(f"{self.host} lets openQRM in no longer")
            raise
        if found == "ours":
            return Differs(f"openQRM's key is in authorized_keys on {self.host}")
        return Satisfied(f"no line of openQRM's is in authorized_keys on {self.host}")

    def ensure(self, world: World) -> None:
        _do(world.host(self.host), "drop", self.key)


def _look(host: Host, key: str) -> str:
    said = _do(host, "look", key).strip()
    if said not in ("ours", "theirs", "none"):
        raise StepError(Category.UNAVAILABLE, f"the machine answers {said[:80]!r} when asked for its keys", _HINT)
    return said


def _do(host: Host, verb: str, key: str) -> str:
    if not key.isprintable():
        raise StepError(Category.BAD_INPUT, "this is no key: it has more than one line", _HINT)
    return run(host, ("sh", "-s", "--", verb, key), stdin=PROGRAM.read_bytes(), timeout_s=60, hint=_HINT)

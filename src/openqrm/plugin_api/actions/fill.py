"""Filling a volume that is a folder: from an archive or another folder on the storage's own machine."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import ClassVar

import msgspec

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, NotYet, Satisfied, Seen
from openqrm.domain.storage import Loan, Volume
from openqrm.plugin_api.actions.progress import render_progress
from openqrm.plugin_api.sending import command, pack
from openqrm.ports.world import Host, World

PROGRAM = pack(
    "noting", "filling", "confining", "folders.entries", "folders.reading", "folders.placing", "folders.unpacking",
    "folders.filling",
)  # fmt: skip
LOOK_S = 2.0
START_S = 60.0
CLEAR_S = 600.0
_HINT = "Look at the source; then at the storage: is there a python3, can it read the one and write the other?"
_SOURCE_HINT = "Mend the source, or name another one; the volume is emptied again."


@dataclass(frozen=True)
class Filling:
    """What goes where on a host. `note` is a file that says how far it is, `trash` a folder for what is cleared.

    `version` is the volume's when this was planned, 0 when the plan makes it. `in_place`: nothing can be put beside it.
    """

    host: str
    volume: str
    target: str
    source: str
    note: str
    trash: str
    sha256: str = ""
    most_bytes: int = 0  # 0: as much as the disk has
    version: int = 0
    in_place: bool = False


class FillingTold(msgspec.Struct, frozen=True):
    """What a worker's note says."""

    state: str
    done: int = 0
    total: int = 0
    because: str = ""
    source: str = ""
    left_out: int = 0


@dataclass(frozen=True)
class FillFolder:
    """The volume holds what the archive or folder holds; it was empty before. A worker on the host does it."""

    name: ClassVar[str] = "openqrm.fill-folder"
    filling: Filling

    def describe(self) -> str:
        return f"Fill {self.filling.target} on {self.filling.host} from {self.filling.source}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.filling.volume}",)

    def inverse(self) -> ClearFolder:
        return ClearFolder(self.filling)

    def observe(self, world: World) -> Seen:
        return seen_filling(look_at_filling(world.host(self.filling.host), PROGRAM, self.filling), self.filling)

    def ensure(self, world: World) -> None:
        change_filling(world, PROGRAM, "start", self.filling)

    def halt(self, world: World) -> None:
        halt_filling(world, PROGRAM, self.filling)


@dataclass(frozen=True)
class ClearFolder:
    """The volume is empty: what it held is in the storage's trash, and what was not unpacked whole is gone."""

    name: ClassVar[str] = "openqrm.clear-folder"
    filling: Filling

    def describe(self) -> str:
        return f"Empty {self.filling.target} on {self.filling.host} of what came from {self.filling.source}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.filling.volume}",)

    def inverse(self) -> FillFolder:
        return FillFolder(self.filling)

    def observe(self, world: World) -> Seen:
        return seen_cleared(look_at_filling(world.host(self.filling.host), PROGRAM, self.filling), self.filling)

    def ensure(self, world: World) -> None:
        change_filling(world, PROGRAM, "clear", self.filling, CLEAR_S)


def seen_filling(told: FillingTold, filling: Filling) -> Seen:
    """What a worker's note means to who wants the volume filled. Raises StepError for what went wrong."""
    match told.state:
        case "filled" if told.source == filling.source:
            left_out = f", without {told.left_out} devices" if told.left_out else ""
            return Satisfied(f"it is filled from {told.source}{left_out}")
        case "working":
            return NotYet(f"{render_progress(told.done, told.total)} of {filling.source} are through", LOOK_S)
        case "failed":
            raise StepError(Category.REFUSED, f"{filling.source}: {told.because}", _SOURCE_HINT)
        case "empty":
            return Differs(f"{filling.target} is empty")
        case "broken off":
            return Differs("the work was broken off")
    message = f"{filling.target} holds something else already"
    raise StepError(Category.CONFLICT, message, "Create another volume: filling never overwrites anything.")


def seen_cleared(told: FillingTold, filling: Filling) -> Seen:
    """What it means to who wants it empty again."""
    if told.state in ("empty", "foreign"):
        return Satisfied(f"nothing of {filling.source} is in {filling.target}")
    return Differs(f"{filling.target} is {told.state}")


def change_filling(world: World, program: bytes, verb: str, filling: Filling, timeout_s: float = START_S) -> None:
    """Raises StepError `conflict` when a machine has the volume by now, as when a fill is undone long after."""
    volume = world.records.find(Volume, filling.volume)
    if volume and volume.granted_to:
        message = f"volume {volume.name} is granted to {volume.granted_to}"
        raise StepError(Category.CONFLICT, message, "Stop the appliance that runs there, then retry the plan.")
    for loan in world.records.list(Loan, volume=filling.volume):
        message = f"volume {filling.volume} is lent to {loan.resource}, which copies from it"
        raise StepError(Category.CONFLICT, message, "Wait until that machine is up, then retry the plan.")
    used = volume is not None and volume.version > max(1, filling.version)
    ask_of_filling(world.host(filling.host), program, verb, filling, timeout_s, used=used)


def halt_filling(world: World, program: bytes, filling: Filling) -> None:
    """The worker is ended; what it has done so far stays, and is not whole."""
    ask_of_filling(world.host(filling.host), program, "halt", filling)


def look_at_filling(host: Host, program: bytes, filling: Filling) -> FillingTold:
    """Raises StepError."""
    said = ask_of_filling(host, program, "look", filling)
    try:
        return msgspec.json.decode(said, type=FillingTold)
    except msgspec.DecodeError as error:
        raise StepError(Category.UNAVAILABLE, f"{filling.host} answers {said.strip()[:80]!r}", _HINT) from error


def ask_of_filling(
    host: Host, program: bytes, verb: str, filling: Filling, timeout_s: float = START_S, *, used: bool = False
) -> str:
    """What the program says to this verb; `used`: the volume was changed since this was planned. Raises StepError."""
    settings = msgspec.json.encode({**asdict(filling), "used": used}).decode()
    done = host.run(command(verb, settings), stdin=program, timeout_s=timeout_s)
    if done.status == 0:
        return done.out
    words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
    raise StepError(Category.REFUSED, f"{filling.source}: {words}" if verb == "fits" else words, _HINT)

"""The end of what was put away as a file or a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Irreversible, Satisfied, Seen
from openqrm.plugin_api.actions import COPY_TIMEOUT_S, DISK_HINT, is_there
from openqrm.plugin_api.run import run
from openqrm.ports.world import World

TRASH = ".trash"
FILLED = ".filled"  # behind a volume's place there: what was poured into it and taken back
# whatever somebody mounted inside is not ours; a subvolume of btrfs goes only when it is named itself
_DESTROY = ("rm", "-rf", "--one-file-system", "--")


@dataclass(frozen=True)
class Purge:
    """What was moved to this place of the storage's trash is destroyed, and nothing outside the trash ever is."""

    name: ClassVar[str] = "openqrm.purge"
    host: str
    volume: str
    trash: str

    def describe(self) -> str:
        return f"Destroy {self.trash} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.volume}",)

    def inverse(self) -> Irreversible:
        return Irreversible("what is destroyed cannot be had back")

    def observe(self, world: World) -> Seen:
        host, path = world.host(self.host), self._checked()
        if any(is_there(host, each) for each in (path, f"{path}{FILLED}")):
            return Differs(f"{self.trash} is there")
        return Satisfied(f"there is no {self.trash}")

    def ensure(self, world: World) -> None:
        host, path = world.host(self.host), self._checked()
        filled = f"{path}{FILLED}"
        if is_there(host, filled):
            each = ("find", filled, "-mindepth", "1", "-maxdepth", "1", "-exec", *_DESTROY, "{}", "+")
            run(host, each, timeout_s=COPY_TIMEOUT_S, hint=DISK_HINT)
        run(host, (*_DESTROY, path, filled), timeout_s=COPY_TIMEOUT_S, hint=DISK_HINT)

    def _checked(self) -> str:
        path = PurePosixPath(self.trash)
        if path.parent.name != TRASH or ".." in path.parts:
            raise StepError(Category.REFUSED, f"{self.trash[:200]!r} is in no trash", "Look who made this plan.")
        return self.trash

"""Write a note, and tear it up."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import ClassVar

from openqrm.plugin_api import SELF, Category, Differs, Satisfied, Seen, StepError, World, parse_name


@dataclass(frozen=True)
class Note:
    """What both actions know."""

    directory: str
    appliance: str
    text: str

    @property
    def path(self) -> str:
        return f"{self.directory}/{self.appliance}"

    def touches(self) -> tuple[str, ...]:
        return (f"note/{self.appliance}",)

    def found(self, world: World) -> str | None:
        """What stands there now. The name is looked at once more, for it becomes a path."""
        parse_name(self.appliance)
        if not (self.directory + self.text).isprintable():
            raise StepError(Category.BAD_INPUT, "a note is one line", "Change the settings of the plugin.")
        content = world.host(SELF).read_file(self.path)
        return None if content is None else content.decode(errors="replace").rstrip("\n")


@dataclass(frozen=True)
class WriteNote(Note):
    """There is a note of this appliance."""

    name: ClassVar[str] = "reference.write-note"

    def describe(self) -> str:
        return f"Write a note of {self.appliance}"

    def inverse(self) -> TearNote:
        return TearNote(*astuple(self))

    def observe(self, world: World) -> Seen:
        found = self.found(world)
        if found is not None and found != self.text:
            raise StepError(Category.CONFLICT, f"another note of {self.appliance} is there", f"Read {self.path}.")
        return Satisfied("the note is there") if found is not None else Differs("there is no note")

    def ensure(self, world: World) -> None:
        world.host(SELF).write_file(self.path, f"{self.text}\n".encode())


@dataclass(frozen=True)
class TearNote(Note):
    """There is no note of this appliance."""

    name: ClassVar[str] = "reference.tear-note"

    def describe(self) -> str:
        return f"Tear up the note of {self.appliance}"

    def inverse(self) -> WriteNote:
        return WriteNote(*astuple(self))

    def observe(self, world: World) -> Seen:
        return Satisfied("there is no note") if self.found(world) is None else Differs("the note is there")

    def ensure(self, world: World) -> None:
        world.host(SELF).remove_file(self.path)


ACTIONS = (WriteNote, TearNote)

"""Plans the notes of machines that get a name and lose it."""

from __future__ import annotations

from openqrm.plugin_api import Machine, Step, parse_name
from openqrm_plugins._reference.actions import TearNote, WriteNote
from openqrm_plugins._reference.settings import Settings


class Driver:
    """NetworkService: the note of an appliance says where it runs."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def plan_publish(self, name: str, machine: Machine) -> tuple[Step, ...]:
        action = WriteNote(self._settings.directory, parse_name(name), self._text(machine))
        return (Step(id=f"note-write-{name}", action=action, why=f"{name} runs on {machine.resource}"),)

    def plan_withdraw(self, name: str, machine: Machine) -> tuple[Step, ...]:
        action = TearNote(self._settings.directory, parse_name(name), self._text(machine))
        return (Step(id=f"note-tear-{name}", action=action, why=f"{name} runs there no more"),)

    def _text(self, machine: Machine) -> str:
        return f"{self._settings.greeting} from {machine.address}"

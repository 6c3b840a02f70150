"""What a simulator of a host's tools is, and the host that it stands behind."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from openqrm.domain.errors import Category, StepError
from openqrm.plugin_api.testing.gate import Answers, Disturbance, Fault, Gate
from openqrm.ports.world import Completed, LineTool

T = TypeVar("T")


class UnknownCommand(AssertionError):
    """The simulator does not know such a command: teach it, from the real tool's output."""


class Simulator(ABC):
    """A small stateful model of one host. Subclass it and write `run`; its state is all its public attributes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.modes: dict[str, int] = {}

    @abstractmethod
    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        """What the tool would do and print. Raises UnknownCommand."""

    def talk(self, tool: LineTool, line: str) -> Completed:
        """The same for a tool that stays."""
        return self.run((*tool.argv, line), b"", dict(tool.environment))

    def passes(self, seconds: float) -> None:  # noqa: B027 # most tools do not care
        """Time goes by; for what takes its time."""

    def read(self, path: str) -> bytes | None:
        """A file is read; for what keeps its files elsewhere."""
        return self.files.get(path)

    def write(self, path: str, content: bytes, mode: int) -> None:
        """A file is written; for tools that notice."""
        self.files[path], self.modes[path] = content, mode

    def unlink(self, path: str) -> None:
        """A file is removed; for tools that notice."""
        self.files.pop(path, None)
        self.modes.pop(path, None)


class SimulatedHost:
    """Implements the port Host over a simulator, through the gate. `argvs` keeps every command."""

    def __init__(self, name: str, simulator: Simulator, gate: Gate) -> None:
        self.simulator = simulator
        self.argvs: list[tuple[str, ...]] = []
        self._name, self._gate = name, gate

    def run(
        self,
        argv: tuple[str, ...],
        *,
        stdin: bytes = b"",
        timeout_s: float = 120,
        environment: Mapping[str, str] | None = None,
    ) -> Completed:
        return self._do(argv, timeout_s, lambda: self.simulator.run(argv, stdin, environment or {}))

    def talk(self, tool: LineTool, line: str, *, timeout_s: float = 120) -> Completed:
        return self._do((*tool.argv, line), timeout_s, lambda: self.simulator.talk(tool, line))

    def read_file(self, path: str) -> bytes | None:
        return self._file(f"read {path}", lambda: self.simulator.read(path), _disturbed_read)

    def write_file(self, path: str, content: bytes, *, mode: int = 0o644) -> None:
        self._file(f"write {path}", lambda: self.simulator.write(path, content, mode), _no_file)

    def remove_file(self, path: str) -> None:
        self._file(f"remove {path}", lambda: self.simulator.unlink(path), _no_file)

    def _file(self, what: str, effect: Callable[[], T], disturbed: Callable[[str, Disturbance], T]) -> T:
        label = f"{self._name}: {what}"
        answers: Answers[T] = Answers(self._name, partial(disturbed, label), partial(_faulty_file, label))
        return self._gate.through(label, effect, answers)

    def _do(self, argv: tuple[str, ...], timeout_s: float, effect: Callable[[], Completed]) -> Completed:
        if [*map(type, (argv, *argv))] != [tuple, *[str] * len(argv)]:
            raise AssertionError(f"not a tuple of words: {argv!r}")
        if not timeout_s > 0:
            raise AssertionError(f"{argv[0]} has no time to run in")
        self.argvs.append(argv)
        label = f"{self._name}: {' '.join(argv)}"
        answers: Answers[Completed] = Answers(self._name, partial(_disturbed_run, label), partial(_faulty_run, label))
        return self._gate.through(label, effect, answers)


def silent(label: str) -> StepError:
    """The error of the real world when nobody answers."""
    return StepError(Category.UNAVAILABLE, f"no answer to {label}", "See whether the host is up.")


def _disturbed_run(label: str, how: Disturbance) -> Completed:
    match how:
        case Disturbance.UNAVAILABLE:
            raise silent(label)
        case Disturbance.GARBLED:
            return Completed(0, "\x00]}garbled\n\ufffd= :", "")
        case Disturbance.REFUSED:
            return Completed(1, "", "simulated refusal")


def _disturbed_read(label: str, how: Disturbance) -> bytes | None:
    if how is Disturbance.GARBLED:
        return b"\x00]}garbled\n\xff= :"
    _no_file(label, how)
    return None


def _faulty_run(label: str, fault: Fault, completed: Completed) -> Completed:
    out = completed.out
    match fault:
        case Fault.LATE | Fault.GONE:
            raise silent(label)
        case Fault.HALF:
            return replace(completed, out=out[: len(out) // 2])
        case Fault.TWICE:
            return replace(completed, out=out * 2)


def _faulty_file(label: str, fault: Fault, content: T) -> T:
    """A file comes whole or not at all; that is what the ports promise of it."""
    if fault in (Fault.LATE, Fault.GONE):
        raise silent(label)
    return content


def _no_file(label: str, how: Disturbance) -> None:
    if how is Disturbance.UNAVAILABLE:
        raise silent(label)
    raise StepError(Category.REFUSED, f"{label}: read-only file system", "See why the file system is read-only.")

"""A world in memory: records, vault, hosts and APIs by simulator, and a clock that stands still until told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol
from urllib.parse import urlsplit

from openqrm.domain.errors import Category, StepError
from openqrm.domain.record import Record
from openqrm.plugin_api.testing.gate import Answers, Disturbance, Fault, Gate
from openqrm.plugin_api.testing.records import MemoryRecords, MemoryVault
from openqrm.plugin_api.testing.simulator import SimulatedHost, Simulator, silent
from openqrm.plugin_api.testing.state import State, render_state
from openqrm.ports.world import HttpAnswer, HttpRequest

START_S = 1_000_000.0


class HttpSimulator(Protocol):
    """A model of a management API; its state is all its public attributes."""

    def answer(self, request: HttpRequest, password: str) -> HttpAnswer:
        """What the API would do and answer to one who knows this password."""
        ...


@dataclass
class SimulatedWorld:
    """Implements the port World. What is given is what there is; all effects go through `gate`."""

    hosts: Mapping[str, Simulator] = field(default_factory=dict)  # by resource
    api: HttpSimulator | None = None
    given: tuple[Record, ...] = ()
    secrets: Mapping[str, str] = field(default_factory=dict)
    passes: Callable[[SimulatedWorld], None] | None = None  # what happens by itself as time goes by

    def __post_init__(self) -> None:
        self.gate = Gate()
        self.records = MemoryRecords(self.gate)
        self.records.by_ref = {record.ref: record for record in self.given}
        self.vault = MemoryVault(self.gate)
        self.vault.secrets = dict(self.secrets)
        self.vault.known = {secret: reference for reference, secret in self.secrets.items()}
        self.requests: list[HttpRequest] = []
        self._hosts = {name: SimulatedHost(name, simulator, self.gate) for name, simulator in self.hosts.items()}
        self._now_s = START_S

    def host(self, resource: str) -> SimulatedHost:
        if resource not in self._hosts:
            raise StepError(Category.UNAVAILABLE, f"there is no way to {resource}", "See whether it is up.")
        return self._hosts[resource]

    def http(self, request: HttpRequest) -> HttpAnswer:
        self.requests.append(request)
        label = f"{request.method} {request.url}"
        if self.api is None:
            raise silent(label)
        password = self.vault.reveal(request.secret) if request.secret else ""
        api = self.api
        answers: Answers[HttpAnswer] = Answers(_peer(request), partial(_disturbed, label), partial(_faulty, label))
        return self.gate.through(label, lambda: api.answer(request, password), answers)

    def now_s(self) -> float:
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Let time go by, for clock, simulators and what happens by itself."""
        self._now_s += seconds
        for host in self._hosts.values():
            host.simulator.passes(seconds)
        if self.passes:
            self.passes(self)

    def forget_preparation(self) -> None:
        """Count effects and changes from here on."""
        self.gate.points = self.gate.answers = 0
        self.requests.clear()
        for noted in (self.gate.log, self.records.written, self.vault.written):
            noted.clear()
        for host in self._hosts.values():
            host.argvs.clear()

    def argvs(self) -> list[tuple[str, ...]]:
        """Every command that was run, on any host."""
        return [argv for host in self._hosts.values() for argv in host.argvs]

    def state(self) -> State:
        """All there is, comparable between two worlds: secrets by their reference, versions left out."""
        raw: dict[str, Any] = dict(self.records.by_ref)
        raw |= {f"secret/{reference}": True for reference in self.vault.secrets}
        raw |= {f"host/{name}": host.simulator for name, host in self._hosts.items()}
        return render_state(raw | {"api": self.api}, self.vault.known)


def _disturbed(label: str, how: Disturbance) -> HttpAnswer:
    match how:
        case Disturbance.UNAVAILABLE:
            raise silent(label)
        case Disturbance.GARBLED:
            return HttpAnswer(200, ["garbled", {"": None}], {})
        case Disturbance.REFUSED:
            return HttpAnswer(500, {"error": "simulated refusal"}, {})


def _faulty(label: str, fault: Fault, answer: HttpAnswer) -> HttpAnswer:
    match fault:
        case Fault.LATE | Fault.GONE:
            raise silent(label)
        case Fault.HALF:  # half of a text is no JSON
            return replace(answer, body=None)
        case Fault.TWICE:
            return answer


def _peer(request: HttpRequest) -> str:
    return urlsplit(request.url).netloc

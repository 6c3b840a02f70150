"""All benches, in the order of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bench.rows import Row

Measure = Callable[[Path], Iterator[Row]]


@dataclass(frozen=True, slots=True)
class Bench:
    """A module with a function such as `measure(scratch)` that yields rows; whatever it starts ends with it."""

    module: str
    limit_s: float
    peers: tuple[str, ...] = ()  # scripts in bench/peers
    cell: bool = False  # needs a private network with machines in it
    measure: str = "measure"  # the function
    is_long: bool = False  # runs when it is named, not with all

    def load(self) -> Measure:
        """The function. Loaded late, so that one bench does not carry the imports of another."""
        function: Measure = getattr(import_module(self.module), self.measure)
        return function


BENCHES = {
    "start": Bench("bench.start", 90, cell=True),
    "engine": Bench("bench.engine", 480),
    "placement": Bench("bench.placement", 300, peers=("placement",)),
    "clones": Bench("bench.clones", 120),
    "registration": Bench("bench.registration", 180, peers=("ironic",)),
    "heartbeats": Bench("bench.heartbeats", 120),
    "lists": Bench("bench.lists", 180),
    "console": Bench("bench.console", 480),
    "console-memory": Bench("bench.console", 2400, measure="measure_long", is_long=True),
    "topology": Bench("bench.topology", 120),
    "vm": Bench("bench.vm", 240, cell=True),
    "netboot": Bench("bench.netboot", 180, peers=("nginx",), cell=True),
    "appliance": Bench("bench.appliance", 300, peers=("nginx",), cell=True),
    "roots": Bench("bench.roots", 900, peers=("nginx",), cell=True, is_long=True),
    "revoke": Bench("bench.revoke", 600, cell=True, is_long=True),
}

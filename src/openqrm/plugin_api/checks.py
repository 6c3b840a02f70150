"""What is looked at before the first appliance: whether what is needed is there and works, and what mends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import LiteralString, Protocol, runtime_checkable

from openqrm.domain.network import Network
from openqrm.ports.world import World


class Verdict(StrEnum):
    """What a check comes to. `optional`: nothing is wrong, and more could be had."""

    GOOD = "good"
    MISSING = "missing"
    WRONG = "wrong"
    OPTIONAL = "optional"


@dataclass(frozen=True)
class Said:
    """A sentence with blanks like {name}, and what fills them: a console can say it in another language."""

    text: str
    facts: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format_map(self.facts)


NOTHING = Said("")


def say(text: LiteralString, **facts: object) -> Said:
    """`text` is one of ours, written out where it is said: so it is found by who translates it."""
    return Said(text, {name: str(fact) for name, fact in facts.items()})


def quote(text: str) -> Said:
    """What something else has said, in its own words."""
    return Said("{text}", {"text": text}) if text else NOTHING


@dataclass(frozen=True)
class Mend:
    """An intent that mends it, by `noun.verb`, with the fields that are known already."""

    intent: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was looked at. Unless it is good, `do` says what to do; `mend` is the intent that does it."""

    looked_at: Said
    verdict: Verdict
    seen: Said
    about: str = ""  # kind/name
    do: Said = NOTHING
    mend: Mend | None = None


@runtime_checkable
class Checking(Protocol):
    """Of drivers of network services that can look whether their networks are as they need them."""

    def check(self, world: World, networks: Sequence[Network]) -> tuple[Check, ...]:
        """Looks, for some seconds at most, and disturbs nobody."""
        ...

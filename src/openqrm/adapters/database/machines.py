"""What the boot door writes, many machines in one transaction: boots, registrations, observations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from openqrm.domain.resource import Resource


@dataclass(frozen=True, kw_only=True)
class Boot:
    """One boot of a resource. A newer one takes the older one's place."""

    resource: str
    boot_id: str
    token_sha256: str  # hex
    profile: str  # the appliance whose profile it was given; empty: idle
    opened_s: float
    used_s: float = 0.0  # when the token was used
    key: str = ""  # public key of the uplink, registered with the token


@dataclass(frozen=True, kw_only=True)
class Registration:
    """What a machine says of itself. Of a resource that exists only the hardware fields are written."""

    boot_id: str
    token_sha256: str
    key: str
    resource: Resource
    seen: Mapping[str, Any]  # fields of its Observation
    at_s: float


class Machines:
    """In the caller's transaction; nothing here compares versions, so nothing here fails because a plan is at work."""

    def find_by_mac(self, mac: str) -> Resource | None:
        """Of this MAC, in the form of parse_mac."""
        raise NotImplementedError

    def open_boots(self, boots: Sequence[Boot]) -> None:
        """Each closes its resource's older boot."""
        raise NotImplementedError

    def find_boot(self, boot_id: str) -> Boot | None:
        """The boot, unless it is closed."""
        raise NotImplementedError

    def register(self, batch: Sequence[Registration]) -> list[bool]:
        """For each whether its token was good: of this boot, unused, or used by the same key before (asked again)."""
        raise NotImplementedError

    def put_observations(self, batch: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        """`(resource, fields of Observation)`; only these fields change, so that two observers do not overwrite."""
        raise NotImplementedError

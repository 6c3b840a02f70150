"""What machines report while they boot and run, written to their observations, many at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from openqrm.boot.events import event
from openqrm.boot.writer import Taken
from openqrm.domain.boot import Boot
from openqrm.domain.event import Event, Severity
from openqrm.domain.resource import MILESTONES, Observation
from openqrm.ports.boot import Machines


@dataclass(frozen=True, kw_only=True)
class Report:
    """One thing a machine said, or that was seen of its connection, in this boot. `seen` are fields of Observation."""

    resource: str
    boot_id: str
    milestone: str = ""
    failure: str = ""
    seen: dict[str, Any] = field(default_factory=dict)
    address: str = ""  # where its uplink comes from
    at_s: float = field(default_factory=time.time)


def take_reports(machines: Machines, reports: Sequence[Report]) -> Taken[bool]:
    """For each whether it was of the resource's present boot; what is of an older one is passed over."""
    names = {report.resource for report in reports}
    boots = machines.find_boots(names)
    told = {report.resource for report in reports if report.milestone}
    reached = {name: _rank(seen.milestone) for name, seen in machines.find_many(Observation, told).items()}
    current = [_is_current(boots.get(report.resource), report) for report in reports]
    fields: dict[str, dict[str, Any]] = {}
    rung: set[str] = set()
    for report in (report for report, good in zip(reports, current, strict=True) if good):
        seen = fields.setdefault(report.resource, {})
        seen |= report.seen
        if report.milestone and _rank(report.milestone) > reached.get(report.resource, -1):
            seen["milestone"] = report.milestone
            reached[report.resource] = _rank(report.milestone)
        if report.failure:
            seen["failure"] = report.failure
        if report.milestone or report.failure or "connected" in report.seen:
            rung.add(report.resource)
        seen["last_seen_s"] = max(report.at_s, seen.get("last_seen_s", 0.0))
    machines.put_observations(list(fields.items()))
    _tell(machines, [report for report, good in zip(reports, current, strict=True) if good])
    return Taken(current, frozenset(rung))


def _tell(machines: Machines, reports: Sequence[Report]) -> None:
    if addresses := {report.resource: report.address for report in reports if report.address}:
        machines.put_hardware([(name, {"address": address}) for name, address in addresses.items()])
    if failed := [report for report in reports if report.failure]:
        machines.emit([_failed(report) for report in failed])


def _rank(milestone: str) -> int:
    return MILESTONES.index(milestone) if milestone in MILESTONES else -1


def _is_current(boot: Boot | None, report: Report) -> bool:
    return boot is not None and boot.boot_id == report.boot_id


def _failed(report: Report) -> Event:
    text = f"{report.resource} stopped on its way: {report.failure}"
    return event("boot.failed", report.resource, Severity.ERROR, text)

"""Events about resources, as the boot door tells them."""

from __future__ import annotations

import time

from openqrm.domain.event import Event, Severity


def event(topic: str, resource: str, severity: Severity, text: str) -> Event:
    """It happened now."""
    now_s = time.time()
    return Event(
        name="", topic=topic, about=f"resource/{resource}", severity=severity, text=text, at_s=now_s, seen_at_s=now_s
    )

"""Events about resources and what they hold, as the boot door and the watches tell them."""

from __future__ import annotations

import time

from openqrm.domain.event import Event, Severity


def event(topic: str, name: str, severity: Severity, text: str, *, kind: str = "resource") -> Event:
    """It happened now."""
    now_s = time.time()
    return Event(
        name="", topic=topic, about=f"{kind}/{name}", severity=severity, text=text, at_s=now_s, seen_at_s=now_s
    )

"""Talk to a tool that may stay on its host."""

from __future__ import annotations

from openqrm.ports.world import Completed, Host, KeepsTools, LineTool


def talk(host: Host, tool: LineTool, line: str, *, timeout_s: float = 120) -> Completed:
    """What it says to this line of its commands: the one that has stayed, or one that is started for it."""
    if isinstance(host, KeepsTools):
        return host.talk(tool, line, timeout_s=timeout_s)
    return host.run((*tool.argv, line), timeout_s=timeout_s, environment=dict(tool.environment))

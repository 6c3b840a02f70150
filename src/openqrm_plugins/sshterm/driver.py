"""Which resources have a shell."""

from __future__ import annotations

from openqrm.plugin_api import Place, Resource
from openqrm_plugins.sshterm.settings import Settings


class Driver:
    """TerminalDriver: a shell wherever openQRM signs in by SSH."""

    def __init__(self, _settings: Settings) -> None:
        """Nothing is set."""

    def find_place(self, resource: Resource, line: str) -> Place | None:
        """A login shell of the user openQRM signs in as."""
        return Place(resource.name) if line == "ssh" and resource.ssh.host_key else None

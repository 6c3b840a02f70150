"""Which resources have a screen."""

from __future__ import annotations

from openqrm.plugin_api import Place, Resource
from openqrm_plugins.novnc.settings import Settings


class Driver:
    """TerminalDriver: the VNC service of a machine that openQRM reaches by SSH."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find_place(self, resource: Resource, line: str) -> Place | None:
        """It listens on the machine alone, and is reached through its SSH."""
        if line != "screen" or resource.name not in self._settings.resources or not resource.ssh.host_key:
            return None
        return Place(resource.name, address=f"vnc://127.0.0.1:{self._settings.port}")

"""The serial line and the screen of a VM, on its host."""

from __future__ import annotations

from openqrm.plugin_api import Place, Resource
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.virsh import URI


class Terminal:
    """TerminalDriver: whoever comes later takes the line over, for a session that was lost must not keep it."""

    def __init__(self, _settings: Settings) -> None:
        """Nothing that is set matters here."""

    def find_place(self, resource: Resource, line: str) -> Place | None:
        """virsh on the host that carries the VM now. libvirt makes a screen's socket anew at each start."""
        if not resource.host or resource.type != "kvm":
            return None
        words = {
            "serial": ("console", "--force", resource.name),
            "screen": ("domdisplay", "--type", "vnc", "--domain", uuid_of(resource.name)),
        }.get(line)
        return Place(resource.host, ("virsh", "--quiet", "--connect", URI, *words)) if words else None

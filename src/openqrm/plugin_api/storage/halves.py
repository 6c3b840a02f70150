"""The two halves of a network storage: how a volume is made on its host, and how it is exported to one machine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from openqrm.domain.plan import Action
from openqrm.domain.storage import Volume
from openqrm.plugin_api.drivers import Machine, Root, VolumeFacts
from openqrm.plugin_api.filling import Content
from openqrm.ports.world import Host

QUICK_S = 300.0


@dataclass(frozen=True)
class Work:
    """An action of one half, and why it is there. `part` tells it apart where a verb needs several."""

    action: Action
    why: str
    part: str = ""
    deadline_s: float = QUICK_S


class Making(Protocol):
    """How volumes of one storage come to be and go: folders, files, logical volumes. Pure but for `list_volumes`."""

    content: ClassVar[Content]

    def path(self, volume: Volume) -> str:
        """The folder, file or block device of this volume on its host."""
        ...

    def create(self, volume: Volume) -> tuple[Work, ...]:
        """Empty, or as a clone of `volume.source`. Raises PlanningError."""
        ...

    def adopt(self, volume: Volume) -> tuple[Work, ...]:
        """What others made under its name is the volume, as it is; its record is made. Raises PlanningError."""
        ...

    def forget(self, volume: Volume) -> tuple[Work, ...]:
        """It is none any more, and nothing of it is lost."""
        ...

    def remove(self, volume: Volume) -> tuple[Work, ...]:
        """Out of sight, but not destroyed."""
        ...

    def restore(self, volume: Volume) -> tuple[Work, ...]:
        """What `remove` of the volume with this number put away is back."""
        ...

    def purge(self, volume: Volume) -> tuple[Work, ...]:
        """What `remove` of it put away is destroyed."""
        ...

    def resize(self, volume: Volume, size_mib: int) -> tuple[Work, ...]:
        """Bigger. Raises PlanningError `unsupported` where volumes have no size."""
        ...

    def fill(self, volume: Volume, source: str, sha256: str) -> tuple[Work, ...]:
        """What this source on the storage's own machine holds, `content`, is in the empty volume."""
        ...

    def list_volumes(self, host: Host) -> list[VolumeFacts]:
        """What the storage holds, ours or not."""
        ...


class Exporting(Protocol):
    """How a machine reaches a volume: NFS, iSCSI, AoE. Pure: the actions it gives look and act."""

    def allow(self, volume: Volume, path: str, machine: Machine, secret: str, *, writes: bool) -> Action:
        """This machine may reach it. Raises PlanningError when the protocol cannot tell this machine from others."""
        ...

    def refuse(self, volume: Volume, path: str, machine: Machine, secret: str, *, writes: bool) -> Action:
        """It may no more, open connections included."""
        ...

    def root(self, volume: Volume, path: str, address: str, secret: str) -> Root:
        """How the machine mounts it."""
        ...

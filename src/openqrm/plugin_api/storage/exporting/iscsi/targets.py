"""Exporting by iSCSI."""

from __future__ import annotations

from dataclasses import dataclass

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.names import parse_address
from openqrm.domain.plan import Action
from openqrm.domain.storage import Volume
from openqrm.plugin_api.drivers import Machine, Root
from openqrm.plugin_api.storage.exporting.iscsi.actions import EndTarget, ServeTarget
from openqrm.plugin_api.storage.exporting.iscsi.grants import Grant


@dataclass(frozen=True)
class Targets:
    """Exporting: each volume disk 1 of a target of its own, for machines that reach `port` of the storage."""

    host: str
    backend: str  # lio or tgt
    port: int
    prefix: str  # of the names of targets and initiators
    filesystem: str

    def allow(self, volume: Volume, path: str, machine: Machine, secret: str, *, writes: bool) -> Action:
        return ServeTarget(self.host, self._grant(volume, path, machine, secret, writes=writes))

    def refuse(self, volume: Volume, path: str, machine: Machine, secret: str, *, writes: bool) -> Action:
        return EndTarget(self.host, self._grant(volume, path, machine, secret, writes=writes))

    def root(self, volume: Volume, path: str, address: str, secret: str) -> Root:
        facts = (
            ("server", address),
            ("port", str(self.port)),
            ("target", self._target(volume)),
            ("lun", "1"),
            ("initiator", self._initiator(volume)),
            ("filesystem", self.filesystem),
            ("user", volume.name),
        )
        return Root(type="iscsi", facts=facts, secrets=(("secret", secret),))

    def _grant(self, volume: Volume, path: str, machine: Machine, secret: str, *, writes: bool) -> Grant:
        if not writes:
            message = f"volume {volume.name} cannot be lent: iSCSI serves a volume to one machine"
            raise PlanningError(Category.UNSUPPORTED, message, "Copy from an NFS volume.")
        if not machine.address:
            raise PlanningError(
                Category.BAD_INPUT,
                f"resource {machine.resource} has no address to grant a volume to",
                "Let it boot once, or set its address: a target is opened to an address and an account.",
            )
        return Grant(
            volume.name, self._target(volume), path, parse_address(machine.address), volume.name, secret, self.backend,
            self.port, self._initiator(volume),
        )  # fmt: skip

    def _target(self, volume: Volume) -> str:
        return f"{self.prefix}:{volume.name}"

    def _initiator(self, volume: Volume) -> str:
        """What the machine that is granted the volume calls itself."""
        return f"{self.prefix}:writer-of-{volume.name}"

"""Opening a target to one machine, and ending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Satisfied, Seen
from openqrm.plugin_api.storage.exporting.iscsi.by_lio import Lio
from openqrm.plugin_api.storage.exporting.iscsi.by_tgt import Tgt
from openqrm.plugin_api.storage.exporting.iscsi.grants import Backend, Grant
from openqrm.ports.world import World

_BACKENDS: dict[str, Backend] = {"tgt": Tgt(), "lio": Lio()}


@dataclass(frozen=True)
class ServeTarget:
    """The disk is a target's, and this machine alone may log in to it, with its CHAP account."""

    name: ClassVar[str] = "openqrm.serve-target"
    host: str
    grant: Grant

    def describe(self) -> str:
        return f"Serve {self.grant.path} on {self.host} to {self.grant.address} as {self.grant.iqn}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.grant.volume}",)

    def inverse(self) -> EndTarget:
        return EndTarget(self.host, self.grant)

    def observe(self, world: World) -> Seen:
        grant = self.grant
        served = _BACKENDS[grant.backend].look(world.host(self.host), grant, world.vault.reveal(grant.secret))
        if set(served.addresses) - {grant.address}:
            raise StepError(
                Category.CONFLICT,
                f"{grant.iqn} is open to {', '.join(served.addresses)}",
                "Stop what runs there, or end that target by hand if nothing does; a volume has one writer.",
            )
        return Differs(served.lacks) if served.lacks else Satisfied(f"{grant.address} can log in to {grant.iqn}")

    def ensure(self, world: World) -> None:
        grant = self.grant
        _BACKENDS[grant.backend].allow(world.host(self.host), grant, world.vault.reveal(grant.secret))


@dataclass(frozen=True)
class EndTarget:
    """This machine cannot log in to the disk, and what connection it had is closed."""

    name: ClassVar[str] = "openqrm.end-target"
    host: str
    grant: Grant

    def describe(self) -> str:
        return f"End the target {self.grant.iqn} on {self.host} and its connections"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.grant.volume}",)

    def inverse(self) -> ServeTarget:
        return ServeTarget(self.host, self.grant)

    def observe(self, world: World) -> Seen:
        grant = self.grant
        served = _BACKENDS[grant.backend].look(world.host(self.host), grant, None)
        if served.addresses and grant.address not in served.addresses:
            return Satisfied(f"{grant.iqn} is open to another machine only")
        return Differs(served.rest) if served.rest else Satisfied(f"there is no {grant.iqn}")

    def ensure(self, world: World) -> None:
        _BACKENDS[self.grant.backend].refuse(world.host(self.host), self.grant)

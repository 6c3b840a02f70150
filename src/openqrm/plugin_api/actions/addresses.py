"""An address that DHCP is to keep for a machine that has none yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Satisfied, Seen
from openqrm.domain.resource import Resource
from openqrm.ports.world import World

_HINT = "It got another address meanwhile: plan again."


@dataclass(frozen=True)
class KeepAddress:
    """The resource has this address, which is touched too: of two plans that chose the same the later is refused."""

    name: ClassVar[str] = "openqrm.keep-address"
    inside: ClassVar[bool] = True
    resource: str
    address: str

    def describe(self) -> str:
        return f"Keep address {self.address} for {self.resource}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.resource}", f"address/{self.address}")

    def inverse(self) -> ForgetAddress:
        return ForgetAddress(self.resource, self.address)

    def observe(self, world: World) -> Seen:
        now = world.records.get(Resource, self.resource).address
        if now not in ("", self.address):
            raise StepError(Category.CONFLICT, f"{self.resource} has address {now}, not {self.address}", _HINT)
        if now:
            return Satisfied(f"{self.resource} has address {now}")
        return Differs(f"{self.resource} has no address")

    def ensure(self, world: World) -> None:
        world.records.change(world.records.get(Resource, self.resource), {"address": self.address})


@dataclass(frozen=True)
class ForgetAddress:
    """The resource has not this address; another one, by which it has registered meanwhile, is its own."""

    name: ClassVar[str] = "openqrm.forget-address"
    inside: ClassVar[bool] = True
    resource: str
    address: str

    def describe(self) -> str:
        return f"Keep address {self.address} for {self.resource} no more"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.resource}", f"address/{self.address}")

    def inverse(self) -> KeepAddress:
        return KeepAddress(self.resource, self.address)

    def observe(self, world: World) -> Seen:
        now = world.records.get(Resource, self.resource).address
        said = f"{self.resource} has {f'address {now}' if now else 'no address'}"
        return Differs(said) if now == self.address else Satisfied(said)

    def ensure(self, world: World) -> None:
        world.records.change(world.records.get(Resource, self.resource), {"address": ""})

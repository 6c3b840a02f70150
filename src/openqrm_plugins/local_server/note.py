"""What an integrated machine is made of, noted in its records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import (
    Category,
    Differs,
    Image,
    Irreversible,
    Resource,
    Satisfied,
    Seen,
    StepError,
    Volume,
    World,
)
from openqrm_plugins.local_server.machine import Found, observe_machine

STABLE = ("mac", "cpu_count", "memory_mib", "nic_count")  # a clock rate is another one at each look


@dataclass(frozen=True)
class NoteMachine:
    """The records of the machine, of its disk and of its system say what was seen of them."""

    name: ClassVar[str] = "local-server.note-machine"
    host: str

    def describe(self) -> str:
        return f"Note what {self.host} is made of, and its system"

    def touches(self) -> tuple[str, ...]:
        return (f"image/{self.host}", f"resource/{self.host}", f"volume/{self.host}")

    def inverse(self) -> Irreversible:
        return Irreversible("what was seen of a machine stays noted for as long as there is a record of it")

    def observe(self, world: World) -> Seen:
        if world.records.find(Resource, self.host) is None:  # where a plan is only looked at
            raise StepError(Category.NOT_FOUND, f"{self.host} is not known yet", "Take it in: local-server integrate")
        resource, volume, image = self._records(world)
        found = observe_machine(world.host(self.host), resource.address)
        self._refuse_another(world, found)
        told = f"{found.hardware['cpu_count']} CPUs, {found.hardware['memory_mib']} MiB, {found.os_name}"
        noted = all(getattr(resource, key) == found.hardware[key] for key in STABLE)
        if noted and (volume.size_mib, image.os_version) == (found.root_mib, found.os_name):
            return Satisfied(f"{self.host} has {told}")
        return Differs(f"{self.host} has {told}, which is not noted yet")

    def ensure(self, world: World) -> None:
        resource, volume, image = self._records(world)
        found = observe_machine(world.host(self.host), resource.address)
        self._refuse_another(world, found)
        world.records.change(volume, {"size_mib": found.root_mib})
        world.records.change(image, {"os_version": found.os_name})
        world.records.change(resource, found.hardware)

    def _records(self, world: World) -> tuple[Resource, Volume, Image]:
        records = world.records
        return records.get(Resource, self.host), records.get(Volume, self.host), records.get(Image, self.host)

    def _refuse_another(self, world: World, found: Found) -> None:
        mac = found.hardware["mac"]
        if others := [each.name for each in world.records.list(Resource, mac=mac) if each.name != self.host]:
            message = f"{self.host} has the MAC address {mac}, which is that of resource {others[0]}"
            hint = f"It is known already. Take it in by its name: openqrm local-server integrate {others[0]}"
            raise StepError(Category.CONFLICT, message, hint)
        known = world.records.get(Resource, self.host).mac
        if known not in ("", mac):
            message = f"the machine at this address has the MAC address {mac}, and {self.host} has {known}"
            raise StepError(Category.CONFLICT, message, "Look which machine has that address.")

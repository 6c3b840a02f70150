"""Making volume groups and extending them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Host, Irreversible, Satisfied, Seen, StepError, World, run
from openqrm_plugins.device_manager.devices import HINT, find_device, list_devices, signatures


@dataclass(frozen=True)
class JoinGroup:
    """The device is part of the volume group, which is made with it when it is `new`. One that is in use is refused."""

    name: ClassVar[str] = "device-manager.join-group"
    host: str
    group: str
    device: str
    new: bool

    def describe(self) -> str:
        verb = "Make the volume group" if self.new else "Extend the volume group"
        return f"{verb} {self.group} on {self.host} with {self.device}, which loses what is on it"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> Irreversible:
        return Irreversible("by then there may be volumes on it; take it out by hand: vgreduce, or vgremove")

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        found = find_device(host, self.device)
        if found is None:
            raise StepError(Category.NOT_FOUND, f"{self.host} has no device {self.device}", "See: openqrm device list")
        if found.group == self.group:
            return Satisfied(f"{self.device} is in volume group {self.group}")
        if found.used:
            raise StepError(Category.CONFLICT, f"{self.device} is in use: {found.used}", "Name a device nobody uses.")
        self._demand_free(host)
        return Differs(f"nobody uses {self.device}")

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        found = find_device(host, self.device)
        if found is not None and found.group == self.group:
            return
        run(host, ("vgcreate" if self.new else "vgextend", "--", self.group, self.device), hint=HINT)

    def _demand_free(self, host: Host) -> None:
        if what := signatures(host, self.device):
            hint = f"If nobody needs it, log in and clear it: wipefs --all {self.device}"
            raise StepError(Category.CONFLICT, f"there is something on {self.device}: {what}", hint)
        exists = any(each.group == self.group for each in list_devices(host))
        if exists == self.new:
            message = f"there is {'a' if exists else 'no'} volume group {self.group} on {self.host}"
            raise StepError(Category.CONFLICT, message, "Extend the one there is, or make one of another name.")


ACTIONS = (JoinGroup,)

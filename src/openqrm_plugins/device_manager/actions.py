"""Making volume groups and extending them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.plugin_api import Category, Differs, Host, Irreversible, Satisfied, Seen, StepError, World, run
from openqrm_plugins.device_manager.devices import (
    HINT,
    LABEL,
    ORPHAN,
    find_device,
    list_devices,
    list_logical,
    signatures,
)


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
        if found.used not in ("", ORPHAN):
            raise StepError(Category.CONFLICT, f"{self.device} is in use: {found.used}", "Name a device nobody uses.")
        self._demand_free(host, expected={LABEL} if found.used else set())
        return Differs(f"nobody uses {self.device}")

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        found = find_device(host, self.device)
        if found is not None and found.group == self.group:
            return
        run(host, ("vgcreate" if self.new else "vgextend", "--", self.group, self.device), hint=HINT)

    def _demand_free(self, host: Host, expected: set[str]) -> None:
        if what := [each for each in signatures(host, self.device) if each not in expected]:
            hint = f"If nobody needs it, log in and clear it: wipefs --all {self.device}"
            raise StepError(Category.CONFLICT, f"there is something on {self.device}: {', '.join(what)[:80]}", hint)
        exists = any(each.group == self.group for each in list_devices(host))
        if exists == self.new:
            message = f"there is {'a' if exists else 'no'} volume group {self.group} on {self.host}"
            raise StepError(Category.CONFLICT, message, "Extend the one there is, or make one of another name.")


@dataclass(frozen=True)
class DropGroup:
    """There is no such volume group. One that holds anything is refused; its devices stay LVM's, and are in none."""

    name: ClassVar[str] = "device-manager.drop-group"
    host: str
    group: str

    def describe(self) -> str:
        return f"Remove the empty volume group {self.group} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"resource/{self.host}",)

    def inverse(self) -> Irreversible:
        return Irreversible("it held nothing; make it anew of the same devices: openqrm device create-group")

    def observe(self, world: World) -> Seen:
        host = world.host(self.host)
        if not any(each.group == self.group for each in list_devices(host)):
            return Satisfied(f"there is no volume group {self.group}")
        if held := list_logical(host, self.group):
            message = f"volume group {self.group} holds {len(held)} logical volumes, {', '.join(held[:3])} first"
            raise StepError(Category.CONFLICT, message, "Remove these volumes first: openqrm volume inspect, or lvs.")
        return Differs(f"volume group {self.group} holds nothing")

    def ensure(self, world: World) -> None:
        # Without --yes and --force: should it hold something by now, vgremove asks, and nobody answers.
        run(world.host(self.host), ("vgremove", "--", self.group), hint=HINT)


ACTIONS = (JoinGroup, DropGroup)

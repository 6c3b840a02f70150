"""A cloud-init seed (NoCloud): an ISO image on the host that tells a VM at its first start what it is to be."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import ClassVar

import msgspec

from openqrm.plugin_api import Category, Differs, Irreversible, Satisfied, Seen, StepError, World, parse_name
from openqrm_plugins.kvm.iso_image import render_iso

FOLDER = "/var/lib/openqrm-seeds"  # not in the folder of openQRM's own state, which QEMU may not enter
LABEL = "cidata"  # by which cloud-init finds it


def seed_path(vm: str, user_data: str) -> str:
    """Another one for each user-data, so that what is undone leaves the seed that was before."""
    return f"{FOLDER}/{parse_name(vm)}-{_instance(user_data)}.iso"


def is_seed(vm: str, iso: str) -> bool:
    """Whether an ISO image in a VM's drive is one of its own: an operator may name any path there."""
    return re.fullmatch(rf"{FOLDER}/{re.escape(vm)}-[0-9a-f]{{12}}\.iso", iso) is not None


def render_seed(vm: str, instance: str, user_data: str) -> bytes:
    """The image. cloud-init carries a seed out once for each instance id. JSON is YAML."""
    meta = {"instance-id": f"{vm}-{instance}", "local-hostname": vm}
    return render_iso(LABEL, {"meta-data": msgspec.json.encode(meta) + b"\n", "user-data": user_data.encode()})


@dataclass(frozen=True)
class WriteSeed:
    """The seed is on the host, for root alone; `user_data` is a reference in the vault."""

    name: ClassVar[str] = "kvm.write-seed"
    host: str
    vm: str
    user_data: str

    @property
    def path(self) -> str:
        return seed_path(self.vm, self.user_data)

    def describe(self) -> str:
        return f"Write the cloud-init seed of VM {self.vm} to {self.path} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"vm/{self.vm}",)

    def inverse(self) -> RemoveSeed:
        return RemoveSeed(self.host, self.vm, self.path)

    def observe(self, world: World) -> Seen:
        if world.host(self.host).read_file(self.path) == self._content(world):
            return Satisfied(f"{self.host} has the seed of VM {self.vm}")
        return Differs(f"{self.host} has no such seed of VM {self.vm}")

    def ensure(self, world: World) -> None:
        world.host(self.host).write_file(self.path, self._content(world), mode=0o600)

    def _content(self, world: World) -> bytes:
        secret = world.vault.reveal(self.user_data)
        return render_seed(self.vm, _instance(self.user_data), secret)


@dataclass(frozen=True)
class CarrySeed:
    """The host `target` has the seed that `source` has, for root alone. The vault has forgotten what is in it."""

    name: ClassVar[str] = "kvm.carry-seed"
    vm: str
    source: str
    target: str
    path: str

    def describe(self) -> str:
        return f"Copy the cloud-init seed {self.path} of VM {self.vm} from {self.source} to {self.target}"

    def touches(self) -> tuple[str, ...]:
        return (f"vm/{self.vm}",)

    def inverse(self) -> RemoveSeed:
        return RemoveSeed(self.target, self.vm, self.path)

    def observe(self, world: World) -> Seen:
        there = world.host(self.target).read_file(self.path)
        if there is not None and there == self._content(world):
            return Satisfied(f"{self.target} has the seed of VM {self.vm}")
        return Differs(f"{self.target} has no such seed of VM {self.vm}")

    def ensure(self, world: World) -> None:
        world.host(self.target).write_file(self.path, self._content(world), mode=0o600)

    def _content(self, world: World) -> bytes:
        content = world.host(self.source).read_file(self.path) if is_seed(self.vm, self.path) else None
        if content is None:
            message = f"{self.source} does not have the seed {self.path} of VM {self.vm}"
            raise StepError(Category.NOT_FOUND, message, f"Give it another one: openqrm vm seed {self.vm}")
        return content


@dataclass(frozen=True)
class RemoveSeed:
    """The seed is not on the host any more."""

    name: ClassVar[str] = "kvm.remove-seed"
    host: str
    vm: str
    path: str

    def describe(self) -> str:
        return f"Remove the cloud-init seed {self.path} of VM {self.vm} from {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"vm/{self.vm}",)

    def inverse(self) -> Irreversible:
        return Irreversible("its secrets are gone")

    def observe(self, world: World) -> Seen:
        if world.host(self.host).read_file(self.path) is None:
            return Satisfied(f"{self.host} has no seed {self.path}")
        return Differs(f"{self.host} has seed {self.path}")

    def ensure(self, world: World) -> None:
        if is_seed(self.vm, self.path):
            world.host(self.host).remove_file(self.path)


def _instance(user_data: str) -> str:
    return hashlib.sha256(user_data.encode()).hexdigest()[:12]

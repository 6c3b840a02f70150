"""File systems on the host of a volume: made once, mounted, and mounted again when the host starts.

What is to be mounted stands in a file for each volume, so that no two plans write the same file; `mount -a -T FOLDER`
reads them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Irreversible, Satisfied, Seen
from openqrm.plugin_api.run import run
from openqrm.ports.world import Host, World

FOLDER = "/etc/openqrm/mounts.d"
_HINT = "Log in to the storage and look: lsblk -f, findmnt, dmesg."
_OPTIONS = {"xfs": "nofail,nouuid"}  # a clone has the UUID of its source, and XFS would refuse the second one
_NOTHING = 2  # exit status of blkid when there is no file system


@dataclass(frozen=True)
class Mount:
    """What is mounted where."""

    volume: str
    device: str
    mountpoint: str
    filesystem: str

    @property
    def file(self) -> str:
        """Where it is written down."""
        return f"{FOLDER}/{self.volume}.fstab"

    @property
    def line(self) -> bytes:
        """As fstab has it."""
        options = _OPTIONS.get(self.filesystem, "nofail")
        return f"{self.device} {self.mountpoint} {self.filesystem} {options} 0 0\n".encode()


@dataclass(frozen=True)
class FormatVolume:
    """The volume has a file system; one that it has already is left as it is."""

    name: ClassVar[str] = "openqrm.format-volume"
    host: str
    mount: Mount

    def describe(self) -> str:
        return f"Make a file system {self.mount.filesystem} on {self.mount.device} of {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.mount.volume}",)

    def inverse(self) -> Irreversible:
        return Irreversible("a file system is not unmade; the whole volume is put away")

    def observe(self, world: World) -> Seen:
        found = find_filesystem(world.host(self.host), self.mount.device)
        if not found:
            return Differs(f"there is no file system on {self.mount.device}")
        if found == self.mount.filesystem:
            return Satisfied(f"{self.mount.device} has the file system {found}")
        message = f"{self.mount.device} has {found[:40]!r}, not {self.mount.filesystem}"
        raise StepError(
            Category.CONFLICT, message, "Set the storage's filesystem to what is there, or wipe it by hand."
        )

    def ensure(self, world: World) -> None:
        host = world.host(self.host)
        if not find_filesystem(host, self.mount.device):
            run(host, (f"mkfs.{self.mount.filesystem}", "-q", "--", self.mount.device), timeout_s=300, hint=_HINT)


@dataclass(frozen=True)
class MountVolume:
    """The volume is mounted, and will be when its host starts."""

    name: ClassVar[str] = "openqrm.mount-volume"
    host: str
    mount: Mount

    def describe(self) -> str:
        return f"Mount {self.mount.device} at {self.mount.mountpoint} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.mount.volume}",)

    def inverse(self) -> UnmountVolume:
        return UnmountVolume(self.host, self.mount)

    def observe(self, world: World) -> Seen:
        host, mount = world.host(self.host), self.mount
        if not is_mounted(host, mount.mountpoint):
            return Differs(f"nothing is mounted at {mount.mountpoint}")
        if host.read_file(mount.file) != mount.line:
            return Differs("it would not be mounted when the storage starts")
        return Satisfied(f"{mount.mountpoint} is mounted")

    def ensure(self, world: World) -> None:
        host, mount = world.host(self.host), self.mount
        host.write_file(mount.file, mount.line)
        if not is_mounted(host, mount.mountpoint):
            run(host, ("mkdir", "-p", "--", mount.mountpoint), hint=_HINT)
            options = ("-t", mount.filesystem, "-o", _OPTIONS.get(mount.filesystem, "nofail"))
            run(host, ("mount", *options, "--", mount.device, mount.mountpoint), hint=_HINT)


@dataclass(frozen=True)
class UnmountVolume:
    """The volume is not mounted on its host, and will not be."""

    name: ClassVar[str] = "openqrm.unmount-volume"
    host: str
    mount: Mount

    def describe(self) -> str:
        return f"Unmount {self.mount.mountpoint} on {self.host}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.mount.volume}",)

    def inverse(self) -> MountVolume:
        return MountVolume(self.host, self.mount)

    def observe(self, world: World) -> Seen:
        host, mount = world.host(self.host), self.mount
        if is_mounted(host, mount.mountpoint):
            return Differs(f"{mount.mountpoint} is mounted")
        if host.read_file(mount.file) is not None:
            return Differs("it would be mounted when the storage starts")
        return Satisfied(f"nothing is mounted at {mount.mountpoint}")

    def ensure(self, world: World) -> None:
        host, mount = world.host(self.host), self.mount
        host.remove_file(mount.file)
        if is_mounted(host, mount.mountpoint):
            hint = f"Look what uses it on the storage: fuser -vm {mount.mountpoint}"
            run(host, ("umount", "--", mount.mountpoint), hint=hint)


def find_filesystem(host: Host, device: str) -> str:
    """The file system, or whatever else is on this device; empty when nothing is known to be."""
    done = host.run(("blkid", "-p", "-o", "value", "-s", "TYPE", "--", device))
    if done.status == _NOTHING and not done.out:
        return ""
    if done.status:
        words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
        raise StepError(Category.REFUSED, f"blkid: {words}", _HINT)
    return done.out.strip()


def is_mounted(host: Host, mountpoint: str) -> bool:
    """Whether something is mounted there."""
    done = host.run(("findmnt", "--noheadings", "--output", "TARGET", "--mountpoint", mountpoint))
    if done.status == 1 and not done.out and not done.err:
        return False
    if done.status:
        words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
        raise StepError(Category.REFUSED, f"findmnt: {words}", _HINT)
    if done.out.strip() != mountpoint:
        raise StepError(Category.UNAVAILABLE, f"findmnt said {done.out.strip()[:80]!r}", _HINT)
    return True

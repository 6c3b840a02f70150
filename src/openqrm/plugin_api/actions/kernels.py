"""Bringing a kernel's files to where the boot door looks for them, by openQRM's own tool."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Action, Differs, Irreversible, Satisfied, Seen
from openqrm.domain.resource import SELF
from openqrm.plugin_api.run import run
from openqrm.ports.world import World

TOOL = (sys.executable, "-m", "openqrm.boot.initrd")
HINT = "Name a linux-image package, its file, or a directory that holds vmlinuz and lib/modules/RELEASE."
FOLDER_HINT = "Look at the folder of kernels below openQRM's base directory: is it writable?"


def is_prepared(world: World, directory: str) -> bool:
    """The folder comes into being whole or not at all, so that one of its files tells."""
    done = world.host(SELF).run(("test", "-s", f"{directory}/vmlinuz"), timeout_s=30)
    if done.status > 1 or done.err:
        raise StepError(Category.UNAVAILABLE, f"nobody can tell what is in {directory}: {done.err.strip()[:200]}", HINT)
    return done.status == 0


@dataclass(frozen=True)
class PrepareKernel:
    """The kernel's folder is filled from a package or a directory."""

    name: ClassVar[str] = "openqrm.prepare-kernel"
    directory: str
    source: str

    def describe(self) -> str:
        return f"Fill {self.directory} with a kernel from {self.source}"

    def touches(self) -> tuple[str, ...]:
        return _touched(self.directory)

    def inverse(self) -> Action:
        return ClearKernel(self.directory)

    def observe(self, world: World) -> Seen:
        if is_prepared(world, self.directory):
            return Satisfied(f"{self.directory} holds a kernel")
        return Differs(f"{self.directory} holds no kernel")

    def ensure(self, world: World) -> None:
        run(world.host(SELF), (*TOOL, "prepare", "--", self.source, self.directory), timeout_s=500, hint=HINT)


@dataclass(frozen=True)
class ClearKernel:
    """The kernel's folder is gone."""

    name: ClassVar[str] = "openqrm.clear-kernel"
    directory: str

    def describe(self) -> str:
        return f"Remove the kernel's files in {self.directory}"

    def touches(self) -> tuple[str, ...]:
        return _touched(self.directory)

    def inverse(self) -> Action | Irreversible:
        return Irreversible("its files are gone; add the kernel again from its package")

    def observe(self, world: World) -> Seen:
        if is_prepared(world, self.directory):
            return Differs(f"{self.directory} holds a kernel")
        return Satisfied(f"{self.directory} is gone")

    def ensure(self, world: World) -> None:
        run(world.host(SELF), ("rm", "-rf", "--", self.directory), timeout_s=60, hint=FOLDER_HINT)


def _touched(directory: str) -> tuple[str, ...]:
    """The folder is called as the kernel is."""
    return (f"kernel/{PurePosixPath(directory).name}",)

"""Kernels and initrds as files: which one a boot gets, and what is sent when a machine asks for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from openqrm.boot.initrd.fragments import Fragment
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.kernel import Kernel
from openqrm.ports.records import Records

FRESH_S = 2.0


class Builder(Protocol):
    """openqrm.boot.initrd.builder.InitrdBuilder, as far as the door asks it."""

    def compose(self, bus_id: str, fragments: Sequence[Fragment] = ()) -> Path: ...

    def transfer_fragment(self) -> Fragment: ...

    def parts(self, fragments: Sequence[Fragment]) -> Iterator[Path]: ...

    def modules_archive(self, wanted: list[str]) -> bytes: ...


class Kernels:
    """All kernels, read again after two seconds; their builders are kept for as long as the folder is the same.

    `open_builder` opens the folder of a kernel; `get_fragment` knows the volume types of all plugins, `types`.
    """

    def __init__(
        self,
        records: Records,
        open_builder: Callable[[Path], Builder],
        get_fragment: Callable[[str], Fragment],
        types: Sequence[str] = (),
    ) -> None:
        self._records, self._open, self._get_fragment, self._types = records, open_builder, get_fragment, types
        self._prepared: set[str] = set()
        self._known: dict[str, Kernel] = {}
        self._read_s = 0.0
        self._builders: dict[str, Builder] = {}
        self._lock = threading.Lock()

    def default(self) -> Kernel:
        """What idle machines boot. Raises PlanningError `not_found`."""
        for kernel in self._all().values():
            if kernel.default:
                return kernel
        raise PlanningError(Category.NOT_FOUND, "there is no default kernel", "Run: openqrm kernel set-default NAME")

    def get(self, name: str) -> Kernel:
        """Raises PlanningError `not_found`."""
        kernel = self._all().get(name)
        if kernel is None:
            raise PlanningError(Category.NOT_FOUND, f"there is no kernel {name[:80]!r}", "Run: openqrm kernel list")
        return kernel

    def vmlinuz(self, name: str) -> Path:
        """The kernel's own file."""
        return Path(self.get(name).directory, "vmlinuz")

    def initrd(self, name: str, nic: str, types: Sequence[str], *, transfer: bool) -> Path:
        """For this network card and these types of volumes. May take a second when it is the first of its kind."""
        builder = self._builder(name)
        fragments = [self._get_fragment(type_) for type_ in types]
        return builder.compose(nic, [*fragments, *([builder.transfer_fragment()] if transfer else [])])

    def modules(self, name: str, wanted: list[str]) -> bytes:
        """The modules that these aliases or names need, as an archive."""
        return self._builder(name).modules_archive(wanted)

    def prepare(self, enough: Callable[[], bool] = lambda: False) -> None:
        """Have the parts made that machines will be sent, whatever their card; tried once for each kernel."""
        for name, kernel in self._all().items():
            if kernel.directory in self._prepared:
                continue
            self._prepared.add(kernel.directory)
            builder = self._builder(name)
            fragments = [*(self._get_fragment(type_) for type_ in self._types), builder.transfer_fragment()]
            for _ in builder.parts(fragments):
                if enough():
                    return

    def _builder(self, name: str) -> Builder:
        folder = self.get(name).directory
        with self._lock:
            if folder not in self._builders:
                self._builders[folder] = self._open(Path(folder))
            return self._builders[folder]

    def _all(self) -> dict[str, Kernel]:
        now_s = time.monotonic()
        if not self._known or now_s - self._read_s > FRESH_S:
            self._known = {kernel.name: kernel for kernel in self._records.list(Kernel)}
            self._read_s = now_s
        return self._known

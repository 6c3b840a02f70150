"""A kernel with its modules, which the boot door hands to machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.record import Record


@dataclass(frozen=True, kw_only=True)
class Kernel(Record):
    """`directory` holds `vmlinuz`, `base.cpio.gz` and `lib/modules/RELEASE` as `openqrm.boot.initrd` builds them."""

    kind: ClassVar[str] = "kernel"
    release: str = ""
    directory: str = ""
    default: bool = False  # the one idle machines boot
    arguments: str = ""  # added to the kernel line
    comment: str = ""

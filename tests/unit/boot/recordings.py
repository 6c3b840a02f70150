"""What real tools said; recorded/README.md tells where it comes from."""

import gzip
from functools import cache
from pathlib import Path

from openqrm.boot.initrd.modules import ModuleIndex, parse_alias, parse_dep, parse_softdep

RECORDED = Path(__file__).with_name("recorded")


@cache
def module_index(kernel: str) -> ModuleIndex:
    """The modules of Debian's `cloud` or `generic` kernel."""
    dep, alias, softdep = (_unpacked(f"{kernel}/modules.{name}.gz") for name in ("dep", "alias", "softdep"))
    return ModuleIndex(*parse_dep(dep), parse_softdep(softdep), parse_alias(alias))


def recorded_text(name: str) -> str:
    return (RECORDED / name).read_text()


def _unpacked(name: str) -> str:
    return gzip.decompress((RECORDED / name).read_bytes()).decode()

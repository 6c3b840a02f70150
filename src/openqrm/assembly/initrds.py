"""What initrds are built of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from openqrm.assembly.ground import Ground
from openqrm.boot.initrd.builder import InitrdBuilder, open_builder
from openqrm.boot.initrd.by_hand import build, prepare
from openqrm.boot.initrd.fragments import Fragment, get_fragment
from openqrm.boot.initrd.kernel_tree import get_kernel_tree
from openqrm.boot.initrd.packs import Sources
from openqrm.boot.kernels import Kernels
from openqrm.domain.errors import Category, PlanningError
from openqrm.plugin_host.host import PluginHost

INSTALLED = Path(__file__).parents[1] / "on_machines"  # put there by the wheel
CLONE = Path(__file__).parents[3]


def kernels_of(ground: Ground) -> Kernels:
    """Those that the database tells of, with an initrd for each."""
    sources, folders = _sources(ground.settings.sources), ground.plugins.initrd_folders()

    def open_one(folder: Path) -> InitrdBuilder:
        return open_builder(folder, sources, ground.base / "initrd")

    return Kernels(ground.database.records, open_one, _fragments(folders), sorted(folders))


def build_initrd(verb: str, folder: str, source: str, card: str = "", root: tuple[str, ...] = ()) -> str:
    """`openqrm initrd …`; what to tell of it."""
    place = Path(folder)
    if verb == "prepare" or (source and not place.exists()):
        prepare(source, place)
    tree = get_kernel_tree(place)
    if verb == "prepare":
        return f"{place}: kernel {tree.version}"
    made = build(place, _sources(""), _fragments(PluginHost().initrd_folders()), card=card, types=root)
    return f"{made}: {made.stat().st_size / 2**20:.1f} MiB, for kernel {tree.version} in {tree.vmlinuz}"


def _sources(place: str) -> Sources:
    """What runs on machines: of the setting, as it was installed, or of the clone that this is run from."""
    root = Path(place) if place else INSTALLED if INSTALLED.is_dir() else CLONE
    return Sources(root / "initrd", root / "agent")


def _fragments(folders: Mapping[str, Path]) -> Callable[[str], Fragment]:
    """Finds the fragment of a root type among the folders that plugins have for them."""

    def fragment(type_: str) -> Fragment:
        if type_ not in folders:
            raise PlanningError(Category.NOT_FOUND, f"no plugin has the root type {type_[:80]!r}", "Install one.")
        return get_fragment(folders[type_], type_)

    return fragment

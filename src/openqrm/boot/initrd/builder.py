"""Puts initrds together from packs that are made once and kept."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from openqrm.boot.initrd.archive import Entry, compress, render_archive, render_entries, render_trailer
from openqrm.boot.initrd.fragments import Fragment, get_fragment
from openqrm.boot.initrd.kernel_tree import KernelTree, get_kernel_tree
from openqrm.boot.initrd.modules import ModuleIndex, modules_for
from openqrm.boot.initrd.network_cards import network_modules
from openqrm.boot.initrd.packs import Sources, base_entries, fragment_entries, module_entries
from openqrm.boot.initrd.shelf import is_kept, keep, trim

MOST_BYTES = 1 << 30  # of whole initrds, which anybody may ask for in any composition


@dataclass(frozen=True, slots=True)
class InitrdBuilder:
    """The initrds of one kernel. A file in the store is named by what is in it: several servers may share the folder.

    Safe to call from several threads: the worst that happens is the same work done twice.
    """

    kernel: KernelTree
    index: ModuleIndex
    sources: Sources
    store: Path
    most_bytes: int = MOST_BYTES
    _made: dict[tuple[str, ...], Path] = field(default_factory=dict)

    def compose(self, bus_id: str, fragments: Sequence[Fragment] = ()) -> Path:
        """The initrd for a machine with this network card which is to mount volumes of these types."""
        packs = [self._base(), self._network(bus_id), *(self._fragment(each) for each in fragments)]
        key = ("initrd", *(pack.name for pack in packs))
        return self._once(key, lambda: self._joined(packs), bytes)

    def parts(self, fragments: Sequence[Fragment]) -> Iterator[Path]:
        """What any machine's initrd is put together from, made one by one."""
        yield self._base()
        for each in fragments:
            yield self._fragment(each)

    def transfer_fragment(self) -> Fragment:
        """What copies between volumes: goes beside the root's fragment and that of the other side."""
        return get_fragment(self.sources.init, "transfer")

    def modules_archive(self, wanted: Iterable[str]) -> bytes:
        """The modules for these modaliases or names and all they need: one gzipped archive.

        Gzip members may follow one another, so each module is compressed once and never again.
        """
        members = [self._module(name).read_bytes() for name in modules_for(self.index, wanted)]
        return b"".join([*members, compress(render_trailer())])

    def _joined(self, packs: Iterable[Path]) -> bytes:
        whole = b"".join(pack.read_bytes() for pack in packs)
        trim(self.store, "initrd", self.most_bytes - len(whole))
        return whole

    def _base(self) -> Path:
        return self._once(("base",), lambda: render_archive(base_entries(self.sources)))

    def _network(self, bus_id: str) -> Path:
        modules = network_modules(self.index, bus_id)
        return self._once(("network", *modules), lambda: render_archive(self._entries(modules)))

    def _fragment(self, fragment: Fragment) -> Path:
        modules = modules_for(self.index, fragment.needs.modules)
        return self._once(
            ("fragment", fragment.type),
            lambda: render_archive([*self._beside_base(fragment_entries(fragment)), *self._entries(modules)]),
        )

    def _beside_base(self, entries: Iterable[Entry]) -> list[Entry]:
        """Without what every initrd has: programs share libraries."""
        known = {entry.name for entry in base_entries(self.sources)}
        return [entry for entry in entries if entry.name not in known]

    def _module(self, name: str) -> Path:
        return self._once(("module", name), lambda: render_entries(self._entries([name])))

    def _entries(self, modules: Iterable[str]) -> list[Entry]:
        return [entry for name in modules for entry in module_entries(self.kernel, self.index, name)]

    def _once(
        self, key: tuple[str, ...], make: Callable[[], bytes], render: Callable[[bytes], bytes] = compress
    ) -> Path:
        if key not in self._made or not is_kept(self._made[key]):
            self._made[key] = keep(self.store, key[0], make(), render)
        return self._made[key]


def open_builder(kernel_folder: Path, sources: Sources, store: Path) -> InitrdBuilder:
    """The builder for the kernel in this folder."""
    kernel = get_kernel_tree(kernel_folder)
    return InitrdBuilder(kernel, kernel.load_index(), sources, store)

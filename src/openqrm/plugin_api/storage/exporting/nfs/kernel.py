"""The kernel's NFS service: a file for each volume in exports.d, applied by `exportfs -r`."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

from openqrm.domain.errors import Category, StepError
from openqrm.plugin_api.run import run
from openqrm.plugin_api.storage.exporting.nfs.exports import Client, Clients, Export, render_head
from openqrm.ports.world import Host

_LINE = re.compile(r"^(\S+)\s+([^\s(]+)\(([^)]*)\)$")
_FSID_SPACE = uuid.UUID("6f1c5bb0-5c4b-4f3e-9d6a-4f70656e7172")
_KNOWN = "/proc/fs/nfsd/clients"
_INFO = re.compile(rf"{_KNOWN}/[0-9]+/info")
_HINT = "Look whether nfs-kernel-server runs on the storage: systemctl status nfs-server."


class Kernel:
    """knfsd with nfs-utils."""

    def file(self, export: Export) -> str:
        return f"{export.folder}/openqrm-{export.volume}.exports"

    def render(self, export: Export, clients: Clients) -> str:
        # a btrfs subvolume has no UUID of its own that knfsd would see, so each export brings one
        fsid = uuid.uuid5(_FSID_SPACE, export.path)
        options = f"no_root_squash,no_subtree_check,sync,fsid={fsid}"
        lines = (f"{export.path} {c.address}({'rw' if c.writes else 'ro'},{options})\n" for c in sorted(clients))
        return render_head(clients) + "".join(lines)

    def list_live(self, host: Host, export: Export) -> Clients:
        return parse_clients(run(host, ("exportfs", "-s"), hint=_HINT), export.path)

    def apply(self, host: Host, export: Export, clients: Clients) -> None:
        done = host.run(("exportfs", "-r"))
        # it fails for any broken line of anybody's, and applies the others all the same
        if done.status and self.list_live(host, export) != clients:
            words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
            raise StepError(Category.REFUSED, f"exportfs: {words}", "Mend what it names in /etc/exports or exports.d.")

    def forget(self, host: Host, address: str) -> None:
        """Without this a machine that was switched off keeps files open for the 90 s of its lease, and no umount works.

        Where it may still mount something it is left alone: that would lose its open files, too.
        """
        if any(match[2] == address for match in _matches(run(host, ("exportfs", "-s"), hint=_HINT))):
            return
        shown = f"[{address}]" if ":" in address else address
        asked = ("grep", "-r", "-l", "-F", "--include=info", "--", f'address: "{shown}:', _KNOWN)
        for info in filter(_INFO.fullmatch, host.run(asked).out.splitlines()):
            # one that has gone by itself meanwhile is as good, and a kernel that cannot do it waits
            host.run(("tee", "--", f"{info.removesuffix('info')}ctl"), stdin=b"expire\n")


def parse_clients(text: str, path: str) -> Clients:
    """The clients of one folder in the output of `exportfs -s`."""
    return frozenset(Client(m[2], "rw" in m[3].split(",")) for m in _matches(text) if m[1] == path)


def _matches(text: str) -> Iterator[re.Match[str]]:
    return filter(None, map(_LINE.match, text.splitlines()))

"""ganesha: an export file for each volume, applied and looked at over D-Bus.

Its SIGHUP would do as well, but one broken file makes it keep all the old exports, and only its log says so.
"""

from __future__ import annotations

import re

from openqrm.domain.errors import Category, StepError
from openqrm.plugin_api.storage.exporting.nfs.exports import Client, Clients, Export, render_head
from openqrm.ports.world import Completed, Host

_CALL = (
    *("dbus-send", "--system", "--print-reply", "--reply-timeout=20000", "--dest=org.ganesha.nfsd"),
    "/org/ganesha/nfsd/ExportMgr",
)
_MANAGER = "org.ganesha.nfsd.exportmgr."
_CLIENT = re.compile(r'struct \{\s*string "([^"]+)"\s*int32 -?\d+\s*(?:byte \d+\s*)+int32 -?\d+((?:\s*uint32 \d+)+)')
_WRITE_ACCESS = 0x40  # EXPORT_OPTION_WRITE_ACCESS
_HINT = "Look whether ganesha.nfsd and the system's D-Bus run on the storage, and into ganesha's log."


class Ganesha:
    """The user space NFS service."""

    def file(self, export: Export) -> str:
        return f"{export.folder}/openqrm-{export.volume}.conf"

    def render(self, export: Export, clients: Clients) -> str:
        rules = "".join(
            f"  CLIENT {{ Clients = {c.address}; Access_Type = {'RW' if c.writes else 'RO'};"
            " Squash = No_Root_Squash; }\n"
            for c in sorted(clients)
        )
        return (
            f"{render_head(clients)}EXPORT {{\n"
            f"  Export_Id = {export.number};\n"
            f'  Path = "{export.path}";\n'
            f'  Pseudo = "{export.path}";\n'
            "  Access_Type = None;\n  SecType = sys;\n  Transports = TCP;\n  FSAL { Name = VFS; }\n"
            f"{rules}}}\n"
        )

    def list_live(self, host: Host, export: Export) -> Clients:
        text = self._display(host, export)
        return parse_clients(text) if text else frozenset()

    def apply(self, host: Host, export: Export, clients: Clients) -> None:
        known = bool(self._display(host, export))
        if clients:
            verb = "UpdateExport" if known else "AddExport"
            where = (f"string:{self.file(export)}", f"string:EXPORT(Export_Id={export.number})")
            _told(_call(host, verb, *where))
        elif known:
            _told(_call(host, "RemoveExport", f"uint16:{export.number}"))

    def forget(self, host: Host, address: str) -> None:
        """Nothing: it holds no file system busy for a machine that has none exported."""

    def _display(self, host: Host, export: Export) -> str:
        """What ganesha says about this export; empty when it has none of that number."""
        done = _call(host, "DisplayExport", f"uint16:{export.number}")
        if done.status and "Export id not found" in done.err:
            return ""
        text = _told(done)
        if parse_path(text) != export.path:
            message = f"ganesha's export {export.number} is {parse_path(text)}, not {export.path}"
            raise StepError(Category.CONFLICT, message, "Give that export another Export_Id.")
        return text


def parse_clients(text: str) -> Clients:
    """The clients in the answer of DisplayExport."""
    found = _CLIENT.findall(text)
    return frozenset(Client(_without_mask(name), _writes(numbers)) for name, numbers in found)


def parse_path(text: str) -> str:
    """The folder in the answer of DisplayExport."""
    found = re.search(r'uint16 \d+\s*string "([^"]*)"', text)
    return found[1] if found else ""


def _writes(numbers: str) -> bool:
    """From the four last numbers of a client: anonymous uid and gid, expiry, options, and what was set."""
    options = int(re.findall(r"uint32 (\d+)", numbers)[3])
    return bool(options & _WRITE_ACCESS)


def _without_mask(name: str) -> str:
    return name.removesuffix("/32").removesuffix("/128")


def _call(host: Host, method: str, *arguments: str) -> Completed:
    return host.run((*_CALL, _MANAGER + method, *arguments), timeout_s=30)


def _told(done: Completed) -> str:
    if done.status == 0:
        return done.out
    words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
    away = "ServiceUnknown" in words or "NoReply" in words or "Failed to open connection" in words
    raise StepError(Category.UNAVAILABLE if away else Category.REFUSED, f"ganesha: {words}", _HINT)

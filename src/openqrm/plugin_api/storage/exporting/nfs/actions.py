"""Exporting a folder to one machine, and ending it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from openqrm.domain.errors import Category, StepError
from openqrm.domain.plan import Differs, Satisfied, Seen
from openqrm.plugin_api.storage.exporting.nfs.exports import Backend, Client, Clients, Export, parse_head
from openqrm.plugin_api.storage.exporting.nfs.ganesha import Ganesha
from openqrm.plugin_api.storage.exporting.nfs.kernel import Kernel
from openqrm.ports.world import World

_BACKENDS: dict[str, Backend] = {"kernel": Kernel(), "ganesha": Ganesha()}


@dataclass(frozen=True)
class ExportFolder:
    """This machine may mount the folder, and no other may write it."""

    name: ClassVar[str] = "openqrm.export-folder"
    host: str
    export: Export
    client: Client

    def describe(self) -> str:
        leave = "writing" if self.client.writes else "reading only"
        return f"Export {self.export.path} on {self.host} to {self.client.address} for {leave}"

    def touches(self) -> tuple[str, ...]:
        return touched(self.export, self.client)

    def inverse(self) -> EndExport:
        return EndExport(self.host, self.export, self.client)

    def observe(self, world: World) -> Seen:
        written, live = look(world, self.host, self.export)
        if other := self._other_writers(written | live):
            raise StepError(
                Category.CONFLICT,
                f"{self.export.path} is exported to {other} for writing",
                "Stop what runs there, or remove that export by hand if nothing does; a volume has one writer.",
            )
        if self.client in written and self.client in live:
            return Satisfied(f"{self.client.address} may mount it")
        return Differs(f"{self.client.address} may not mount it" if self.client not in live else "it is not lasting")

    def ensure(self, world: World) -> None:
        written, _ = look(world, self.host, self.export)
        others = {c for c in written if c.address != self.client.address}
        write(world, self.host, self.export, frozenset({*others, self.client}))

    def _other_writers(self, clients: Clients) -> str:
        if not self.client.writes:
            return ""
        return ", ".join(sorted({c.address for c in clients if c.writes and c.address != self.client.address}))


@dataclass(frozen=True)
class EndExport:
    """This machine may not mount the folder, and what it has mounted answers no more."""

    name: ClassVar[str] = "openqrm.end-export"
    host: str
    export: Export
    client: Client

    def describe(self) -> str:
        return f"End the export of {self.export.path} on {self.host} to {self.client.address}"

    def touches(self) -> tuple[str, ...]:
        return touched(self.export, self.client)

    def inverse(self) -> ExportFolder:
        return ExportFolder(self.host, self.export, self.client)

    def observe(self, world: World) -> Seen:
        written, live = look(world, self.host, self.export)
        if self.client.address in {c.address for c in written | live}:
            return Differs(f"{self.client.address} may mount it")
        return Satisfied(f"{self.client.address} may not mount it")

    def ensure(self, world: World) -> None:
        written, _ = look(world, self.host, self.export)
        write(world, self.host, self.export, frozenset(c for c in written if c.address != self.client.address))
        _BACKENDS[self.export.backend].forget(world.host(self.host), self.client.address)


def touched(export: Export, client: Client) -> tuple[str, ...]:
    """A writer needs the volume for itself; readers do not stand in each other's way."""
    return (f"volume/{export.volume}",) if client.writes else (f"reader/{export.volume}/{client.address}",)


def look(world: World, host: str, export: Export) -> tuple[Clients, Clients]:
    """Who may mount the folder after a restart of the service, and who may now."""
    backend, storage = _BACKENDS[export.backend], world.host(host)
    text = storage.read_file(backend.file(export)) or b""
    return parse_head(text.decode(errors="replace")), backend.list_live(storage, export)


def write(world: World, host: str, export: Export, clients: Clients) -> None:
    """First lastingly, then live: after a crash in between the same is simply done again."""
    backend, storage = _BACKENDS[export.backend], world.host(host)
    if clients:
        storage.write_file(backend.file(export), backend.render(export, clients).encode())
    else:
        storage.remove_file(backend.file(export))
    backend.apply(storage, export, clients)

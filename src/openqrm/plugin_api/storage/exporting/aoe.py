"""ATA over Ethernet by vblade: a process for each volume, which answers one machine's MAC and no other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar, Literal

from openqrm.domain.errors import Category, PlanningError, StepError
from openqrm.domain.names import parse_mac
from openqrm.domain.plan import Action, Differs, Satisfied, Seen
from openqrm.domain.storage import Volume
from openqrm.plugin_api.drivers import Machine, Root
from openqrm.plugin_api.run import run
from openqrm.ports.world import Host, World

Keeper = Literal["systemd", "bare"]
_PROGRAM = "/usr/sbin/vblade"
_FOLDERS: dict[Keeper, str] = {"systemd": "/etc/systemd/system", "bare": "/etc/openqrm/aoe.d"}
_SLOTS = 16  # a shelf
_LAST_SHELF = 65534  # 65535 is broadcast
_WORD = re.compile(r"[A-Za-z0-9/._+-]+", re.ASCII)
_HINT = "Log in to the storage and look: pgrep -a vblade, and systemctl status of its openqrm-aoe- service."


@dataclass(frozen=True)
class Blade:
    """A volume as vblade serves it: to `mac`, as `shelf` and `slot` of the network behind `interface`."""

    volume: str
    path: str
    shelf: int
    slot: int
    interface: str
    mac: str
    keeper: Keeper

    @property
    def name(self) -> str:
        """As machines see it, below /dev/etherd."""
        return f"e{self.shelf}.{self.slot}"

    @property
    def unit(self) -> str:
        """The service of systemd that keeps it running."""
        return f"openqrm-aoe-{self.name}.service"

    @property
    def file(self) -> str:
        """Where it is written down: for systemd, or for us alone."""
        return f"{_FOLDERS[self.keeper]}/{self.unit}"

    @property
    def argv(self) -> tuple[str, ...]:
        """The words of its process behind the program's name."""
        return ("-m", self.mac, str(self.shelf), str(self.slot), self.interface, self.path)

    @property
    def text(self) -> bytes:
        """That file."""
        return (
            f"[Unit]\nDescription=AoE volume {self.name} of openQRM\nAfter=network.target local-fs.target\n\n"
            f"[Service]\nExecStart={_PROGRAM} {' '.join(self.argv)}\nRestart=always\nRestartSec=1\n\n"
            "[Install]\nWantedBy=multi-user.target\n"
        ).encode()


@dataclass(frozen=True)
class ServeBlade:
    """vblade serves the volume to this machine, and no other vblade does."""

    name: ClassVar[str] = "openqrm.serve-blade"
    host: str
    blade: Blade

    def describe(self) -> str:
        return f"Serve {self.blade.path} on {self.host} to {self.blade.mac} as {self.blade.name}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.blade.volume}",)

    def inverse(self) -> EndBlade:
        return EndBlade(self.host, self.blade)

    def observe(self, world: World) -> Seen:
        host, blade = world.host(self.host), self.blade
        running = list_blades(host)
        if others := [words for words in running if words != blade.argv and _is_of(words, blade)]:
            message = f"{blade.path} or {blade.name} is served already: vblade {' '.join(others[0])[:150]}"
            raise StepError(Category.CONFLICT, message, "Stop what runs there, or end that vblade by hand.")
        if host.read_file(blade.file) != blade.text:
            return Differs(f"it is not written down that {blade.mac} may use {blade.name}")
        if blade.argv not in running:
            return Differs(f"no vblade serves {blade.name}")
        return Satisfied(f"{blade.mac} may use {blade.name}")

    def ensure(self, world: World) -> None:
        host, blade = world.host(self.host), self.blade
        if blade.argv in list_blades(host) and host.read_file(blade.file) == blade.text:
            return
        host.write_file(blade.file, blade.text, mode=0o600)
        _start(host, blade)


@dataclass(frozen=True)
class EndBlade:
    """No vblade serves the volume to this machine."""

    name: ClassVar[str] = "openqrm.end-blade"
    host: str
    blade: Blade

    def describe(self) -> str:
        return f"End the service of {self.blade.path} on {self.host} to {self.blade.mac}"

    def touches(self) -> tuple[str, ...]:
        return (f"volume/{self.blade.volume}",)

    def inverse(self) -> ServeBlade:
        return ServeBlade(self.host, self.blade)

    def observe(self, world: World) -> Seen:
        host, blade = world.host(self.host), self.blade
        if blade.argv in list_blades(host):
            return Differs(f"{blade.mac} may use {blade.name}")
        if host.read_file(blade.file) == blade.text:
            return Differs(f"{blade.mac} might use {blade.name} after a restart")
        return Satisfied(f"{blade.mac} may not use {blade.name}")

    def ensure(self, world: World) -> None:
        """The file goes last: as long as it is there, the rest is known to be left to do."""
        host, blade = world.host(self.host), self.blade
        _stop(host, blade)
        if host.read_file(blade.file) == blade.text:
            host.remove_file(blade.file)


@dataclass(frozen=True)
class Blades:
    """Exporting by AoE: for machines on the same Ethernet as `interface` of the storage."""

    host: str
    interface: str
    first_shelf: int
    keeper: Keeper
    filesystem: str

    def allow(self, volume: Volume, path: str, machine: Machine, secret: str, *, writes: bool) -> Action:
        return ServeBlade(self.host, self._blade(volume, path, machine.mac, writes=writes))

    def refuse(self, volume: Volume, path: str, machine: Machine, secret: str, *, writes: bool) -> Action:
        return EndBlade(self.host, self._blade(volume, path, machine.mac, writes=writes))

    def root(self, volume: Volume, path: str, address: str, secret: str) -> Root:
        shelf, slot = self._place(volume)
        facts = (("device", f"e{shelf}.{slot}"), ("filesystem", self.filesystem))
        return Root(type="aoe", facts=facts)

    def _blade(self, volume: Volume, path: str, mac: str, *, writes: bool) -> Blade:
        if not writes:
            message = f"volume {volume.name} cannot be lent: AoE serves a volume to one machine"
            raise PlanningError(Category.UNSUPPORTED, message, "Copy from an NFS volume.")
        shelf, slot = self._place(volume)
        return Blade(volume.name, path, shelf, slot, self.interface, parse_mac(mac), self.keeper)

    def _place(self, volume: Volume) -> tuple[int, int]:
        """From the volume's number, which no other volume of this openQRM has."""
        shelf, slot = self.first_shelf + volume.id // _SLOTS, volume.id % _SLOTS
        if shelf > _LAST_SHELF:
            message = f"volume {volume.name} would be on shelf {shelf}, and the last one is {_LAST_SHELF}"
            raise PlanningError(Category.UNSUPPORTED, message, "Set first_shelf of the storage to a smaller number.")
        return shelf, slot


def list_blades(host: Host) -> list[tuple[str, ...]]:
    """The arguments of every vblade that runs."""
    done = host.run(("pgrep", "-a", "-x", "vblade"), timeout_s=30)
    if done.status == 1 and not done.out and not done.err:
        return []
    if done.status:
        words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
        raise StepError(Category.REFUSED, f"pgrep: {words}", _HINT)
    return parse_blades(done.out)


def parse_blades(text: str) -> list[tuple[str, ...]]:
    """The output of `pgrep -a -x vblade`: a number, the program, its arguments."""
    return [tuple(words[2:]) for words in map(str.split, text.splitlines()) if len(words) > 2 and words[0].isdigit()]


def _is_of(words: tuple[str, ...], blade: Blade) -> bool:
    return words[-4:-2] == (str(blade.shelf), str(blade.slot)) or words[-1:] == (blade.path,)


def _start(host: Host, blade: Blade) -> None:
    if bad := [word for word in blade.argv if not _WORD.fullmatch(word.replace(":", ""))]:
        raise StepError(Category.BAD_INPUT, f"{bad[0][:80]!r} is no word for vblade", "Change the storage's settings.")
    if blade.keeper == "systemd":
        for verb in (("daemon-reload",), ("enable", blade.unit), ("restart", blade.unit)):
            run(host, ("systemctl", *verb), hint=_HINT)
        return
    if blade.argv not in list_blades(host):
        start = ("start-stop-daemon", "--start", "--background", "--make-pidfile", *_daemon(blade))
        run(host, (*start, "--", *blade.argv), hint=_HINT)


def _stop(host: Host, blade: Blade) -> None:
    """Ours alone: what has been written down for another machine meanwhile is left as it is."""
    if blade.keeper == "systemd" and host.read_file(blade.file) == blade.text:
        run(host, ("systemctl", "disable", "--now", blade.unit), hint=_HINT)
    if blade.argv not in list_blades(host):
        return
    if blade.keeper == "systemd":
        run(host, ("systemctl", "stop", blade.unit), hint=_HINT)
        return
    stop = ("start-stop-daemon", "--stop", "--oknodo", "--retry", "TERM/2/KILL/2", *_daemon(blade))
    run(host, stop, hint=_HINT)


def _daemon(blade: Blade) -> tuple[str, ...]:
    return ("--pidfile", f"/run/openqrm-aoe-{blade.name}.pid", "--exec", _PROGRAM)

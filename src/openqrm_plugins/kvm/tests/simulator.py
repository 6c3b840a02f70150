"""A host with libvirt: its VMs in memory, and the words that the real virsh said."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from openqrm.plugin_api import Completed, Resource
from openqrm.plugin_api.testing import SimulatedWorld, Simulator, UnknownCommand
from openqrm_plugins.kvm.acceleration import BOOT_ID
from openqrm_plugins.kvm.hardware import uuid_of
from openqrm_plugins.kvm.migrate import PROGRAM
from openqrm_plugins.kvm.virsh import TOOL

RECORDED: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "transcripts" / "virsh-9.0.json").read_text())
RECORDED_UUID = uuid_of("web")  # what the recorded answers are about
HOST = Resource(name="h1", address="10.0.0.1")
OTHER = Resource(name="h2", address="10.0.0.2")
VIRSH = ("virsh", "--quiet", "--connect", "qemu:///system")
SNAPSHOT = "<domainsnapshot>\n  <name>{name}</name>\n  <description>{mark}</description>\n</domainsnapshot>\n"
MIGRATE = ("migrate", "--live", "--p2p", "--persistent", "--undefinesource")
BRIDGES = '[{"ifindex":2,"ifname":"br0","flags":["UP"],"mtu":1500,"link_type":"ether"}]'
KVM_TRIED = ("timeout", "--signal=KILL", "10", "/usr/bin/qemu-system-x86_64", "-accel", "kvm")


def recorded(name: str, uuid: str = RECORDED_UUID) -> Completed:
    """What the real virsh printed there, about the VM of this UUID."""
    said = RECORDED[name]
    return Completed(said["status"], said["out"], said["err"].replace(RECORDED_UUID, uuid))


@dataclass
class SimulatedDomain:
    """`defined` is for the next start, empty when libvirt will forget it; `started` is what it runs with."""

    defined: str
    started: str = ""
    snapshots: "dict[str, SimulatedSnapshot]" = field(default_factory=dict)
    current: str = ""  # the snapshot by which it came to be as it is
    is_coming: bool = False  # from another host, and stands still until it is there


@dataclass
class SimulatedSnapshot:
    """What a VM was, and by which snapshot it had come to be so."""

    mark: str
    defined: str
    started: str
    parent: str


class SimulatedLibvirt(Simulator):
    """One host. `peers` are those it can move VMs to, by URI; `fault` names the answer to every change."""

    def __init__(self, kvm_status: int = 33) -> None:
        super().__init__()
        self.domains: dict[str, SimulatedDomain] = {}
        self.files[BOOT_ID] = b"5d6f8a9c-1111-4222-8333-444455556666\n"
        self.links: dict[str, str] = {}  # where a path leads to
        self.kinds: dict[str, str] = {}  # of files that are no regular ones
        self.bridges = BRIDGES
        self.kvm_status = kvm_status  # how the try with KVM ends
        self.is_down = False
        self.listens = True  # its VMs stop when their button is pressed
        self.fault = ""
        self.dawdles = False  # its moves take as long as the test likes, see `arrive`
        self.leaving: dict[str, str] = {}  # VMs on their way, and where to
        self.noted: dict[str, str] = {}  # moves that came to nothing, and by what
        self.answers: dict[str, Completed] = {}  # in place of its own, by words
        self._peers: dict[str, SimulatedLibvirt] = {}

    def meet(self, uri: str, peer: "SimulatedLibvirt") -> None:
        self._peers[uri] = peer

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        if argv == ("ip", "-json", "link", "show", "type", "bridge"):
            return Completed(0, self.bridges)
        if argv[0] in ("realpath", "stat", "find") and environment == {"LC_ALL": "C"}:
            return self._look(argv)
        if argv[: len(KVM_TRIED)] == KVM_TRIED:
            return Completed(self.kvm_status)
        if argv[:3] == ("sh", "-s", "--") and stdin == PROGRAM.read_bytes():
            return self._move(argv[3], argv[4], argv[5:])
        if argv[: len(VIRSH)] != VIRSH or environment != dict(TOOL.environment):
            raise UnknownCommand(" ".join(argv))
        if self.is_down:
            return recorded("no-libvirtd")
        if stdin:
            return self._answer(argv[len(VIRSH) :], stdin)
        (line,) = argv[len(VIRSH) :]
        return self.answers.get(line) or self._answer_all(line)

    def _look(self, argv: tuple[str, ...]) -> Completed:
        """At its files, as coreutils 9.1 and findutils 4.9 do."""
        match argv:
            case ("realpath", "--canonicalize-existing", "--zero", "--", path, *folders):
                found = self.links.get(path, path)
                if found not in self.files:
                    return Completed(1, "", f"realpath: {path}: No such file or directory\n")
                return Completed(0, "".join(f"{self.links.get(each, each)}\0" for each in (path, *folders)))
            case ("stat", "-c", "%F", "--", path):
                return Completed(0, f"{self.kinds.get(path, 'regular file')}\n")
            case ("find", "-H", *words) if words[-2:] == ["-printf", r"%s %p\0"]:
                folders = words[: words.index("-maxdepth")]
                inside = [p for p in self.files if any(p.startswith(f"{folder}/") for folder in folders)]
                return Completed(0, "".join(f"{len(self.files[path])} {path}\0" for path in inside))
        raise UnknownCommand(" ".join(argv))

    def _answer_all(self, line: str) -> Completed:
        """virsh goes on after a command that fails, and ends as the last one did."""
        done = [self._answer(words, b"") for words in _commands(line)]
        return Completed(done[-1].status, "".join(each.out for each in done), "".join(each.err for each in done))

    def _answer(self, words: tuple[str, ...], stdin: bytes) -> Completed:
        match words:
            case (("nodeinfo" | "nodememstats") as what,):
                return recorded(what)
            case ("domcapabilities", "--virttype", "kvm"):
                return recorded("domcapabilities-kvm")
            case ("echo", word):
                return Completed(0, f"{word}\n")
            case ("list", "--uuid", *which):
                shown = (u for u, d in self.domains.items() if which or d.started)
                return Completed(0, "\n".join([*shown, ""]))
            case ("dumpxml", uuid):
                return self._answer(("dumpxml", "--domain", uuid), stdin)
            case ("define", "--file", "/dev/stdin"):
                return self._define(stdin.decode())
            case (*_, "--domain", uuid) if uuid not in self.domains:
                return recorded("unknown-domstate", uuid)
            case (verb, *rest) if verb.startswith("snapshot-"):
                return self._snapshot(verb, rest)
            case (*rest, "--domain", uuid):
                return self._one(tuple(rest), uuid)
        raise UnknownCommand(" ".join(words))

    def _one(self, words: tuple[str, ...], uuid: str) -> Completed:
        domain = self.domains[uuid]
        match words:
            case ("domstate",):
                state = "paused" if domain.is_coming else "running" if domain.started else "off"
                return recorded(f"state-{state}")
            case ("dumpxml", *inactive):
                return Completed(0, domain.defined if inactive else domain.started or domain.defined)
            case ("domjobinfo", *which):
                return self._work(uuid, bool(which))
            case _ if self.fault:
                return recorded(self.fault, uuid)
            case ("start",):
                return self._start(domain)
            case ("shutdown", "--mode", "acpi") if not domain.started:
                return recorded("shutdown-off", uuid)
            case ("shutdown", "--mode", "acpi"):
                if self.listens:
                    self._destroy(uuid, domain)
                return recorded("shutdown")
            case ("destroy",):
                return self._destroy(uuid, domain)
            case ("undefine", *_) if domain.started:
                domain.defined = ""
                return recorded("undefine")
            case ("undefine", *_):
                del self.domains[uuid]
                return recorded("undefine")
        raise UnknownCommand(" ".join(words))

    def _snapshot(self, verb: str, words: list[str]) -> Completed:
        domain = self.domains[words[words.index("--domain") + 1]]
        match verb, *[word for word in words if word not in ("--domain", words[words.index("--domain") + 1])]:
            case ["snapshot-list", "--topological"]:
                shown = (_row(name, kept) for name, kept in domain.snapshots.items())
                return Completed(0, "".join(shown))
            case ["snapshot-current", "--name"]:
                return Completed(0, domain.current) if domain.current else recorded("snapshot-current-none")
            case ["snapshot-create-as", "--name", name, "--description", mark]:
                return self._keep(domain, name, mark)
            case [_, "--snapshotname", name] if name not in domain.snapshots:
                return recorded("snapshot-unknown")
            case ["snapshot-dumpxml", "--snapshotname", name]:
                return Completed(0, SNAPSHOT.format(name=name, mark=domain.snapshots[name].mark))
            case [("snapshot-revert" | "snapshot-delete") as change, "--snapshotname", name]:
                return recorded(self.fault) if self.fault else self._use(domain, name, change)
        raise UnknownCommand(" ".join((verb, *words)))

    def _keep(self, domain: SimulatedDomain, name: str, mark: str) -> Completed:
        if self.fault:
            return recorded(self.fault)
        if name in domain.snapshots:
            return recorded("snapshot-create-again")
        if "type='raw'" in domain.defined or 'type="raw"' in domain.defined:
            return recorded("snapshot-raw")
        domain.snapshots[name] = SimulatedSnapshot(mark, domain.defined, domain.started, domain.current)
        domain.current = name
        return recorded("snapshot-create")

    def _use(self, domain: SimulatedDomain, name: str, change: str) -> Completed:
        kept = domain.snapshots[name]
        if change == "snapshot-revert":
            domain.defined, domain.started, domain.current = kept.defined, kept.started, name
            return recorded("snapshot-revert")
        del domain.snapshots[name]
        for other in domain.snapshots.values():
            other.parent = kept.parent if other.parent == name else other.parent
        domain.current = kept.parent if domain.current == name else domain.current
        return recorded("snapshot-delete")

    def _start(self, domain: SimulatedDomain) -> Completed:
        if domain.started:
            return recorded("start-again")
        domain.started = domain.defined.replace("<domain ", '<domain id="1" ', 1)
        return recorded("start")

    def _destroy(self, uuid: str, domain: SimulatedDomain) -> Completed:
        if not domain.started:
            return recorded("destroy-off", uuid)
        domain.started = ""
        if not domain.defined:
            del self.domains[uuid]
        return recorded("destroy")

    def _define(self, text: str) -> Completed:
        if self.fault:
            return recorded(self.fault)
        try:
            read = ElementTree.fromstring(text)
        except ElementTree.ParseError:
            return recorded("define-garbled")
        uuid, name = read.findtext("uuid", ""), read.findtext("name", "")
        if not name.replace("-", "").isalnum() or read.get("type") not in ("kvm", "qemu"):
            return recorded("define-bad")
        namesakes = (u for u, d in self.domains.items() if f"<name>{name}</name>" in d.defined and u != uuid)
        if other := next(namesakes, ""):
            return recorded("define-name-taken", other)
        self.domains.setdefault(uuid, SimulatedDomain("")).defined = text
        return recorded("define")

    def arrive(self, uuid: str, fault: str = "") -> None:
        """A move that dawdled has come to its end, or to nothing."""
        uri = self.leaving.pop(uuid)
        if fault:
            self.noted[uuid] = fault
            del self._peers[uri].domains[uuid]
        else:
            self._peers[uri].domains[uuid] = self.domains.pop(uuid)

    def _move(self, verb: str, uuid: str, words: tuple[str, ...]) -> Completed:
        """As host/move.sh does."""
        match verb, words:
            case "look", ():
                state = "working" if uuid in self.leaving else "failed" if uuid in self.noted else "none"
                return Completed(0, f"{state}\n")
            case "halt", ():
                if uuid in self.leaving:
                    self.arrive(uuid, "migrate-aborted")
                self.noted.pop(uuid, None)
                return Completed(0)
            case "start", (*rest, "--domain", about, "--desturi", uri) if tuple(rest[: len(MIGRATE)]) == MIGRATE:
                assert about == uuid
                return self._start_move(uuid, uri)
        raise UnknownCommand(" ".join((verb, *words)))

    def _start_move(self, uuid: str, uri: str) -> Completed:
        if uri not in self._peers:
            raise UnknownCommand(f"nothing listens at {uri}")
        if uuid in self.leaving:
            return Completed(0)
        if fault := self.noted.pop(uuid, self.fault):
            said = recorded(fault, uuid)
            return Completed(said.status, "", f"{said.err}it ended with {said.status}\n")
        self.leaving[uuid] = uri
        self._peers[uri].domains[uuid] = SimulatedDomain("", self.domains[uuid].started, is_coming=True)
        if not self.dawdles:
            self.arrive(uuid)
        return Completed(0)

    def _work(self, uuid: str, is_completed: bool) -> Completed:
        if is_completed:
            return recorded("domjobinfo-completed")
        if self.domains[uuid].is_coming:
            return recorded("domjobinfo-coming")
        return recorded("domjobinfo-moving" if uuid in self.leaving else "domjobinfo-none")


def _commands(line: str) -> list[tuple[str, ...]]:
    """As virsh takes it apart."""
    words = shlex.shlex(line, posix=True, punctuation_chars=";")
    words.whitespace_split, words.commenters = True, ""
    commands: list[tuple[str, ...]] = [()]
    for word in words:
        commands = [*commands, ()] if word == ";" else [*commands[:-1], (*commands[-1], word)]
    return commands


def _row(name: str, kept: SimulatedSnapshot) -> str:
    """As recorded, but for name and state."""
    line = str(RECORDED["snapshot-list"]["out"])
    return line.replace("clean", name).replace("shutoff", "running" if kept.started else "shutoff")


def world(kvm_status: int = 33) -> SimulatedWorld:
    """Two hosts with libvirt, which reach each other, and no VM."""
    here, there = SimulatedLibvirt(kvm_status), SimulatedLibvirt(kvm_status)
    here.meet("qemu+ssh://root@10.0.0.2/system", there)
    there.meet("qemu+ssh://root@10.0.0.1/system", here)
    return SimulatedWorld(hosts={HOST.name: here, OTHER.name: there}, given=(HOST, OTHER))


def libvirt_in(made: SimulatedWorld, host: Resource = HOST) -> SimulatedLibvirt:
    """The libvirt of this host."""
    simulator = made.hosts[host.name]
    assert isinstance(simulator, SimulatedLibvirt)
    return simulator

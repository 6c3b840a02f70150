"""virsh on a host: how it is called, and what its words mean."""

from __future__ import annotations

import re
from typing import overload

from openqrm.plugin_api import Category, Completed, LineTool, MachineFacts, StepError, World, talk
from openqrm_plugins.kvm.domain_xml import Domain, parse_domain
from openqrm_plugins.kvm.hardware import uuid_of

URI = "qemu:///system"
TOOL = LineTool(
    ("virsh", "--quiet", "--connect", URI), say="echo", say_err="echo --err",
    # in English; its line editor draws nothing, reads nobody's habits, and remembers no line
    environment=(("LC_ALL", "C"), ("TERM", "dumb"), ("INPUTRC", "/dev/null"), ("VIRSH_HISTSIZE", "0")),
)  # fmt: skip
CALL_S = 60.0
BATCH = 50  # VMs described by one call: some 10 KiB each, of the 1 MiB that a call may print
ON = frozenset({"running", "idle", "paused", "in shutdown", "pmsuspended"})
OFF = frozenset({"shut off", "crashed"})
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PLAIN, _QUOTABLE = re.compile(r"[A-Za-z0-9_./:@+=\[\]-]+"), re.compile(r"[ -&(-~]*")
_END = "end-of-list"
_UNKNOWN = re.compile("failed to get domain|no domain with matching uuid")  # the latter: it went while it was asked
_DAEMON = "Log in to the host and start libvirtd (systemctl start libvirtd); then retry."
_PACKAGES = "On Debian: apt-get install libvirt-daemon-system libvirt-clients qemu-system-x86"
# What virsh 9.0 says, most telling first.
_FAILURES = (
    ("virsh: No such file", Category.UNSUPPORTED, "virsh is missing there", _PACKAGES),
    ("virsh: not found", Category.UNSUPPORTED, "virsh is missing there", _PACKAGES),
    ("failed to connect to the hypervisor", Category.UNAVAILABLE, "its libvirtd does not answer", _DAEMON),
    ("cannot acquire state change lock", Category.BUSY, "libvirt is busy with this VM", "Wait, then retry."),
    ("already exists with uuid", Category.CONFLICT, "it has a VM of this name that is not openQRM's",
     "Rename that one (virsh domrename), or give ours another name."),
    ("Cannot get interface MTU", Category.REFUSED, "it lacks the bridge of a network card",
     "Make the bridge on the host, or change the card (openqrm vm)."),
    ("Cannot access storage file", Category.REFUSED, "a disk or ISO image is not there",
     "Look for the path on the host, or take the disk or image from the VM."),
    ("Is another process using the image", Category.REFUSED, "something else has a disk open",
     "Look what uses the disk on the host; a volume has one writer."),
    ("Cannot allocate memory", Category.REFUSED, "it has too little memory free",
     "Move a VM away from this host, or give this one less memory."),
    ("CPU is incompatible", Category.REFUSED, "its CPU cannot do what the VM was given",
     "Set cpu_model of plugin kvm to one that all hosts have."),
    ("cannot migrate domain with", Category.REFUSED, "a VM with snapshots does not move while it runs",
     "Remove its snapshots (openqrm vm snapshots), or power it off and move it."),
    ("unsafe", Category.REFUSED, "the disks may not be written by two hosts",
     "Set shares_disks of plugin kvm if all hosts share their storage, or disk_cache to none."),
    ("Host key verification failed", Category.REFUSED, "it does not know the SSH host key of the other one",
     "Let root of each host log in to the others by SSH, without a password."),
    ("Permission denied (", Category.REFUSED, "the other one does not let it in by SSH",
     "Let root of each host log in to the others by SSH, without a password."),
)  # fmt: skip


def ask(world: World, host: str, *words: str, timeout_s: float = CALL_S) -> str:
    """What virsh printed. Raises StepError that tells a host without libvirt from one that refuses."""
    done = _call(world, host, *words, timeout_s=timeout_s)
    if done.status != 0:
        raise explain_failure(host, done)
    return done.out


def define(world: World, host: str, xml: str) -> None:
    """Give the host a VM, or other hardware to one. By a virsh of its own, which reads nothing but this."""
    argv = (*TOOL.argv, "define", "--file", "/dev/stdin")
    done = world.host(host).run(argv, stdin=xml.encode(), timeout_s=CALL_S, environment=dict(TOOL.environment))
    if done.status != 0:
        raise explain_failure(host, done)


@overload
def ask_of_vm(world: World, host: str, vm: str, *words: str, timeout_s: float = CALL_S) -> str: ...
@overload
def ask_of_vm(world: World, host: str, vm: str, *words: str, absent: str, timeout_s: float = CALL_S) -> str | None: ...
def ask_of_vm(world: World, host: str, vm: str, *words: str, absent: str = "", timeout_s: float = CALL_S) -> str | None:
    """What virsh printed about this VM; None when it failed with the words `absent`."""
    done = _call(world, host, *words, "--domain", uuid_of(vm), timeout_s=timeout_s)
    if done.status == 0:
        return done.out
    if absent and absent in done.err:
        return None
    raise unknown(host, vm) if _UNKNOWN.search(done.err) else explain_failure(host, done)


def find_state(world: World, host: str, vm: str) -> str:
    """What libvirt calls the state of this VM; empty when the host does not know it."""
    done = _call(world, host, "domstate", "--domain", uuid_of(vm))
    if _UNKNOWN.search(done.err):
        return ""
    if done.status != 0:
        raise explain_failure(host, done)
    state = done.out.strip()
    if state not in ON | OFF:
        raise StepError(Category.UNAVAILABLE, f"libvirt on {host} calls the state of VM {vm} {state[:80]!r}", "Retry.")
    return state


def get_state(world: World, host: str, vm: str) -> str:
    """The same. Raises StepError `not_found` when the host does not know it."""
    state = find_state(world, host, vm)
    if not state:
        raise unknown(host, vm)
    return state


def unknown(host: str, vm: str) -> StepError:
    """The error that a host does not know this VM."""
    message = f"{host} does not know VM {vm}"
    return StepError(Category.NOT_FOUND, message, "Was it moved or removed by hand? virsh list --all on the hosts.")


def find_xml(world: World, host: str, vm: str, *, as_it_runs: bool = False) -> str:
    """The XML of this VM: what holds from its next start, or what it runs with. Empty when it is not known."""
    which = () if as_it_runs else ("--inactive",)
    done = _call(world, host, "dumpxml", *which, "--domain", uuid_of(vm))
    if _UNKNOWN.search(done.err):
        return ""
    if done.status != 0:
        raise explain_failure(host, done)
    return done.out


def start(world: World, host: str, vm: str) -> str:
    """Start this VM, unless it is on already; the XML that it runs with."""
    name = ("--domain", uuid_of(vm))
    done = _say(world, host, f"{_rendered(('start', *name))}; {_rendered(('dumpxml', *name))}")
    if done.status != 0 and "Domain is already active" not in done.err:
        raise explain_failure(host, done)
    return done.out


def list_machines(world: World, host: str) -> list[MachineFacts]:
    """All VMs of the host, ours or not; those that vanish while it is asked are left out."""
    uuids, running = _list_uuids(world, host)
    found: list[Domain] = []
    for start in range(0, len(uuids), BATCH):
        batch = uuids[start : start + BATCH]
        done = _say(world, host, "; ".join(_rendered(("dumpxml", uuid)) for uuid in batch))
        found += _domains(done, host, len(batch))
    return [_facts(domain, "on" if domain.uuid in running else "off") for domain in found]


def explain_failure(host: str, done: Completed) -> StepError:
    """The error that a failed call of virsh means."""
    said = done.err + done.out
    for words, category, meaning, hint in _FAILURES:
        if words in said:
            return StepError(category, f"libvirt on {host}: {meaning}", hint)
    lines = said.strip().splitlines() or ["it said nothing"]
    last = [line for line in lines if line.startswith("error: ")][-1:] or lines[-1:]
    return StepError(
        Category.REFUSED,
        f"libvirt on {host} refused: {last[0].removeprefix('error: ')[:300]}",
        "Look at the log of libvirtd on the host.",
    )


def _call(world: World, host: str, *words: str, timeout_s: float = CALL_S) -> Completed:
    return _say(world, host, _rendered(words), timeout_s=timeout_s)


def _say(world: World, host: str, line: str, *, timeout_s: float = CALL_S) -> Completed:
    """A virsh that stays has no status; it never fails without this word."""
    done = talk(world.host(host), TOOL, line, timeout_s=timeout_s)
    return Completed(1, done.out, done.err) if done.status == 0 and "error: " in done.err else done


def _rendered(words: tuple[str, ...]) -> str:
    """One command of a line. Raises StepError `bad_input` for a word that virsh could take for another."""
    if unfit := [word for word in words if not _QUOTABLE.fullmatch(word)]:
        message = f"virsh cannot be told {unfit[0][:80]!r}"
        raise StepError(Category.BAD_INPUT, message, "Take a name of letters, digits and dashes.")
    return " ".join(word if _PLAIN.fullmatch(word) else f"'{word}'" for word in words)


def _list_uuids(world: World, host: str) -> tuple[list[str], list[str]]:
    """All, and those that run. Each list has a word after it: one without that was cut off on the way."""
    done = _say(world, host, f"list --uuid --all; {TOOL.say} {_END}; list --uuid; {TOOL.say} {_END}")
    if done.status != 0:
        raise explain_failure(host, done)
    lists = [each.split() for each in done.out.split(_END)]
    if len(lists) != 3 or lists[2] or not all(_UUID.fullmatch(word) for each in lists for word in each):
        raise StepError(Category.UNAVAILABLE, f"libvirt on {host} lists {done.out.strip()[:80]!r}", "Retry.")
    return lists[0], lists[1]


def _domains(done: Completed, host: str, expected: int) -> list[Domain]:
    end = "</domain>"
    texts = [part + end for part in done.out.split(end)[:-1]]
    if len(texts) + len(_UNKNOWN.findall(done.err)) != expected:
        if done.status != 0:
            raise explain_failure(host, done)
        raise StepError(Category.UNAVAILABLE, f"libvirt on {host} describes {len(texts)} of {expected} VMs", "Retry.")
    return [parse_domain(text) for text in texts]


def _facts(domain: Domain, power: str) -> MachineFacts:
    hardware = domain.hardware
    macs = tuple(nic.mac for nic in hardware.nics if nic.mac)
    return MachineFacts(
        name=hardware.name, power=power, cpu_count=hardware.cpu_count, memory_mib=hardware.memory_mib, macs=macs
    )

"""A VM made, started and moved by plan; beside the same done with virsh by hand on the same hosts."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench.rest import Rest
from bench.rows import Row, at_most
from bench.serving import Serving, serving
from bench.simulated import Grant, SimulatedDrivers, SimulatedPower
from bench.workshop import workshop
from lab.libvirt_hosts import LibvirtHost, LibvirtHosts, missing
from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.domain.vm import Disk, Nic, VirtualMachine
from openqrm.planning.resource_power import PowerOnResource
from openqrm.planning.vm import CreateVm
from openqrm.plugin_api import Capability, MachineFacts, World, run
from openqrm_plugins.kvm.domain_xml import Tuning, render_domain
from openqrm_plugins.kvm.hardware import hardware_of, uuid_of

PAIRS, ROUNDS = 5, 4
LANES = 50
MEMORY_MIB = 64
VIRSH = ("virsh", "--quiet", "--connect", "qemu:///system")
HINT = "Look at the log of libvirtd."
_STOOD_STILL = re.compile(r"stood still for (\d+) ms")
_DOWN = re.compile(r"^Total downtime: +(\d+) +ms", re.MULTILINE)
NAMES = (
    "VM create + start by plan, against virsh by ssh",
    "the same, against virsh of one who is logged in to the host",
    "VM create + start by plan",
    "a VM that runs is moved by plan: it stands still",
)


def measure(scratch: Path) -> Iterator[Row]:
    """On two hosts with libvirt, which emulate; the control plane alone on a driver that changes a dictionary."""
    yield _without_host(scratch / "shop")
    if lacking := missing():
        for name in NAMES:
            yield Row(name=name, unit="ratio", note=lacking[0])
        return
    with LibvirtHosts(scratch / "hosts", 2) as hosts, serving(scratch / "base") as site:
        rest = _introduced(site, hosts)
        yield from _made(site, rest, hosts[0])
        yield _moved(rest, hosts)


def _introduced(site: Serving, hosts: list[LibvirtHost]) -> Rest:
    rest = site.sign_in()
    rest.do("plugin", "set", name="kvm", settings={"accelerator": "qemu"})
    rest.do("plugin", "enable", name="kvm")
    own_key = rest.ask("resource", "show", name="openqrm")["resource"]["ssh"]["own_key"]
    for number, host in enumerate(hosts):
        host.authorize(own_key)
        known = {"address": host.address, "managed": False, "ssh_host_key": host.host_key}
        rest.do("resource", "add", name=host.name, mac=f"52:54:00:77:02:0{number}", **known)
        rest.do("host", "add", name=host.name, type="kvm")
    return rest


def _made(site: Serving, rest: Rest, host: LibvirtHost) -> Iterator[Row]:
    ours, by_ssh, on_host, cpu_ms = [], [], [], []
    for number in range(PAIRS):
        began, cpu = time.monotonic(), site.cpu_s()
        rest.do("vm", "create", name=f"plan{number}", host=host.name, memory_mib=MEMORY_MIB)
        rest.do("resource", "power-on", name=f"plan{number}")
        ours.append(time.monotonic() - began)
        cpu_ms.append((site.cpu_s() - cpu) * 1000)
        rest.do("vm", "remove", name=f"plan{number}")
        by_ssh.append(_by_hand(host, _by_ssh))
        on_host.append(_by_hand(host, _virsh))
    (name, same, cost, _), unit = NAMES, "ratio of wall time"
    wall = f"median of {PAIRS}, two plans; {median(ours):.2f} s against"
    yield Row(
        name=name, value=median(ours) / median(by_ssh), unit=unit, goal=at_most(1.1), peer=1.0, peer_name="ssh virsh",
        note=f"{wall} {median(by_ssh):.2f} s of `ssh HOST virsh define` and `start`, from where openQRM runs",
    )  # fmt: skip
    yield Row(
        name=same, value=median(ours) / median(on_host), unit=unit, goal=at_most(1.1), peer=1.0, peer_name="virsh",
        note=f"{wall} {median(on_host):.2f} s; each action of ours looks before and after, by a virsh that stays",
    )  # fmt: skip
    yield Row(name=cost, value=median(cpu_ms), unit="ms CPU", goal=at_most(50), note="of openQRM, requests included")


def _by_hand(host: LibvirtHost, virsh: Callable[..., str]) -> float:
    """The same VM, defined and started; how long that took."""
    xml = _xml("hand")
    began = time.monotonic()
    virsh(host, "define", "--file", "/dev/stdin", stdin=xml)
    virsh(host, "start", uuid_of("hand"))
    took = time.monotonic() - began
    _virsh(host, "destroy", uuid_of("hand"))
    _virsh(host, "undefine", uuid_of("hand"))
    return took


def _moved(rest: Rest, hosts: list[LibvirtHost]) -> Row:
    """One VM, there by plan, back and there by hand, back by plan, and so on."""
    one, two = hosts
    rest.do("vm", "create", name="mover", host=one.name, memory_mib=MEMORY_MIB)
    rest.do("resource", "power-on", name="mover")
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(_moved_by_plan(rest, two))
        theirs += [_moved_by_hand(two, one), _moved_by_hand(one, two)]
        ours.append(_moved_by_plan(rest, one))
    note = f"median of {2 * ROUNDS}, as libvirt says: {median(ours):.0f} ms against {median(theirs):.0f} ms; emulated"
    ratio = median(ours) / median(theirs)
    return Row(name=NAMES[3], value=ratio, unit="ratio", goal=at_most(1.2), peer=1.0, peer_name="virsh", note=note)


def _moved_by_plan(rest: Rest, target: LibvirtHost) -> int:
    """Milliseconds that it stood still."""
    plan = rest.do("vm", "migrate", name="mover", host=target.name)
    said = " ".join(str(step["note"]) for step in plan["steps"])
    return int(_STOOD_STILL.findall(said)[0])


def _moved_by_hand(source: LibvirtHost, target: LibvirtHost) -> int:
    """The same."""
    words = ("--live", "--p2p", "--persistent", "--undefinesource", "--migrateuri", f"tcp://{target.address}")
    _virsh(source, "migrate", *words, uuid_of("mover"), f"qemu+ssh://root@{target.address}/system")
    return int(_DOWN.findall(_virsh(target, "domjobinfo", "--completed", uuid_of("mover")))[0])


def _xml(name: str) -> str:
    vm = VirtualMachine(name=name, memory_mib=MEMORY_MIB, nics=(Nic("52:54:00:78:00:01", "br0"),))
    return render_domain(hardware_of(vm, ()), Tuning())


def _virsh(host: LibvirtHost, *words: str, stdin: str = "") -> str:
    return run(host.host, (*VIRSH, *words), stdin=stdin.encode(), hint=HINT)


def _by_ssh(host: LibvirtHost, *words: str, stdin: str = "") -> str:
    """As an operator would at the machine openQRM runs on."""
    options = ("BatchMode=yes", f"UserKnownHostsFile={host.directory}/.ssh/known_hosts")
    argv = ["ssh", "-q", "-i", str(host.directory.parent / "key"), *(word for o in options for word in ("-o", o))]
    said = subprocess.run(
        [*argv, f"root@{host.address}", *VIRSH, *words], input=stdin, capture_output=True, text=True, check=True
    )
    return said.stdout


class SimulatedVms(SimulatedPower):
    """A Virtualization driver whose hosts are a dictionary."""

    capabilities: frozenset[Capability] = frozenset()

    def plan_take_up(self, _host: Resource) -> tuple[Step, ...]:
        return ()

    def plan_define(self, host: str, vm: VirtualMachine, _disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        return (Step(id=f"define-{vm.name}", action=Grant(vm.name, host, ""), why="simulated"),)

    def plan_remove(self, host: str, vm: VirtualMachine, _disks: tuple[Disk, ...]) -> tuple[Step, ...]:
        return (Step(id=f"remove-{vm.name}", action=Grant(vm.name, "", host), why="simulated"),)

    def list_machines(self, _world: World, _host: Resource) -> list[MachineFacts]:
        return []


class VmDrivers(SimulatedDrivers):
    """All that planning asks for, VMs too."""

    def virtualization(self, _type: str) -> SimulatedVms:
        return SimulatedVms()


def _without_host(folder: Path) -> Row:
    with workshop(folder, 1, VmDrivers()) as shop:
        with shop.database.transaction() as tx:
            tx.records.put(Resource(name="h1", carries="kvm", cpu_count=64, memory_mib=1 << 20, managed=False))
        cpu = time.process_time()
        for number in range(LANES):
            shop.ask(CreateVm(name=f"vm{number}", host="h1"))
            shop.wait()
            shop.ask(PowerOnResource(name=f"vm{number}"))
            shop.wait()
        spent_ms = (time.process_time() - cpu) / LANES * 1000
    note = f"{LANES} VMs, two plans each, one after the other, with the waiting for them"
    return Row(
        name="VM create + start, driver without effect", value=spent_ms, unit="ms CPU", goal=at_most(20), note=note
    )

"""The appliance moves from a machine onto a VM and back by stop – switch – start; what it wrote goes with it."""

import shlex
from collections.abc import Iterable

from lab.demo.api import Api
from lab.demo.scene import VmHost
from lab.demo.telling import Telling

IDLE_S = 120.0
NOTE = "/root/note"
VM = "vm1"


class Move:
    """Three chapters, for an appliance that runs on a machine."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._metal = str(telling.home()["name"])
        self._note = f"written on {self._metal}"

    def make_vm(self) -> None:
        """A host is told to openQRM, which makes a VM there; that one finds openQRM by itself."""
        telling, api, view = self._telling, self._telling.api, self._telling.view
        api.do("plugin", "enable", name="kvm")
        introduce(api, telling.scene.hosts)
        for row in api.ask("host", "list"):
            view.say(f"{row['name']}: a {row['carries']} host with {row['cpu_count']} CPUs, {row['free_mib']} MiB free")
        watch = telling.stopwatch()
        api.do("vm", "create", view.watch, name=VM, memory_mib=512)
        api.do("resource", "power-on", view.watch, name=VM)
        telling.wait_for("the VM to report idle", self._is_idle, IDLE_S)
        telling.stretches.append(watch.stop("VM create request to idle"))
        telling.note(f"VM {VM} is an idle resource, as a bare machine is")

    def to_vm(self) -> None:
        """A file is written on the machine, and read on the VM."""
        self._telling.says(f"echo {shlex.quote(self._note)} > {NOTE}; sync")
        self._telling.view.say(f"{NOTE} says: [cyan]{self._note}[/]")
        self._switch(VM, "kvm", "metal to VM: switch request to its login")

    def to_metal(self) -> None:
        """The VM writes to the file too, and both lines are read on the machine."""
        line = f"seen on {VM}"
        self._telling.says(f"echo {shlex.quote(line)} >> {NOTE}; sync")
        self._note += f"\n{line}"
        self._switch(self._metal, "physical", "VM to metal: switch request to its login")

    def _switch(self, resource: str, machine_type: str, stretch: str) -> None:
        telling, api = self._telling, self._telling.api
        api.do("appliance", "edit", name="web", machine_type=machine_type)
        plan = api.preview("appliance", "switch", name="web", resource=resource)
        telling.view.say(f"[dim]the preview has {len(plan['steps'])} steps: {plan['title']}[/]")
        watch = telling.stopwatch()
        api.do("appliance", "switch", telling.watch_boot, name="web", resource=resource)
        read = telling.says(f"cat {NOTE}")
        telling.stretches.append(watch.stop(stretch))
        for text in read.splitlines():
            telling.view.say(f"{NOTE} says: [cyan]{text}[/]")
        home = telling.home()
        if read != self._note or home["name"] != resource:
            raise RuntimeError(f"the appliance runs on {home['name']}, and {NOTE} says {read!r}")
        telling.note(f"the appliance runs on {resource} at {home['address']}, and its file came along")

    def _is_idle(self) -> bool:
        return any(row["name"] == VM for row in self._telling.api.ask("resource", "list", condition="idle"))


def introduce(api: Api, hosts: Iterable[VmHost]) -> None:
    """The hosts let openQRM in, and it takes them up."""
    own_key = api.ask("resource", "show", name="openqrm")["resource"]["ssh"]["own_key"]
    for number, host in enumerate(hosts, start=1):
        host.authorize(own_key)
        known = {"mac": f"52:54:00:77:02:{number:02x}", "address": host.address, "ssh_host_key": host.host_key}
        api.do("resource", "add", name=host.name, managed=False, **known)
        api.do("host", "add", name=host.name, type="kvm")

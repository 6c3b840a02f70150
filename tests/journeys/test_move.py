"""The promise: one image runs on metal, on a VM of one host, on VMs of another, and on metal again.

A file that was written at the start is there at the end, the name follows, nothing else of the image has changed, and
each move was a plan that could be seen before.
"""

from pathlib import Path

import pytest

from lab.storage_host import StorageHost
from tests.journeys.promise import STORAGES, Promise, promised

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]

NOTE = "written on metal"
WRITING = "'while :; do date >/root/beat; sync; done'"
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"


def is_whole_on(promise: Promise, resource: str) -> None:
    """The appliance runs there, has its file, and its name leads there."""
    home = promise.story.home()
    assert home["name"] == resource
    assert promise.story.says("cat /root/note; hostname").splitlines() == [NOTE, "web"]
    assert promise.resolved() == str(home["address"])


@pytest.mark.parametrize("kind", STORAGES)
def test_one_image_runs_on_metal_and_on_vms_of_two_hosts(
    kind: str, supplies: Path, storage_host: StorageHost, tmp_path: Path
) -> None:
    with promised(tmp_path, supplies, storage_host, kind) as promise:
        promise.previewed("appliance", "start", name="web")
        promise.story.says(f"echo {NOTE} > /root/note; sync")
        metal = promise.metal
        is_whole_on(promise, metal)
        before = promise.content()
        assert len(before) > 1000
        _to_a_vm(promise)
        _live_and_back(promise)
        _to_a_vm_that_has_never_booted(promise)
        promise.switch_to(metal, "physical")
        is_whole_on(promise, metal)
        promise.story.says("sync")
        assert set(promise.content()) ^ set(before) == set()


def _to_a_vm(promise: Promise) -> None:
    one, _ = promise.hosts
    promise.api.do("vm", "create", name="vm1", host=one.name, memory_mib=512)
    shown = promise.previewed("resource", "power-on", name="vm1")
    assert shown[0] == f"Switch on VM vm1 on {one.name}"
    promise.until_idle("vm1")
    promise.switch_to("vm1", "kvm")
    is_whole_on(promise, "vm1")


def _live_and_back(promise: Promise) -> None:
    """The root is written all the time."""
    one, two = promise.hosts
    promise.story.says(f"nohup sh -c {WRITING} >/dev/null 2>&1 & echo $! >/tmp/writing")
    boot = promise.story.says(BOOT_ID)
    for target, left in ((two, one), (one, two)):
        promise.previewed("vm", "migrate", name="vm1", host=target.name)
        is_whole_on(promise, "vm1")
        assert promise.story.says(BOOT_ID) == boot, "it ran on"
        running = {
            host.name: host.host.run(("virsh", "-c", "qemu:///system", "list", "--name")) for host in (target, left)
        }
        assert {name: done.out.split() for name, done in running.items()} == {target.name: ["vm1"], left.name: []}
    promise.story.says("kill $(cat /tmp/writing); rm -f /root/beat; sync")


def _to_a_vm_that_has_never_booted(promise: Promise) -> None:
    _, two = promise.hosts
    promise.api.do("vm", "create", name="vm2", host=two.name, memory_mib=512)
    shown = promise.switch_to("vm2", "kvm")
    assert any(step.startswith("Keep address 10.77.0.") for step in shown)
    is_whole_on(promise, "vm2")

"""A root is copied from NFS onto a partition of the machine's own disk, runs there, and then fills an image.

The first copy is broken off by a power cut.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lab.demo.api import Api, Refused
from lab.demo.story import Story
from lab.machine import Machine
from tests.journeys.demonstration import eventually
from tests.journeys.one_machine import told
from tests.journeys.site import render, step
from tests.lab.volumes import partition_table

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]

DISK_MIB, BALLAST_MIB, BOOT_S = 400, 200, 300.0
# Emulated, each thousand files more take a minute to copy, and it is copied four times.
UNNEEDED = ("usr/share/*", "usr/lib/*/gconv", "usr/lib/*/perl*", "usr/lib/*/libicu*", "usr/lib/terminfo", "usr/lib/apt",
            "usr/bin/perl*", "var/lib/dpkg")  # fmt: skip


def test_a_root_moves_onto_the_machine_s_own_disk_and_back(supplies: Path, tmp_path: Path) -> None:
    with told(tmp_path, supplies, "bios", disk_sizes_mib=(DISK_MIB,)) as (story, running, rack):
        api, (machine,) = running.api, rack.machines
        with machine.places.disk(0).open("r+b") as disk:
            disk.write(partition_table(DISK_MIB))
        story.set_up()
        story.discover()
        (row,) = api.ask("resource", "list", condition="idle")
        _own_disk(api, row["name"])
        _furnish(tmp_path / "volumes/web")
        ballast = tmp_path / "volumes/web/root/ballast"
        ballast.write_bytes(os.urandom(BALLAST_MIB << 20))  # or the copy is done before anybody can break it off
        _broken_off_by_a_power_cut(api, machine)
        ballast.unlink()
        _copied(story)
        _runs_from_its_own_disk(story)
        _fills_an_image(story, tmp_path / "volumes")


def _furnish(root: Path) -> None:
    (root / "root/note").write_text("written before")
    subprocess.run(["rm", "-rf", *(path for pattern in UNNEEDED for path in root.glob(pattern))], check=True)


def _own_disk(api: Api, resource: str) -> None:
    api.do("plugin", "enable", name="local-disk")
    api.do("storage", "create", name="own", type="local-disk", settings={"machine": resource, "device": "vda1"})
    api.do("volume", "create", name="own", storage="own")
    api.do("image", "edit", name="web", transfer_to="own")
    assert "overwrite volume own" in api.preview("appliance", "start", name="web")["title"]
    with pytest.raises(Refused, match="own"):
        api.begin("appliance", "start", name="web")


def _broken_off_by_a_power_cut(api: Api, machine: Machine) -> None:
    plan = api.begin("appliance", "start", confirm="own", name="web")

    def shown() -> dict[str, Any]:
        return dict(api.ask("plan", "show", id=plan["id"]))

    # from then on it copies
    eventually(lambda: step(shown(), "mounted")["state"] == "found so", lambda: render(shown()), BOOT_S)
    machine.off()
    eventually(lambda: shown()["state"] != "running", lambda: render(shown()))
    assert shown()["state"] == "undone", render(shown())
    eventually(lambda: api.ask("resource", "list", condition="idle"), machine.console)


def _copied(story: Story) -> None:
    story.api.do("appliance", "start", confirm="own", name="web")
    assert not story.api.ask("image", "show", name="web")["transfer_to"]
    assert not story.api.ask("volume", "show", name="own")["granted_to"]
    assert " nfs" in story.says("grep ' / ' /proc/mounts"), "this time it still runs from NFS"
    story.stop()


def _runs_from_its_own_disk(story: Story) -> None:
    key = story.scene.public_key()
    story.api.do("image", "create", name="own", volume="own", authorized_keys=key)
    story.api.do("appliance", "switch", name="web", image="own")
    story.start()
    assert "/dev/vda1 / ext4" in story.says("grep ' / ' /proc/mounts")
    assert story.says("cat /root/note; echo 'written there' >/root/there; sync") == "written before"
    story.stop()


def _fills_an_image(story: Story, volumes: Path) -> None:
    key = story.scene.public_key()
    story.api.do("volume", "create", name="back", storage="shelf")
    story.api.do("image", "create", name="back", volume="back", install_from="own", authorized_keys=key)
    story.api.do("appliance", "switch", name="web", image="back")
    story.start()
    assert story.says("cat /root/there; grep -c ' / nfs' /proc/mounts") == "written there\n1"
    assert not story.api.ask("image", "show", name="back")["install_from"]
    assert (volumes / "back/root/there").read_text() == "written there\n"

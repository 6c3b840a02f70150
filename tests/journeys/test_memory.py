"""A root in memory: filled from a volume at each start, and whole again whatever was done to it."""

from pathlib import Path

import pytest

from tests.journeys.one_machine import told

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("in_cell")]


def test_a_root_in_memory_is_as_its_volume_at_each_start(supplies: Path, tmp_path: Path) -> None:
    with told(tmp_path, supplies, "bios") as (story, running, _):
        story.set_up()
        story.discover()
        do = running.api.do
        do("plugin", "enable", name="tmpfs-storage")
        do("storage", "create", name="memory", type="tmpfs-storage")
        do("volume", "create", name="fresh", storage="memory", size_mib=300)
        do(
            "image",
            "create",
            name="fresh",
            volume="fresh",
            install_from="web",
            authorized_keys=story.scene.public_key(),
        )
        do("appliance", "switch", name="web", image="fresh")
        for _ in range(2):
            story.start()
            assert "tmpfs / tmpfs" in story.says("cat /proc/mounts").replace("root /", "tmpfs /")
            assert story.says("test -e /root/note || echo fresh; hostname") == "fresh\nweb"
            story.says("echo lost >/root/note; sync")
            story.stop()
        assert not (tmp_path / "volumes/web/root/note").exists()

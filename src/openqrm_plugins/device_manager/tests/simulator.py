"""Three disks: one in a group, one mounted, one free, as the transcripts show them."""

import json
from collections.abc import Mapping

from openqrm.plugin_api import Completed
from openqrm.plugin_api.testing import Simulator, UnknownCommand


class SimulatedDisks(Simulator):
    """`groups` is device → volume group, empty for a device that is in none; `contents` what wipefs finds."""

    def __init__(self) -> None:
        super().__init__()
        self.groups = {"/dev/vda": "lab"}
        self.volumes = {"lab": ["pool"]}
        self.mounted = {"/dev/vdb": "/srv/btrfs"}
        self.contents = {"/dev/vdb": "btrfs", "/dev/vdd": "ext4"}

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        match argv:
            case ("lsblk", *_):
                return Completed(0, json.dumps({"blockdevices": [self._block(f"/dev/vd{x}") for x in "abcd"]}))
            case ("pvs", *_):
                rows = [{"pv_name": device, "vg_name": group} for device, group in self.groups.items()]
                return Completed(0, json.dumps({"report": [{"pv": rows}]}))
            case ("wipefs", "--no-act", *_, "--", device):
                return Completed(0, self.contents.get(device, ""))
            case (("vgcreate" | "vgextend") as tool, "--", group, device):
                return self._join(tool, group, device)
            case ("lvs", *_, "--", group):
                rows = [{"lv_name": name} for name in self.volumes.get(group, [])]
                return Completed(0, json.dumps({"report": [{"lv": rows}]}))
            case ("vgremove", "--", group):
                return self._drop(group)
        raise UnknownCommand(argv)

    def _drop(self, group: str) -> Completed:
        if group not in self.groups.values():
            return Completed(5, "", f'  Volume group "{group}" not found\n')
        if self.volumes.get(group):
            return Completed(5, "", f'  Volume group "{group}" not removed\n')
        for device in [each for each, name in self.groups.items() if name == group]:
            self.groups[device], self.contents[device] = "", "LVM2_member"
        return Completed(0)

    def _join(self, tool: str, group: str, device: str) -> Completed:
        is_orphan = self.groups.get(device) == ""
        if device in self.mounted or (device in self.contents and not is_orphan):
            return Completed(5, "", f"  Cannot use {device}: device has a signature\n")
        if self.groups.get(device):
            return Completed(5, "", "  /dev/vda: physical volume not initialized.\n")
        if (group in self.groups.values()) == (tool == "vgcreate"):
            return Completed(5, "", "  A volume group called that already exists, or none does.\n")
        self.groups[device] = group
        return Completed(0)

    def _block(self, name: str) -> dict[str, object]:
        place = self.mounted.get(name)
        return {"name": name, "type": "disk", "size": 2**30, "ro": False, "rota": True, "mountpoints": [place]}

"""LVM, file systems and mounts of one host over a model in memory, as the transcripts of the tools show them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from openqrm.plugin_api.testing.file_tools import SimulatedFiles
from openqrm.plugin_api.testing.simulator import UnknownCommand
from openqrm.ports.world import LONGEST_STREAM, Completed

DONE = Completed(0)
EXTENT_BYTES = 4 * 2**20


def refused(words: str) -> Completed:
    """What the tools of LVM say when they refuse."""
    return Completed(5, "", f"  {words}\n")


@dataclass(frozen=True)
class SimulatedVolume:
    """A logical volume. `content` is what somebody wrote to it: a clone has the same."""

    size_bytes: int
    pool: str = ""
    origin: str = ""
    tags: tuple[str, ...] = ()
    active: bool = True
    filesystem: str = ""


class SimulatedLvm(SimulatedFiles):
    """One volume group. What was put away is kept aside, for nobody counts on it."""

    def __init__(self, group: str = "lab", pool: str = "pool") -> None:
        super().__init__()
        self.group, self.pool = group, pool
        self.logical: dict[str, SimulatedVolume] = {}
        self.mounted: dict[str, str] = {}  # folder → device
        self._away: dict[str, SimulatedVolume] = {}

    def run(self, argv: tuple[str, ...], stdin: bytes, environment: Mapping[str, str]) -> Completed:
        words = argv[argv.index("--") + 1 :] if "--" in argv else ()
        match argv[0], words:
            case "lvs", _:
                return self._listed(words, argv[argv.index("--options") + 1].split(","))
            case "lvcreate", (place,):
                return self._created(argv, place)
            case "lvchange", (place,):
                return self._changed(argv[1], argv[2], place)
            case "lvextend", (place,):
                return self._extended(argv[2], place)
            case "lvrename", (_, old, new):
                return self._renamed(old, new)
            case "lvremove", (place,):
                return self._removed(place)
            case (("dd" | "fsadm" | "blkid" | "findmnt" | "mount" | "umount"), _):
                return self._filesystem(argv, words)
            case tool, (device,) if tool.startswith("mkfs."):
                return self._formatted(tool.removeprefix("mkfs."), device)
            case _:
                return super().run(argv, stdin, environment)

    def _all(self) -> dict[str, SimulatedVolume]:
        return {**self.logical, **self._away}

    def _listed(self, places: tuple[str, ...], shown: Collection[str]) -> Completed:
        group, named = places[0].partition("/")[0], [place.partition("/")[2] for place in places]
        if group != self.group:
            return Completed(5, render_report({}), f'  Volume group "{group}" not found\n')
        known = self._all() if named[0] else {**self._all(), self.pool: SimulatedVolume(2**32)}
        found = {name: known[name] for name in (named if named[0] else known) if name in known}
        missing = [place for place, name in zip(places, named, strict=True) if name not in known and name]
        held = {
            each for each in found if self._device(each) in self.mounted.values() or self.writers(self._device(each))
        }
        said = render_report(found, self.pool if not named[0] else "", held, shown)
        if missing:
            said_err = "".join(f'  Failed to find logical volume "{place}"\n' for place in missing)
            return Completed(5, said[:LONGEST_STREAM], said_err)
        return Completed(0, said[:LONGEST_STREAM])

    def _created(self, argv: tuple[str, ...], place: str) -> Completed:
        name = argv[argv.index("--name") + 1]
        tags = tuple(argv[i + 1] for i, word in enumerate(argv) if word == "--addtag")
        if name in self._all():
            return refused(f'Logical Volume "{name}" already exists in volume group "{self.group}"')
        if "--snapshot" in argv:
            origin = place.partition("/")[2]
            if origin not in self.logical:
                return refused(f"Snapshot origin LV {origin} not found in Volume group {self.group}.")
            self.logical[name] = replace(self.logical[origin], origin=origin, tags=tags)
            return DONE
        thin = "--thinpool" in argv
        size = argv[argv.index("--virtualsize" if thin else "--size") + 1]
        self.logical[name] = SimulatedVolume(_bytes(size), self.pool if thin else "", tags=tags)
        return DONE

    def _changed(self, option: str, value: str, place: str) -> Completed:
        home, name = self._home(place)
        if home is None:
            return refused(f'Failed to find logical volume "{place}"')
        found = home[name]
        if option == "--activate":
            if value == "n" and self._device(name) in self.mounted.values():
                return refused(f"Logical volume {place} contains a filesystem in use.")
            home[name] = replace(found, active=value == "y")
        elif option == "--addtag":
            home[name] = replace(found, tags=tuple(dict.fromkeys((*found.tags, value))))
        elif option == "--deltag":
            home[name] = replace(found, tags=tuple(tag for tag in found.tags if tag != value))
        else:
            raise UnknownCommand((option, value, place))
        return DONE

    def _extended(self, size: str, place: str) -> Completed:
        home, name = self._home(place)
        if home is None:
            return refused(f'Failed to find logical volume "{place}"')
        if home[name].size_bytes >= _bytes(size):
            return refused("New size (16 extents) matches existing size (16 extents).")
        home[name] = replace(home[name], size_bytes=_bytes(size))
        return DONE

    def _renamed(self, old: str, new: str) -> Completed:
        home, _ = self._home(f"{self.group}/{old}")
        if home is None:
            return refused(f'Existing logical volume "{old}" not found in volume group "{self.group}"')
        if new in self._all():
            return refused(f'Logical Volume "{new}" already exists in volume group "{self.group}"')
        (self._away if new.startswith("deleted-") else self.logical)[new] = home.pop(old)
        return DONE

    def _removed(self, place: str) -> Completed:
        home, name = self._home(place)
        if home is None:
            return refused(f'Failed to find logical volume "{place}"')
        if self._device(name) in self.mounted.values():
            return refused(f"Logical volume {place} contains a filesystem in use.")
        del home[name]
        return DONE

    def _filesystem(self, argv: tuple[str, ...], words: tuple[str, ...]) -> Completed:
        match argv[0], words:
            case "dd", _:
                return self._copied(argv)
            case "fsadm", _:
                return DONE
            case "blkid", (device,):
                found = self.logical.get(self._name(device))
                return Completed(0, f"{found.filesystem}\n") if found and found.filesystem else Completed(2)
            case "findmnt", _:
                return Completed(0, f"{argv[-1]}\n") if argv[-1] in self.mounted else Completed(1)
            case "mount", (device, folder) if self._name(device) in self.logical:
                self.mounted[folder] = device
                self.tree.setdefault(folder, "directory")
                return DONE
            case "umount", (folder,) if folder in self.mounted:
                del self.mounted[folder]
                self.tree.pop(folder, None)
                return DONE
        return Completed(32, "", f"{argv[0]}: {words[-1]}: not mounted, or no such device.\n")

    def _copied(self, argv: tuple[str, ...]) -> Completed:
        source, target = (self._name(word.partition("=")[2]) for word in argv[1:3])
        if source == "/dev/zero" and target in self.logical:
            self.logical[target] = replace(self.logical[target], filesystem="")
            return DONE
        if source not in self.logical or target not in self.logical:
            return Completed(1, "", f"dd: failed to open '{argv[1]}': No such file or directory\n")
        self.logical[target] = replace(self.logical[target], filesystem=self.logical[source].filesystem)
        return DONE

    def _formatted(self, filesystem: str, device: str) -> Completed:
        name = self._name(device)
        if name not in self.logical:
            return Completed(1, "", f"mkfs: The file {device} does not exist\n")
        self.logical[name] = replace(self.logical[name], filesystem=filesystem)
        return DONE

    def _home(self, place: str) -> tuple[dict[str, SimulatedVolume] | None, str]:
        name = place.partition("/")[2]
        return next((home for home in (self.logical, self._away) if name in home), None), name

    def _device(self, name: str) -> str:
        return f"/dev/{self.group}/{name}"

    def _name(self, device: str) -> str:
        return device.removeprefix(f"/dev/{self.group}/")


def render_report(
    found: Mapping[str, SimulatedVolume], pool: str = "", held: Collection[str] = (), shown: Collection[str] = ()
) -> str:
    """As `lvs --reportformat json` does; what is `held` is open. All that is known, where nothing is `shown`."""
    rows = [
        {
            "lv_name": name,
            "lv_size": str(volume.size_bytes),
            "lv_attr": "twi-aotz--" if name == pool else _attributes(volume, name in held),
            "pool_lv": volume.pool,
            "origin": volume.origin,
            "data_percent": "0.00" if volume.pool and volume.active else "",
            "lv_tags": ",".join(volume.tags),
            "lv_active": "active" if volume.active else "",
        }
        for name, volume in sorted(found.items())
    ]
    wanted = [{field: said for field, said in row.items() if not shown or field in shown} for row in rows]
    return json.dumps({"report": [{"lv": wanted}]})


def _attributes(volume: SimulatedVolume, is_open: bool) -> str:
    thin = volume.pool != ""
    return (
        f"{'V' if thin else '-'}wi-{'a' if volume.active else '-'}{'o' if is_open else '-'}{'tz' if thin else '--'}--"
    )


def _bytes(size: str) -> int:
    return -(-int(size.removesuffix("m")) * 2**20 // EXTENT_BYTES) * EXTENT_BYTES

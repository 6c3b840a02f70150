"""Serve a disk by LIO to one initiator with its account, end that, or show it: JSON in, JSON out.

What is served is also written to the file that LIO is restored from when the storage starts, and nothing else in that
file is touched.
"""

import fcntl
import json
import os
import stat
import sys
import uuid
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

LOCK = "/run/openqrm-lio.lock"
DISK = 1  # its number in the target, and for the machine

rtslib = import_module("rtslib_fb")  # Debian: python3-rtslib-fb; it has no types
saved_file = Path(import_module("rtslib_fb.root").default_save_file)


def main() -> None:
    """One at a time, for what is saved is one file."""
    wanted = json.load(sys.stdin)
    saved_file.parent.mkdir(parents=True, exist_ok=True)  # rtslib asks for it, too
    with open(LOCK, "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if wanted["verb"] == "serve":
            serve(wanted)
        elif wanted["verb"] == "end":
            save(wanted, [], [])
            end(wanted)
        live, saved = show(wanted, *list_live(wanted)), show(wanted, *list_saved())
    json.dump({"live": live, "saved": saved}, sys.stdout)


def serve(wanted: dict[str, Any]) -> None:
    """What is live and as wanted stays: somebody may be logged in."""
    shown = show(wanted, *list_live(wanted))
    if {*shown["addresses"]} - {wanted["address"]}:
        sys.exit(f"{wanted['iqn']} is open to {', '.join(shown['addresses'])}")
    if not shown["fits"]:
        end(wanted)
        make(wanted)
    save(wanted, *list_live(wanted))


def make(wanted: dict[str, Any]) -> None:
    """The portal group is enabled last: until then nobody gets in."""
    disk = make_disk(wanted)
    group = rtslib.TPG(rtslib.Target(rtslib.FabricModule("iscsi"), wanted["iqn"]), 1)
    for name, value in (("authentication", 1), ("generate_node_acls", 0), ("demo_mode_discovery", 0)):
        group.set_attribute(name, value)
    rtslib.LUN(group, DISK, disk)
    rtslib.NetworkPortal(group, "[::0]" if ":" in wanted["address"] else "0.0.0.0", wanted["port"])
    access = rtslib.NodeACL(group, wanted["initiator"])
    access.chap_userid, access.chap_password = wanted["user"], wanted["password"]
    access.tag = wanted["address"]  # LIO asks for the account alone; this says whose it is
    access.set_attribute("nopin_timeout", "0")  # pings would end a connection that a machine may yet go on with
    rtslib.MappedLUN(access, DISK, DISK)
    group.enable = True


def make_disk(wanted: dict[str, Any]) -> Any:
    """A file, or a block device, with the same serial number each time; what a machine has flushed is on the disk."""
    name, path, serial = wanted["name"], wanted["path"], str(uuid.uuid5(uuid.NAMESPACE_OID, wanted["iqn"]))
    status = os.stat(path)
    if stat.S_ISBLK(status.st_mode):
        return rtslib.BlockStorageObject(name, dev=path, wwn=serial)
    return rtslib.FileIOStorageObject(name, dev=path, size=status.st_size, wwn=serial, write_back=True)


def end(wanted: dict[str, Any]) -> None:
    """Disabled, a portal group closes its connections and takes no new ones; then all goes."""
    for target in targets(wanted):
        for group in target.tpgs:
            group.enable = False
        target.delete()
    for disk in disks(wanted):
        disk.delete()


def targets(wanted: dict[str, Any]) -> list[Any]:
    """The live target, or none."""
    return [target for target in rtslib.FabricModule("iscsi").targets if target.wwn == wanted["iqn"]]


def disks(wanted: dict[str, Any]) -> list[Any]:
    """The live disk, or none."""
    return [disk for disk in rtslib.RTSRoot().storage_objects if disk.name == wanted["name"]]


def list_live(wanted: dict[str, Any]) -> tuple[list[Any], list[Any]]:
    """Target and disk in the words of the saved file."""
    return [target.dump() for target in targets(wanted)], [disk.dump() for disk in disks(wanted)]


def list_saved() -> tuple[list[Any], list[Any]]:
    """All targets and disks that come back when the storage starts."""
    with suppress(FileNotFoundError):
        saved = json.loads(saved_file.read_text())
        return saved.get("targets", []), saved.get("storage_objects", [])
    return [], []


def save(wanted: dict[str, Any], target: list[Any], disk: list[Any]) -> None:
    """In place of what was saved of it; readable for root alone, whole at every moment."""
    before_targets, before_disks = list_saved()
    content = json.loads(saved_file.read_text()) if saved_file.exists() else {"fabric_modules": []}
    content["targets"] = [each for each in before_targets if each["wwn"] != wanted["iqn"]] + target
    content["storage_objects"] = [each for each in before_disks if each["name"] != wanted["name"]] + disk
    scratch = saved_file.with_name(f".{saved_file.name}.openqrm")
    scratch.unlink(missing_ok=True)
    with open(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file, sort_keys=True, indent=2)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(saved_file)


def show(wanted: dict[str, Any], targets: list[Any], disks: list[Any]) -> dict[str, Any]:
    """Of this target and disk: are they there, are they just as wanted, and whose are they?"""
    target = next((each for each in targets if each["wwn"] == wanted["iqn"]), None)
    disk = next((each for each in disks if each["name"] == wanted["name"]), None)
    groups = target["tpgs"] if target else []
    addresses = [access.get("tag", access["node_wwn"]) for group in groups for access in group["node_acls"]]
    fits = bool(disk and disk["dev"] == wanted["path"]) and [fits_group(wanted, group) for group in groups] == [True]
    return {"there": bool(target or disk), "fits": fits, "addresses": addresses}


def fits_group(wanted: dict[str, Any], group: dict[str, Any]) -> bool:
    """Enabled, with a password, for one initiator, with one disk."""
    account = {"tag": "address", "node_wwn": "initiator", "chap_userid": "user", "chap_password": "password"}
    return bool(
        group["enable"]
        and group["attributes"]["authentication"] == 1
        and group["attributes"]["generate_node_acls"] == 0
        and [portal["port"] for portal in group["portals"]] == [wanted["port"]]
        and [(each["index"], each["storage_object"].rpartition("/")[2]) for each in group["luns"]]
        == [(DISK, wanted["name"])]
        and [{key: access.get(key) for key in account} for access in group["node_acls"]]
        == [{key: wanted[name] for key, name in account.items()}]
        and [each["index"] for access in group["node_acls"] for each in access["mapped_luns"]] == [DISK]
    )


main()

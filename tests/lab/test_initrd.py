"""Whole boots in QEMU: Debian's kernel, our initrd and agent, a real storage, a server as the test wrote it."""

import base64
import os
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import asyncssh
import pytest

from lab import lan
from lab.images.small import Image
from openqrm.boot.initrd.builder import InitrdBuilder
from openqrm.boot.initrd.fragments import Fragment, get_fragment
from tests.lab.boot_server import BootServer
from tests.lab.direct_boot import ADDRESS, booted, line_of
from tests.lab.volumes import copy_tree, make_disk, served_by_iscsi, served_by_nfs

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell", "network")]

PLUGINS = Path("src/openqrm_plugins")
IDLE = "role=idle\nresource=idle-1\n"
APPLIANCE = "role=appliance\nresource=unit-1\nhostname=web-1\n"
TARGET = "iqn.2026-11.lab.example:web"
ISCSI = (
    f"root_type=iscsi\nroot_server={lan.SERVER_ADDRESS}\nroot_target={TARGET}\nroot_lun=1\n"
    "root_initiator=iqn.2026-11.lab.example:unit-1\nroot_user=unit-1\n"
)
PASSWORD = "a-secret-for-one-grant"
HASH = "$6$salt$nobody-knows-the-word-for-this/hash."


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key pair of somebody who is to log in to the appliance."""
    path = tmp_path / "id"
    asyncssh.generate_private_key("ssh-ed25519").write_private_key(path)
    path.chmod(0o600)
    return path


def keys(key: Path) -> str:
    """The fact that lets its owner in."""
    public = asyncssh.read_private_key(key).export_public_key()
    return f"authorized_keys={base64.b64encode(public).decode()}\n"


def profile(key: Path) -> str:
    return f"{keys(key)}root_secret={PASSWORD}\n"


def fragment(plugin: str, type_: str) -> Fragment:
    return get_fragment(PLUGINS / plugin / "initrd", type_)


def login(key: Path, command: str) -> str:
    """Log in to the appliance as soon as it lets us, and run a command there."""
    options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes"]
    argv = ["ssh", "-q", "-i", str(key), *options, "-o", "ConnectTimeout=5", f"root@{ADDRESS}", command]
    deadline = time.monotonic() + 90
    while True:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode == 0:
            return done.stdout
        assert time.monotonic() < deadline, f"no login: {done.stderr}"
        time.sleep(0.3)


def web_page() -> str:
    with socket.create_connection((ADDRESS, 80), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        return b"".join(iter(lambda: connection.recv(4096), b"")).decode()


def snapshot(tree: Path) -> str:
    """What a write would change: names, owners, modes, sizes and times. NFS does not carry the times of links."""
    folders = ["-type", "d", "-printf", "%p %U %G %m %T@\\n"]  # of one size here and of another there
    files = ["-printf", "%p %U %G %m %s %T@\\n"]
    argv = ["find", ".", "-mindepth", "1", "-type", "l", "-printf", "%p %l\\n", "-o", *folders, "-o", *files]
    found = subprocess.run(argv, cwd=tree, capture_output=True, text=True, check=True)
    return "\n".join(sorted(found.stdout.splitlines()))


def test_a_foreign_server_gets_no_login(builder: InitrdBuilder, tmp_path: Path) -> None:
    foreign = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().split()[1]
    with (
        BootServer(lan.SERVER_ADDRESS, builder, IDLE) as server,
        booted(builder, line_of(server, foreign), tmp_path) as machine,
    ):
        machine.wait_for_console("the uplink is down: ")
        assert "host key mismatch for" in machine.console()
        assert server.seen.logins == 0


def test_a_refused_registration_is_told_and_ends_in_a_new_boot(builder: InitrdBuilder, tmp_path: Path) -> None:
    with BootServer(lan.SERVER_ADDRESS, builder, IDLE) as server:
        line = line_of(server).replace(server.token, "spent")
        with booted(builder, line, tmp_path) as machine:
            machine.wait_for_console("it starts anew in 60 seconds")
            assert "401" in machine.console()
            assert server.seen.requests.count("POST /boot/register") == 1


def test_a_root_over_nfs_starts_and_stays_as_it_was(
    builder: InitrdBuilder, image: Image, key: Path, tmp_path: Path
) -> None:
    root = tmp_path / "root"
    copy_tree(image.tree, root)
    before = snapshot(root)
    facts = f"{APPLIANCE}root_type=nfs\nroot_server={lan.SERVER_ADDRESS}\nroot_path={root}\nprofile=none\n{keys(key)}"
    with ExitStack() as stack:
        stack.enter_context(served_by_nfs(root, lan.SERVER_ADDRESS, tmp_path))
        server = stack.enter_context(BootServer(lan.SERVER_ADDRESS, builder, facts))
        nfs = fragment("nfs_storage", "nfs")
        machine = stack.enter_context(booted(builder, line_of(server), tmp_path / "m", [nfs]))
        assert server.wait_for("init") == "init"
        passed = [name for name, _ in server.seen.milestones if name != "uplink"]  # there is time for it at any time
        assert passed == ["registered", "root-found", "root-mounted", "handed-over", "init"]
        assert login(key, "hostname; cat /etc/debian_version").startswith("web-1\n12.")
        assert "<h1>web-1</h1>" in web_page()
        server.wait(lambda seen: seen.statistics and seen.statistics[-1]["init"], 40)
        assert server.seen.statistics[-1]["hostname"] == "web-1"
        assert b"Debian" in server.run([b"cat", b"/etc/os-release"]).out
        assert server.run([b"modinfo", b"-F", b"name", b"virtio_net"]).out == b"virtio_net\n"
        assert server.seen.logins == 1  # the same connection since before the hand-over
        server.send("poweroff")
        machine.process.wait(60)
    assert snapshot(root) == before


def test_a_root_over_iscsi_starts_with_its_secret(
    builder: InitrdBuilder, image: Image, key: Path, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    make_disk(image.tree, disk, 512)
    wish = profile(key) + f"root_password_hash={base64.b64encode(HASH.encode()).decode()}\n"
    with ExitStack() as stack:
        stack.enter_context(served_by_iscsi(disk, TARGET, lan.SERVER_ADDRESS, ("unit-1", PASSWORD)))
        server = stack.enter_context(BootServer(lan.SERVER_ADDRESS, builder, APPLIANCE + ISCSI, wish))
        iscsi = fragment("iscsi_storage", "iscsi")
        stack.enter_context(booted(builder, line_of(server), tmp_path / "m", [iscsi]))
        server.wait_for("init")
        assert "/dev/sda / ext4" in login(key, "cat /proc/mounts")
        assert server.run([b"head", b"-n", b"1", b"/etc/shadow"]).out.startswith(f"root:{HASH}:".encode())
        shown = server.run([b"sh", b"-c", b"cat /proc/[0-9]*/cmdline /run/openqrm/facts"]).out
        assert PASSWORD.encode() not in shown


def test_a_root_in_memory_is_filled_over_nfs_from_what_is_lent_for_reading(
    builder: InitrdBuilder, image: Image, key: Path, tmp_path: Path
) -> None:
    facts = f"{APPLIANCE}root_type=tmpfs\nroot_size_mib=300\ninstall_type=nfs\n"
    facts += f"install_server={lan.SERVER_ADDRESS}\ninstall_path={image.tree.resolve()}\n"
    with ExitStack() as stack:
        stack.enter_context(served_by_nfs(image.tree.resolve(), lan.SERVER_ADDRESS, tmp_path, access="RO"))
        server = stack.enter_context(BootServer(lan.SERVER_ADDRESS, builder, facts, profile(key)))
        volumes = [fragment("tmpfs_storage", "tmpfs"), fragment("nfs_storage", "nfs"), builder.transfer_fragment()]
        stack.enter_context(booted(builder, line_of(server), tmp_path / "m", volumes))
        server.wait_for("init")
        assert "root / tmpfs" in login(key, "cat /proc/mounts")


@pytest.mark.lab
def test_an_empty_disk_is_formatted_filled_and_saved(
    builder: InitrdBuilder, image: Image, key: Path, tmp_path: Path
) -> None:
    source, disk = tmp_path / "source", tmp_path / "disk"
    copy_tree(image.tree, source)
    (source / "saved").mkdir()
    disk.touch()
    os.truncate(disk, 512 << 20)
    facts = f"{APPLIANCE}{ISCSI}"
    for prefix, path in (("install", source), ("transfer", source / "saved")):
        facts += f"{prefix}_type=nfs\n{prefix}_server={lan.SERVER_ADDRESS}\n{prefix}_path={path}\n"
    with ExitStack() as stack:
        stack.enter_context(served_by_iscsi(disk, TARGET, lan.SERVER_ADDRESS, ("unit-1", PASSWORD)))
        stack.enter_context(served_by_nfs(source, lan.SERVER_ADDRESS, tmp_path))
        server = stack.enter_context(BootServer(lan.SERVER_ADDRESS, builder, facts, profile(key)))
        volumes = [fragment("iscsi_storage", "iscsi"), fragment("nfs_storage", "nfs"), builder.transfer_fragment()]
        stack.enter_context(booted(builder, line_of(server), tmp_path / "m", volumes))
        server.wait_for("init", 300)
    (source / "saved/saved").rmdir()
    assert snapshot(source / "saved") == snapshot(image.tree)


def test_a_root_that_cannot_be_mounted_is_told_and_can_be_looked_into(
    builder: InitrdBuilder, image: Image, tmp_path: Path
) -> None:
    facts = f"{APPLIANCE}root_type=nfs\nroot_server={lan.SERVER_ADDRESS}\nroot_path=/not/exported\n"
    with ExitStack() as stack:
        stack.enter_context(served_by_nfs(image.tree.resolve(), lan.SERVER_ADDRESS, tmp_path))
        server = stack.enter_context(BootServer(lan.SERVER_ADDRESS, builder, facts))
        nfs = fragment("nfs_storage", "nfs")
        stack.enter_context(booted(builder, line_of(server), tmp_path / "m", [nfs]))
        said = server.wait_for("failed")
        assert said == f"{lan.SERVER_ADDRESS} refuses to let this machine mount /not/exported."
        assert "root-found" in dict(server.seen.milestones)
        assert server.run([b"cat", b"/run/boot.err"]).status == 0

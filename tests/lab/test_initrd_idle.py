"""An idle machine: Debian's kernel, our initrd and agent in QEMU, against the server's side as a test wrote it."""

import os
import time
from collections.abc import Iterator

import pytest

from lab import lan
from openqrm.boot.initrd.builder import InitrdBuilder
from tests.lab.boot_server import BootServer
from tests.lab.direct_boot import ADDRESS, MAC, Booted, booted, line_of

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

Idle = tuple[BootServer, Booted]


@pytest.fixture(scope="module")
def idle(builder: InitrdBuilder, network: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Idle]:
    """An idle machine with one disk, whose first two registrations were broken off."""
    with BootServer(lan.SERVER_ADDRESS, builder, "role=idle\nresource=idle-1\nhostname=idle-1\n") as server:
        server.refusals = 2
        with booted(builder, line_of(server), tmp_path_factory.mktemp("idle"), disk_sizes_mib=(64,)) as machine:
            server.wait_for("uplink")
            yield server, machine


def test_an_idle_machine_tells_what_it_is(idle: Idle) -> None:
    server, _ = idle
    (inventory,) = server.seen.inventories
    assert inventory["boot"] == server.boot
    assert inventory["key"].startswith("ssh-ed25519 AAAA")
    card = {"name": "eth0", "mac": MAC, "driver": "virtio_net", "address": f"{ADDRESS}/24"}
    assert inventory["nics"] == [card]
    assert inventory["dmi"]["vendor"] == "openQRM"
    assert inventory["dmi"]["serial"] == 'S"1\\'
    assert inventory["dmi"]["uuid"] == "6c6b3a52-6cd2-4f4d-9a22-0000000000d1"
    assert (inventory["cpu"]["count"], inventory["bmc"]) == (1, None)
    assert 400 < inventory["memory_mib"] <= 512


def test_disks_are_found_with_modules_from_the_server(idle: Idle) -> None:
    server, _ = idle
    assert server.seen.inventories[0]["disks"] == [
        {"name": "vda", "size_bytes": 64 << 20, "model": "", "rotational": True}
    ]
    assert "virtio:d00000002v00001AF4" in server.seen.wanted


def test_a_registration_that_is_broken_off_is_tried_again(idle: Idle) -> None:
    server, _ = idle
    assert server.seen.requests.count("POST /boot/register") == 3


def test_statistics_come_by_themselves(idle: Idle) -> None:
    server, _ = idle
    server.wait(lambda seen: len(seen.statistics) > 1, 40)
    statistics = server.seen.statistics[-1]
    memory = {"memory_used_mib", "memory_total_mib", "swap_used_mib", "swap_total_mib"}
    assert set(statistics) == memory | {"uptime_s", "load_1", "cpu_percent", "hostname", "nics", "init"}
    assert (statistics["hostname"], statistics["nics"], statistics["init"]) == ("idle-1", 1, False)
    assert 0 < statistics["memory_used_mib"] < statistics["memory_total_mib"] <= 512


def test_commands_run_on_the_idle_machine(idle: Idle) -> None:
    server, _ = idle
    words = [b"a'b", b'c"d', b"e\nf ", b"", b"$(reboot)"]
    assert server.run([b"printf", b"%s|", *words]).out == b"".join(word + b"|" for word in words)
    data = os.urandom(1 << 20)
    assert server.run([b"cat"], data).out == data
    assert server.run([b"sh", b"-c", b"exit 3"]).status == 3
    assert server.run([b"sleep", b"60"], seconds=1).status == 124


def test_no_secret_shows_in_the_process_list_and_keys_are_roots_alone(idle: Idle) -> None:
    server, _ = idle
    shown = server.run([b"sh", b"-c", b"cat /proc/[0-9]*/cmdline | tr '\\0' ' '"]).out.decode()
    assert "dbclient" in shown and server.token not in shown
    assert f"udhcpc -f -t 3 -T 5 -A 300 -i eth0 -r {ADDRESS}" in shown  # the lease must not run out
    modes = server.run([b"stat", b"-c", b"%a", b"/run/openqrm/secret", b"/run/openqrm/secret/key"]).out
    assert modes == b"700\n600\n"


def test_a_lost_uplink_comes_back_and_brings_what_waited(idle: Idle) -> None:
    server, _ = idle
    logins = server.seen.logins
    server.start("lost", [b"sh", b"-c", b"sleep 2; echo ended while there was no uplink"])
    assert server.run([b"true"]).status == 0  # by now the machine has read both lines
    server.hang_up()
    assert server.end_of("lost", 60).out == b"ended while there was no uplink\n"
    assert server.seen.logins == logins + 1


def test_an_idle_machine_reboots_when_it_is_told(idle: Idle) -> None:
    server, machine = idle
    boots = machine.console().count("SeaBIOS (version")
    server.send("reboot")
    deadline = time.monotonic() + 60
    while machine.console().count("SeaBIOS (version") == boots:
        assert time.monotonic() < deadline, machine.console()
        time.sleep(0.1)

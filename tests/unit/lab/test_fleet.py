"""A fleet speaks the boot protocol, and fails as machines fail."""

import asyncio
import base64
import json
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import asyncssh
import pytest

from lab.chassis import Refused as PowerRefused
from lab.fleet import Fleet
from lab.simulated_hardware import SimulatedHardware
from lab.simulated_site import Downloads, Faults, Pace
from tests.unit.lab.fake_server import FakeServer

QUICK = Pace(stats_every_s=0.02, retry_s=0.01)


def in_loop(test: Callable[[FakeServer], Coroutine[Any, Any, None]]) -> Callable[[], None]:
    """Run the test with a server of its own."""

    async def with_server() -> None:
        async with FakeServer() as server:
            await test(server)

    return lambda: asyncio.run(with_server())


async def eventually(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.005)


@in_loop
async def test_a_hundred_machines_become_idle(server: FakeServer) -> None:
    async with Fleet(server.address, 100) as fleet:
        fleet.switch_on()
        await fleet.reached("uplink")
        await eventually(lambda: len(server.uplinks) == 100)
        assert fleet.progress() == {"uplink": 100}
        assert len({inventory["key"] for inventory in server.inventories.values()}) == 100
        first = fleet.machines[0]
        await eventually(lambda: server.told(first.hardware.mac, "stats"))
        assert server.told(first.hardware.mac, "milestone") == ["milestone uplink -"]
        assert first.milestones == ["script", "kernel", "initrd", "registered", "uplink"]
        assert not any(machine.trouble for machine in fleet.machines)


@in_loop
async def test_nothing_of_a_machine_outlives_its_fleet(server: FakeServer) -> None:
    async with Fleet(server.address, 3, unique_keys=False) as fleet:
        fleet.switch_on()
        await fleet.reached("uplink")
        fleet.machines[0].off()
        fleet.machines[1].reset()
    assert not [task for task in asyncio.all_tasks() if "SimulatedMachine" in repr(task.get_coro())]


@in_loop
async def test_what_a_machine_tells(server: FakeServer) -> None:
    async with Fleet(server.address, 1, pace=QUICK, first_number=258) as fleet:
        fleet.switch_on()
        await fleet.reached("uplink")
        await eventually(lambda: len(server.told("52:54:02:00:01:02", "stats")) > 1)
    (query,) = server.queries
    assert query["mac"] == "52:54:02:00:01:02" and query["serial"] == "SIM-00000258"
    assert set(query) == {"mac", "uuid", "nic", "arch", "serial", "product", "vendor"}
    inventory = server.inventories["52:54:02:00:01:02"]
    assert set(inventory) == {
        *("boot", "key", "hostname", "cpu", "memory_mib", "swap_mib", "nics", "disks", "dmi", "bmc"),
    }
    assert inventory["nics"][0]["address"] == "10.0.1.2/8"
    assert inventory["dmi"]["uuid"] == query["uuid"]
    statistics = json.loads(server.told("52:54:02:00:01:02", "stats")[0].removeprefix("stats "))
    assert set(statistics) == {
        *("uptime_s", "load_1", "cpu_percent", "memory_used_mib", "memory_total_mib"),
        *("swap_used_mib", "swap_total_mib", "hostname", "nics", "init"),
    }


@in_loop
async def test_an_appliance_comes_up(server: FakeServer) -> None:
    server.facts = "role=appliance\nresource=r1\nhostname=web\nroot_type=nfs\n"
    server.profile = base64.b64encode(b"root_secret=s3\n").decode()
    async with Fleet(server.address, 1, pace=QUICK) as fleet:
        (machine,) = fleet.machines
        fleet.switch_on()
        await fleet.reached("init")
        names = ["uplink", "root-found", "root-mounted", "handed-over", "init"]
        await eventually(lambda: len(server.told(machine.hardware.mac, "milestone")) == len(names))
        assert server.told(machine.hardware.mac, "milestone") == [f"milestone {name} -" for name in names]
        assert machine.profile == {"root_secret": "s3"} and machine.facts["hostname"] == "web"
        await eventually(lambda: '"init": true' in server.told(machine.hardware.mac, "stats")[-1])
        machine.soft_off()
        assert not machine.power()
        await eventually(lambda: not server.uplinks)


@in_loop
async def test_commands(server: FakeServer) -> None:
    def run(hardware: SimulatedHardware, argv: Sequence[str], stdin: bytes) -> tuple[int, bytes, bytes]:
        return 3, b"".join([hardware.name.encode(), b":", *(word.encode() for word in argv), b":", stdin]), b""

    async with Fleet(server.address, 1, run=run) as fleet:
        (machine,) = fleet.machines
        mac = machine.hardware.mac
        fleet.switch_on()
        await fleet.reached("uplink")
        argv, stdin = base64.b64encode(b"echo\0two words\0").decode(), base64.b64encode(b"in").decode()
        server.write(mac, f"run job-1 30 {argv} {stdin}")
        await eventually(lambda: server.told(mac, "done"))
        assert server.told(mac, "done") == [f"done job-1 3 {base64.b64encode(b's1:echotwo words:in').decode()} -"]
        assert machine.commands == [["echo", "two words"]]


@in_loop
async def test_the_server_ends_and_restarts_machines_in_good_order(server: FakeServer) -> None:
    async with Fleet(server.address, 1) as fleet:
        (machine,) = fleet.machines
        fleet.switch_on()
        await fleet.reached("uplink")
        server.write(machine.hardware.mac, "reboot")
        await eventually(lambda: server.logins[machine.hardware.mac] == 2)
        assert server.paths.count("/boot/script") == 2
        await fleet.reached("uplink")
        server.write(machine.hardware.mac, "poweroff")
        await eventually(lambda: not machine.power())
        await eventually(lambda: not server.uplinks)


@in_loop
async def test_a_power_cut_tells_nobody_until_the_machine_is_back(server: FakeServer) -> None:
    async with Fleet(server.address, 1) as fleet:
        (machine,) = fleet.machines
        mac = machine.hardware.mac
        fleet.switch_on()
        await fleet.reached("uplink")
        await eventually(lambda: mac in server.uplinks)
        old = server.uplinks[mac]
        machine.off()
        assert not machine.power() and fleet.progress() == {"off": 1}
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(old.wait_closed(), 0.2)
        machine.on()
        await asyncio.wait_for(old.wait_closed(), 20)
        await eventually(lambda: server.logins[mac] == 2)
        machine.reset()
        await eventually(lambda: server.logins[mac] == 3)


@in_loop
async def test_machines_that_do_not_come_up(server: FakeServer) -> None:
    async with Fleet(server.address, 5) as fleet:
        dark, hung, silent, odd, good = fleet.machines
        dark.faults = Faults(never_boots=True)
        hung.faults = Faults(dies_at="kernel")
        silent.faults = Faults(dies_at="uplink")
        odd.faults = Faults(inventory={"memory_mib": -1, "surprise": "field"})
        fleet.switch_on()
        for machine in (silent, odd, good):
            await machine.reached("uplink")
        assert all(machine.power() for machine in fleet.machines)
        assert fleet.progress() == {"on": 1, "kernel": 1, "uplink": 3}
        await eventually(lambda: server.told(silent.hardware.mac, "milestone"))
        assert silent.hardware.mac in server.uplinks, "nobody told the server that it hangs"
        assert [query["mac"] for query in server.queries].count(dark.hardware.mac) == 0
        assert hung.hardware.mac not in server.inventories
        assert server.inventories[odd.hardware.mac]["surprise"] == "field"
        assert server.inventories[odd.hardware.mac]["memory_mib"] == -1
        with pytest.raises(TimeoutError, match=r"not all reached uplink within 0\.1 s: .*1 at kernel"):
            await fleet.reached("uplink", timeout_s=0.1)


@in_loop
async def test_a_machine_that_finds_no_root_says_so(server: FakeServer) -> None:
    server.facts = "role=appliance\nresource=r1\n"
    async with Fleet(server.address, 1) as fleet:
        (machine,) = fleet.machines
        machine.faults = Faults(fails_at="root-mounted")
        fleet.switch_on()
        mac = machine.hardware.mac
        await eventually(lambda: len(server.told(mac, "milestone")) == 3)
        seen = base64.b64encode(b"simulated: no root-mounted").decode()
        assert server.told(mac, "milestone")[1:] == ["milestone root-found -", f"milestone failed {seen}"]
        assert mac in server.uplinks


@in_loop
async def test_a_bmc_that_refuses(server: FakeServer) -> None:
    async with Fleet(server.address, 1) as fleet:
        (machine,) = fleet.machines
        machine.faults = Faults(refuses_power=True)
        for press in (machine.on, machine.off, machine.reset, machine.soft_off):
            with pytest.raises(PowerRefused, match="the BMC of s1 refuses"):
                press()
        assert not machine.power()


@in_loop
async def test_a_lost_uplink_comes_back_and_with_it_what_waited(server: FakeServer) -> None:
    async with Fleet(server.address, 1, pace=QUICK) as fleet:
        (machine,) = fleet.machines
        mac = machine.hardware.mac
        fleet.switch_on()
        await fleet.reached("uplink")
        server.uplinks[mac].channel.get_connection().abort()
        await eventually(lambda: machine.agent and not machine.agent.ready.is_set())
        assert machine.agent
        machine.agent.post("milestone late -")
        await eventually(lambda: "milestone late -" in server.lines[mac])
        assert server.logins[mac] == 2
        assert server.paths.count("/boot/register") == 1


@in_loop
async def test_an_answer_that_fails_is_asked_for_again_and_a_refusal_stays_one(server: FakeServer) -> None:
    server.statuses = ["503 Service Unavailable", "500 Internal Server Error"]
    async with Fleet(server.address, 1, pace=QUICK) as fleet:
        fleet.switch_on()
        await fleet.reached("uplink")
        assert server.paths.count("/boot/register") == 3
    server.statuses = ["401 Unauthorized"]
    async with Fleet(server.address, 1, pace=QUICK) as fleet:
        fleet.switch_on()
        await eventually(lambda: fleet.progress() == {"401: no: a reason": 1})
        assert fleet.machines[0].power() and not server.statuses


@in_loop
async def test_machines_wait_for_a_server_that_is_not_there_yet(server: FakeServer) -> None:
    async with Fleet("http://127.0.0.1:9", 1, pace=QUICK) as fleet:
        fleet.switch_on()
        await asyncio.sleep(0.05)
        assert fleet.progress() == {"on": 1}


@in_loop
async def test_a_foreign_server_is_not_believed(server: FakeServer) -> None:
    async with Fleet(server.address, 1, pace=QUICK) as fleet:
        (machine,) = fleet.machines
        trusted = server.host_key
        server.host_key = asyncssh.generate_private_key("ssh-ed25519")  # what scripts name, not what the door shows
        fleet.switch_on()
        await eventually(lambda: machine.agent and machine.agent.failed_logins > 1)
        assert not server.logins
        server.host_key = trusted


@in_loop
async def test_a_machine_boots_its_own_disk_when_told_to(server: FakeServer) -> None:
    async with Fleet(server.address, 2) as fleet:
        by_script, by_bmc = fleet.machines
        by_bmc.boot_once = "disk"
        server.script = "#!ipxe\nexit\n"
        fleet.switch_on()
        await by_script.reached("script")
        await eventually(lambda: by_bmc.boot_once is None)
        assert [query["mac"] for query in server.queries] == [by_script.hardware.mac]
        server.script = None
        by_bmc.reset()
        await by_bmc.reached("uplink")


@in_loop
async def test_a_breach_of_the_protocol_shows(server: FakeServer) -> None:
    server.script = "#!ipxe\nkernel /boot/kernel/k/vmlinuz quiet\nboot\n"
    async with Fleet(server.address, 1) as fleet:
        fleet.switch_on()
        await eventually(lambda: fleet.machines[0].trouble)
        with pytest.raises(TimeoutError, match=r"openqrm\.uplink"):
            await fleet.reached("uplink", timeout_s=0.1)


@pytest.mark.parametrize(("downloads", "asked"), [("none", 0), ("start", 2), ("whole", 2)])
def test_kernels_are_fetched_as_far_as_wanted(downloads: Downloads, asked: int) -> None:
    @in_loop
    async def test(server: FakeServer) -> None:
        async with Fleet(server.address, 1, downloads=downloads, unique_keys=False) as fleet:
            fleet.switch_on()
            await fleet.reached("uplink")
            assert len([path for path in server.paths if path.startswith("/boot/kernel/")]) == asked

    test()


def test_machines_may_share_a_key() -> None:
    @in_loop
    async def test(server: FakeServer) -> None:
        async with Fleet(server.address, 3, unique_keys=False) as fleet:
            fleet.switch_on()
            await fleet.reached("uplink")
            assert len({inventory["key"] for inventory in server.inventories.values()}) == 1

    test()

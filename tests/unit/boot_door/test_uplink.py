"""The uplink with a real SSH client on loopback."""

import stat
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncssh
import pytest

from lab.boot_script import Orders
from openqrm.boot.uplink.host_key import ensure_host_key
from openqrm.domain.appliance import BootProfile
from openqrm.domain.errors import Category, Ending, StepError
from tests.unit.boot_door.agent import Agent, pack, unpack
from tests.unit.boot_door.site import NAME, Running, new_key, public

STATISTICS = (
    '{"uptime_s": 7, "load_1": 0.05, "cpu_percent": 2, "memory_used_mib": 100, "memory_total_mib": 512, '
    '"swap_used_mib": 0, "swap_total_mib": 0, "hostname": "idle", "nics": 1, "init": false}'
)
PROFILE = BootProfile(
    name=NAME,
    appliance="web",
    kernel="k6",
    root_type="iscsi",
    secrets=(("secret", "grant-web"), ("root_password", "pw-web")),
)


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def key() -> asyncssh.SSHKey:
    return new_key()


@pytest.fixture
def orders(site: Running, key: asyncssh.SSHKey) -> Orders:
    orders = site.orders()
    assert site.register(orders, public(key)).status_code == 200
    return orders


def test_milestones_and_statistics_become_what_was_observed(
    site: Running, orders: Orders, key: asyncssh.SSHKey
) -> None:
    with Agent(orders, key) as agent:
        agent.say("milestone uplink -")
        agent.say(f"stats {STATISTICS}")
        eventually(lambda: site.seen().statistics)
        assert (site.seen().milestone, site.seen().connected) == ("uplink", True)
        assert site.seen().statistics["memory_total_mib"] == 512
        assert frozenset({NAME}) in site.rung
    eventually(lambda: not site.seen().connected)


def test_milestones_do_not_go_back(site: Running, orders: Orders, key: asyncssh.SSHKey) -> None:
    with Agent(orders, key) as agent:
        agent.say("milestone init c3lzdGVtZA==")
        agent.say("milestone uplink -")
        agent.say("milestone failed " + pack(b"no \x1b[31mroot\n"))
        eventually(lambda: site.seen().failure)
        assert site.seen().milestone == "init"
        assert site.seen().failure == "no  [31mroot "
        assert "boot.failed" in site.topics()


@pytest.mark.parametrize("user", ["boot-" + NAME + ".0123456789abcdef", "root", "boot-", "boot-x" * 30, "boot-."])
def test_a_foreign_user_is_refused(site: Running, orders: Orders, key: asyncssh.SSHKey, user: str) -> None:
    other = Orders(**{**vars(orders), "boot": user.removeprefix("boot-")})
    with pytest.raises((asyncssh.Error, OSError)), Agent(other, key):
        pass


def test_a_foreign_key_is_refused(site: Running, orders: Orders) -> None:
    with pytest.raises(asyncssh.PermissionDenied), Agent(orders, new_key()):
        pass


def test_before_the_registration_nobody_comes_in(site: Running, key: asyncssh.SSHKey) -> None:
    with pytest.raises(asyncssh.PermissionDenied), Agent(site.orders(), key):
        pass


def test_an_older_boot_is_refused_and_cut_off(site: Running, orders: Orders, key: asyncssh.SSHKey) -> None:
    with Agent(orders, key) as agent:
        site.orders()
        agent.say("milestone init -")
        assert agent.lost.wait(20)
    assert site.seen().milestone == "script"
    with pytest.raises(asyncssh.PermissionDenied), Agent(orders, key):
        pass


def test_secrets_come_with_the_profile_of_this_very_boot(site: Running, key: asyncssh.SSHKey) -> None:
    site.orders()
    site.database.records.put(PROFILE)
    site.vault.keep("grant-web", "s3cret")
    site.vault.keep("pw-web", "geheim")
    orders = site.orders()
    site.register(orders, public(key))
    with Agent(orders, key) as agent:
        agent.say("profile")
        verb, packed = agent.next().split(" ")
        facts = dict(line.split("=", 1) for line in unpack(packed).decode().splitlines())
        assert verb == "profile"
        assert facts["root_secret"] == "s3cret"
        assert unpack(facts["root_password_hash"]).startswith(b"$6$")
        site.database.records.remove(BootProfile, NAME)
        site.database.records.put(PROFILE)
        agent.say("profile")
        eventually(lambda: "is over" in site.seen().failure)
        assert agent.heard.empty()


def test_an_idle_machine_gets_no_secret(site: Running, orders: Orders, key: asyncssh.SSHKey) -> None:
    site.database.records.put(PROFILE)  # after its script
    site.vault.keep("grant-web", "s3cret")
    with Agent(orders, key) as agent:
        agent.say("profile")
        eventually(lambda: site.seen().failure)
        assert agent.heard.empty()


def test_commands(site: Running, orders: Orders, key: asyncssh.SSHKey) -> None:
    with Agent(orders, key) as agent, ThreadPoolExecutor(1) as pool:
        eventually(lambda: site.uplink.is_open(NAME))
        done = pool.submit(site.uplink.execute, NAME, ("printf", "a b", "'"), b"in", 30)
        _, id_, seconds, argv, stdin = agent.next().split(" ")
        assert (seconds, unpack(argv), unpack(stdin)) == ("30", b"printf\0a b\0'\0", b"in")
        agent.say(f"done other-1 0 {pack(b'not it')} -")
        agent.say(f"done {id_} 3 {pack(b'out')} -")
        assert (done.result().status, done.result().out, done.result().err) == (3, b"out", b"")
        site.uplink.execute(NAME, ("reboot",), b"", 5)
        assert agent.next() == "reboot"


def test_an_answer_may_come_over_the_next_connection(site: Running, orders: Orders, key: asyncssh.SSHKey) -> None:
    with ThreadPoolExecutor(1) as pool:
        with Agent(orders, key) as agent:
            eventually(lambda: site.uplink.is_open(NAME))
            done = pool.submit(site.uplink.execute, NAME, ("sleep", "1"), b"", 30)
            id_ = agent.next().split(" ")[1]
        with Agent(orders, key) as agent:
            agent.say(f"done {id_} 0 - -")
            assert done.result().status == 0


def test_whoever_waits_for_a_machine_is_let_go_when_openqrm_ends(
    site: Running, orders: Orders, key: asyncssh.SSHKey
) -> None:
    with Agent(orders, key) as agent, ThreadPoolExecutor(1) as pool:
        eventually(lambda: site.uplink.is_open(NAME))
        waiting = pool.submit(site.uplink.execute, NAME, ("true",), b"", 60)
        assert agent.next().startswith("run ")
        site.uplink.end_commands()
        assert isinstance(waiting.exception(10), Ending)


def test_no_way_to_a_machine_that_is_not_connected(site: Running, orders: Orders) -> None:
    with pytest.raises(StepError) as caught:
        site.uplink.execute(NAME, ("true",), b"", 1)
    assert caught.value.category is Category.UNAVAILABLE


def test_an_answer_belongs_to_the_machine_that_was_asked(site: Running, orders: Orders, key: asyncssh.SSHKey) -> None:
    foreign = site.orders("52:54:00:77:00:02")
    site.register(foreign, public(key))
    with Agent(orders, key) as agent, Agent(foreign, key) as liar, ThreadPoolExecutor(1) as pool:
        eventually(lambda: site.uplink.is_open(NAME))
        done = pool.submit(site.uplink.execute, NAME, ("id",), b"", 30)
        id_ = agent.next().split(" ")[1]
        liar.say(f"done {id_} 0 {pack(b'lie')} -")
        liar.say("milestone uplink -")
        eventually(lambda: site.seen("m-525400770002").milestone == "uplink")
        assert not done.done()
        agent.say(f"done {id_} 0 {pack(b'truth')} -")
        assert done.result().out == b"truth"


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "milestone",
        "milestone root-shell -",
        "milestone uplink §",
        "stats {}",
        "stats " + "[" * 100_000,
        STATISTICS.replace("7", '"7"'),
        "stats " + STATISTICS.replace('"init"', '"more": 1, "init"'),
        "done x 256 - -",
        "done ../../etc 0 - -",
        "profile please",
        "x" * (4 * 1024 * 1024),
    ],
)
def test_a_line_that_is_not_of_the_protocol_ends_the_connection(
    site: Running, orders: Orders, key: asyncssh.SSHKey, line: str
) -> None:
    with Agent(orders, key) as agent:
        agent.say(line)
        assert agent.lost.wait(20)
    with Agent(orders, key) as agent:  # and that is all that happens
        agent.say("milestone uplink -")
        eventually(lambda: site.seen().milestone == "uplink")


def test_a_newer_connection_takes_the_place_of_the_older(site: Running, orders: Orders, key: asyncssh.SSHKey) -> None:
    with Agent(orders, key) as first, Agent(orders, key) as second:
        assert first.lost.wait(20)
        second.say("milestone uplink -")
        eventually(lambda: site.seen().milestone == "uplink")
        assert site.seen().connected and site.uplink.count() == 1


def test_dropbear_gets_in(site: Running, tmp_path: Path) -> None:
    """The client that the initrd carries."""
    subprocess.run(["dropbearkey", "-t", "ed25519", "-f", tmp_path / "key"], check=True, capture_output=True)
    shown = subprocess.run(["dropbearkey", "-y", "-f", tmp_path / "key"], check=True, capture_output=True, text=True)
    own = next(line for line in shown.stdout.splitlines() if line.startswith("ssh-ed25519 "))
    orders = site.orders()
    site.register(orders, " ".join(own.split()[:2]))
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh/known_hosts").write_text(f"127.0.0.1 ssh-ed25519 {orders.host_key}\n")
    user = f"boot-{orders.boot}@127.0.0.1"
    client = subprocess.Popen(
        ["dbclient", "-T", "-i", tmp_path / "key", "-p", str(orders.uplink_port), *(user, "uplink")],
        env={"HOME": str(tmp_path), "PATH": "/usr/bin"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with client:
        assert client.stdin and client.stdout
        watchdog = threading.Timer(20, client.kill)
        watchdog.start()
        assert client.stdout.readline() == b"ready\n"
        client.stdin.write(b"milestone uplink -\n")
        client.stdin.flush()
        eventually(lambda: site.seen().milestone == "uplink")
        watchdog.cancel()
        client.kill()


def test_the_host_key_is_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    first = ensure_host_key(tmp_path / "keys/uplink")
    assert stat.S_IMODE((tmp_path / "keys/uplink").stat().st_mode) == 0o600
    assert ensure_host_key(tmp_path / "keys/uplink").export_public_key() == first.export_public_key()
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["uplink"]

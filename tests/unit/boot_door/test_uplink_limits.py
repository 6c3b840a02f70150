"""What one machine, or whoever says to be one, may cost the uplink."""

import base64
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path

import asyncssh
import pytest

from lab.boot_script import Orders
from openqrm.boot.uplink.limits import (
    MOST_LOGINS_EACH,
    MOST_TRIES,
    SHUN_S,
    SPARE_LINES,
    Allowance,
    Anteroom,
    Shunned,
)
from openqrm.boot.uplink.listener import Uplink
from tests.unit.boot_door.agent import Agent
from tests.unit.boot_door.site import NAME, Running, new_key, public
from tests.unit.boot_door.test_uplink import eventually


def test_of_what_dropbear_offers_the_cheapest_cipher_is_taken(site: Running) -> None:
    orders, key = site.orders(), new_key()
    site.register(orders, public(key))
    with Agent(orders, key) as agent:
        assert agent.cipher == "aes128-ctr"


@pytest.fixture
def key() -> asyncssh.SSHKey:
    return new_key()


@pytest.fixture
def orders(site: Running, key: asyncssh.SSHKey) -> Orders:
    orders = site.orders()
    assert site.register(orders, public(key)).status_code == 200
    return orders


def test_a_machine_that_floods_is_cut_off_and_not_let_in_for_a_while(
    site: Running, orders: Orders, key: asyncssh.SSHKey
) -> None:
    with Agent(orders, key) as agent:
        agent.say("\n".join(["milestone uplink -"] * (SPARE_LINES + 100)))
        assert agent.lost.wait(20)
    with pytest.raises(asyncssh.PermissionDenied), Agent(orders, key):
        pass
    eventually(lambda: "uplink.flooded" in site.topics())


def test_only_an_answer_is_long(site: Running, orders: Orders, key: asyncssh.SSHKey) -> None:
    long = base64.b64encode(b"x" * 100_000).decode()
    with Agent(orders, key) as agent, ThreadPoolExecutor(1) as pool:
        eventually(lambda: site.uplink.is_open(NAME))
        done = pool.submit(site.uplink.execute, NAME, ("cat",), b"", 30)
        agent.say(f"done {agent.next().split(' ')[1]} 0 {long} -")
        assert len(done.result().out) == 100_000
        agent.say(f"done x 0 {long} -")
        assert agent.lost.wait(20)


def test_who_never_logs_in_leaves_room_for_others(site: Running, tmp_path: Path) -> None:
    uplink = Uplink(site.writer, str, tmp_path / "key", address="127.0.0.1", port=0, most_logins=3)
    uplink.start()
    with ExitStack() as held:
        place = ("127.0.0.1", uplink.port)
        crowd = [held.enter_context(socket.create_connection(place, timeout=20)) for _ in range(3)]
        assert all(each.recv(4) == b"SSH-" for each in crowd)
        assert not _is_served(place)
        eventually(lambda: "uplink.crowded" in site.topics())
        crowd[0].close()
        eventually(lambda: _is_served(place))
    uplink.close()


def _is_served(place: tuple[str, int]) -> bool:
    """Whether it gets further than the greeting."""
    with socket.create_connection(place, timeout=20) as opened:
        received = b""
        with suppress(ConnectionError):
            opened.sendall(b"SSH-2.0-test\r\n")
            while b"curve25519" not in received and (more := opened.recv(1000)):
                received += more
        return b"curve25519" in received


def test_who_guesses_is_cut_off(site: Running, orders: Orders, key: asyncssh.SSHKey) -> None:
    guesses = [new_key() for _ in range(MOST_TRIES)]
    with pytest.raises((asyncssh.ConnectionLost, ConnectionError)), Agent(orders, [*guesses, key]):
        pass


def test_one_address_has_its_share_and_gets_it_back() -> None:
    room = Anteroom(100)
    assert all(room.enter("10.0.0.9") for _ in range(MOST_LOGINS_EACH))
    assert not room.enter("10.0.0.9") and room.enter("10.0.0.8")
    room.leave("10.0.0.9")
    assert room.enter("10.0.0.9")


def test_an_allowance_grows_with_time_and_questions() -> None:
    allowance = Allowance(0.0)
    assert sum(allowance.take(0.0) for _ in range(SPARE_LINES + 50)) == SPARE_LINES
    again = Allowance(0.0)
    again.add()
    assert sum(again.take(0.0) for _ in range(SPARE_LINES + 50)) >= SPARE_LINES
    assert again.take(3600.0)


def test_who_is_shunned_is_forgiven() -> None:
    shunned = Shunned()
    shunned.add("m1", 0.0)
    assert shunned.has("m1", SHUN_S - 1) and not shunned.has("m1", SHUN_S + 1) and not shunned.has("m2", 0.0)

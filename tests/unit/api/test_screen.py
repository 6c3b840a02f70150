"""A screen from a ticket to its end: through SSH of another machine, and for a viewer on the command line."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from openqrm.adapters.hosts.screens import Socket, parse_socket
from openqrm.api.presence import Presence
from openqrm.domain.errors import StepError
from openqrm.domain.resource import SELF, Observation, Resource
from openqrm.domain.terminal import LINES
from openqrm.domain.user import PluginState
from openqrm.planning.terminal import ShowLines
from tests.unit.api.rfb import VERSION, Echo, Viewer, echoing
from tests.unit.api.terminals import Ground, end_of, open_ground, point
from tests.unit.services.site import ADMIN, PASSWORD

KEY = b"\x04\x01\x00\x00\x00\x00\xff\x0d"
NEXT_PICTURE = b"\x03\x01" + bytes(8)


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with open_ground(tmp_path) as opened:
        settings = json.dumps({"resources": ["box"]})
        records = opened.site.database.records
        records.put(replace(records.get(PluginState, "novnc"), settings=settings))
        yield opened


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Echo]:
    with echoing(tmp_path / "screen") as listening:
        yield listening


@pytest.mark.parametrize("host", ["box", SELF])
def test_what_a_viewer_says_arrives_whole(ground: Ground, screen: Echo, host: str) -> None:
    ticket = ground.ticket(line="screen")
    point(ground, host=host, address=f"vnc+unix://{screen.path}")
    with ground.attached(ticket) as socket:
        assert socket.recv(timeout=20) == VERSION
        long = KEY * 60_000
        socket.send(long)
        heard = b""
        while len(heard) < len(long):
            heard += bytes(socket.recv(timeout=20))
        assert heard == long


def test_its_place_is_asked_for_where_it_changes(ground: Ground, screen: Echo, tmp_path: Path) -> None:
    ticket = ground.ticket(line="screen")
    point(ground, host=SELF, address="", argv=("virsh", "domdisplay"))
    with ground.attached(ticket) as socket:
        assert end_of(socket) == (4403, "openqrm shows a screen at ''")
    assert ground.site.world.own.asked == [("virsh", "domdisplay")]


def test_a_vm_that_is_off_has_none(ground: Ground) -> None:
    ground.site.world.own.status = 1
    ticket = ground.ticket(line="screen")
    point(ground, host=SELF, address="", argv=("virsh", "domdisplay"))
    with ground.attached(ticket) as socket:
        assert end_of(socket) == (4403, "openqrm shows no screen: it said nothing")


def test_nothing_listens(ground: Ground, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for host, address, where in (
        ("box", f"vnc://127.0.0.1:{port}", f"port {port}"),
        ("box", f"vnc+unix://{tmp_path}/none", f"{tmp_path}/none"),
        (SELF, f"vnc+unix://{tmp_path}/none", f"{tmp_path}/none"),
    ):
        ticket = ground.ticket(line="screen")
        point(ground, host=host, address=address)
        with ground.attached(ticket) as attached:
            code, why = end_of(attached)
        assert code == 4403 and f"nothing answers at {where} of {host}".startswith(why)


def test_a_machine_that_is_not_reached_by_ssh_shows_none(ground: Ground, screen: Echo) -> None:
    ticket = ground.ticket(line="screen")
    point(ground, host="m1", address=f"vnc+unix://{screen.path}")
    with ground.attached(ticket) as attached:
        assert end_of(attached) == (4403, "no screen of m1 can be shown: it is not reached by SSH")


def test_the_line_is_offered_where_there_is_one(ground: Ground) -> None:
    assert [each.line for each in ground.site.desk.answer(ADMIN, ShowLines("box"))] == ["ssh", "screen"]
    with pytest.raises(Exception, match="no plugin has a terminal of kind screen"):
        ground.ticket("m1", line="screen")


def test_a_vm_that_is_off_has_none_and_says_so(ground: Ground) -> None:
    put = ground.site.database.records.put
    put(PluginState(name="kvm", enabled=True, started=True))
    put(Resource(name="v1", type="kvm", host="box"))
    seen = put(Observation(name="v1", power="off"))
    for line in LINES[1:]:
        with pytest.raises(Exception, match=f"VM v1 is off and has no {line} now"):
            ground.ticket("v1", line=line)
    put(replace(seen, power="on"))
    assert ground.ticket("v1", line="screen")


def test_a_picture_that_changes_by_itself_is_nobody() -> None:
    now_s = 0.0
    screen, shell = (Presence(line, lambda: now_s) for line in ("screen", "ssh"))
    now_s = 60.0
    for each in (screen, shell):
        each.shown()
    assert (screen.idle_s(), shell.idle_s()) == (60.0, 0.0)
    screen.typed(NEXT_PICTURE)
    shell.typed(NEXT_PICTURE)
    assert (screen.idle_s(), screen.take_typed(), shell.take_typed()) == (60.0, False, True)
    screen.typed(KEY)
    assert (screen.idle_s(), screen.take_typed(), screen.take_typed()) == (0.0, True, False)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            "vnc+unix:///var/lib/libvirt/qemu/domain-1-web/vnc.sock",
            Socket("/var/lib/libvirt/qemu/domain-1-web/vnc.sock"),
        ),
        ("vnc://localhost:0\n", Socket(port=5900)),
        ("vnc://127.0.0.1:7", Socket(port=5907)),
        ("vnc://127.0.0.1:5901", Socket(port=5901)),
    ],
)
def test_where_a_screen_is(text: str, place: Socket) -> None:
    assert parse_socket("h1", text) == place


@pytest.mark.parametrize(
    "text",
    ["", "vnc://10.0.0.1:5900", "vnc://127.0.0.1:65536", "vnc+unix://web", "spice://127.0.0.1:5900",
     "vnc+unix:///a b", f"vnc+unix:///{'x' * 200}", "vnc://127.0.0.1:５９００"],
)  # fmt: skip
def test_where_none_may_be(text: str) -> None:
    with pytest.raises(StepError, match="shows a screen at"):
        parse_socket("h1", text)


def test_the_command_gives_it_to_a_viewer(ground: Ground, screen: Echo, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    environment = os.environ | {
        "OPENQRM_URL": ground.url.replace("ws:", "http:").partition("/api")[0], "HOME": str(tmp_path),
        "OPENQRM_USER": "admin", "OPENQRM_PASSWORD_FILE": str(tmp_path / "password"),
    }  # fmt: skip
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    records = ground.site.database.records
    settings = json.dumps({"resources": ["box"], "port": port})
    records.put(replace(records.get(PluginState, "novnc"), settings=settings))
    argv = [sys.executable, "-m", "openqrm.main", "terminal", "screen", "box"]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, env=environment, text=True) as process:
        assert process.stdout
        here = process.stdout.readline().strip().removeprefix("vnc://127.0.0.1:")
        with (
            socket.create_server(("127.0.0.1", port)) as service,
            socket.create_connection(("127.0.0.1", int(here))) as it,
        ):
            viewed, _ = service.accept()
            with viewed:
                viewed.sendall(VERSION)
                assert it.recv(100) == VERSION
                it.sendall(KEY)
                assert viewed.recv(100) == KEY
        assert process.wait(20) == 0


@pytest.mark.real
def test_a_real_machine_shows_more_than_one_colour(ground: Ground, tmp_path: Path) -> None:
    path = tmp_path / "qemu"
    argv = ["qemu-system-x86_64", "-accel", "tcg", "-m", "32", "-nodefaults", "-vga", "std", "-display", "none",
            "-vnc", f"unix:{path}"]  # fmt: skip
    with subprocess.Popen(argv) as qemu:
        while not path.exists():
            assert qemu.poll() is None
        ticket = ground.ticket(line="screen")
        point(ground, address=f"vnc+unix://{path}")
        with ground.attached(ticket) as attached:
            viewer = Viewer(lambda: bytes(attached.recv(timeout=20)), attached.send)
            assert viewer.painted() >= (640, 400)
        qemu.kill()

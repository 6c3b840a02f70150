"""A terminal from a ticket to the end of its shell, over a real SSH connection and a real WebSocket."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from openqrm.domain.resource import SELF
from openqrm.domain.storage import Storage
from openqrm.domain.terminal import Terminal
from openqrm.domain.user import Role, User
from openqrm.planning.plan import ListPlans
from openqrm.planning.terminal import ShowLines
from openqrm.services.caller import Caller
from openqrm.services.sessions import digest_of
from tests.journeys.demonstration import eventually
from tests.unit.api.terminals import Ground, end_of, open_ground, point, read
from tests.unit.services.site import ADMIN, PASSWORD


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    with open_ground(tmp_path) as opened:
        yield opened


def test_what_is_typed_arrives_and_what_is_shown_comes_back(ground: Ground) -> None:
    with ground.attached(ground.ticket(), columns=100, rows=40) as socket:
        assert socket.recv(timeout=20) == b""  # it is open
        assert "xterm-256color 100x40 shell" in read(socket, "\n")
        socket.send(b"ls\n")
        assert "you said ls" in read(socket, "said ls")
        socket.send(json.dumps({"columns": 120, "rows": 50}))
        assert "now 120x50" in read(socket, "x50")
        socket.send(b"exit\n")
        assert end_of(socket) == (1000, "")


def test_a_ticket_is_good_once(ground: Ground) -> None:
    ticket = ground.ticket()
    with ground.attached(ticket) as socket:
        read(socket, "\n")
    with ground.attached(ticket) as socket:
        code, why = end_of(socket)
    assert code == 4403 and "ticket is not known" in why
    assert not ground.site.database.records.list(Terminal)


def test_a_ticket_grows_old_and_is_swept_by_the_next(ground: Ground) -> None:
    ticket, records = ground.ticket(), ground.site.database.records
    (stored,) = records.list(Terminal)
    records.put(replace(stored, expires_at_s=1.0))
    with ground.attached(ticket) as socket:
        assert end_of(socket)[0] == 4403
    ground.ticket()
    (stored,) = records.list(Terminal)
    records.put(replace(stored, expires_at_s=1.0))
    ground.ticket()
    assert len(records.list(Terminal)) == 1


@pytest.mark.parametrize("first", ["", "not json", '{"ticket": 5}', '{"columns": 0}', '{"more": 1}', "[]"])
def test_what_is_no_ticket_ends_the_connection(ground: Ground, first: str) -> None:
    with ground.joined() as socket:
        socket.send(first)
        assert end_of(socket)[0] == 4403


@pytest.mark.parametrize("typed", [b"hello\r", b"x" * 50_000 + b"hello\r"])
def test_a_plugin_s_command_runs_on_openqrm_s_own_machine(ground: Ground, typed: bytes) -> None:
    ticket = ground.ticket()
    program = "stty -icanon; stty size; read -r line; echo got ${#line} on $TERM; stty size"
    point(ground, host=SELF, argv=("bash", "-c", program))
    with ground.attached(ticket, columns=100, rows=40) as socket:
        assert "40 100" in read(socket, "100")
        socket.send(json.dumps({"columns": 120, "rows": 50}))
        socket.send(typed)
        shown = read(socket, "50 120")
        assert f"got {len(typed) - 1} on xterm-256color" in shown
        assert end_of(socket) == (1000, "")


def test_a_shell_of_openqrm_s_own_is_not_to_be_had(ground: Ground) -> None:
    for argv, why in (((), "it is the machine openQRM runs on"), (("no-such-program",), "No such file or directory")):
        ticket = ground.ticket()
        point(ground, host=SELF, argv=argv)
        with ground.attached(ticket) as socket:
            code, said = end_of(socket)
        assert code == 4403 and why in said


def test_its_command_ends_with_it(ground: Ground, tmp_path: Path) -> None:
    ticket = ground.ticket()
    point(ground, host=SELF, argv=("bash", "-c", "echo $$; exec sleep 1000"))
    with ground.attached(ticket) as socket:
        process = Path("/proc", read(socket, "\n").strip())
        assert process.exists()
    eventually(lambda: not process.exists(), lambda: "it runs on")


def test_who_may_only_look_gets_none(ground: Ground) -> None:
    with pytest.raises(Exception, match="needs the role"):
        ground.ticket(caller=Caller("eve", Role.READ_ONLY))


def test_a_machine_without_a_known_key_has_none(ground: Ground) -> None:
    with pytest.raises(Exception, match="no plugin has a terminal of kind ssh"):
        ground.ticket("m1")


@pytest.mark.parametrize(
    "headers", [{"X": "nothing"}, {"Authorization": "Basic YWRtaW46d3Jvbmc="}, {"Cookie": "openqrm=guessed"}]
)
def test_a_ticket_alone_opens_nothing(ground: Ground, headers: dict[str, str]) -> None:
    with ground.joined(**headers) as socket:
        socket.send(json.dumps({"ticket": ground.ticket()}))
        assert end_of(socket)[0] == 4403
    assert ground.site.database.records.list(Terminal)


def test_nobody_else_may_use_it(ground: Ground) -> None:
    stolen = ground.ticket(caller=Caller("carol", Role.OPERATOR))
    with ground.attached(stolen) as socket:
        code, why = end_of(socket)
    assert code == 4403 and "another user's" in why
    assert not ground.site.database.records.list(Terminal)


def test_a_session_opens_one_from_its_own_page_alone(ground: Ground) -> None:
    cookie = f"openqrm={ground.site.sign_in.sessions.begin('admin')}"
    with ground.joined(Cookie=cookie, Origin="https://elsewhere.example") as socket:
        socket.send(json.dumps({"ticket": ground.ticket()}))
        code, why = end_of(socket)
    assert code == 4403 and "another site" in why
    with ground.joined(Cookie=cookie, Origin=ground.url.replace("ws:", "http:").partition("/api")[0]) as socket:
        socket.send(json.dumps({"ticket": ground.ticket()}))
        assert "shell" in read(socket, "\n")


def test_who_signs_out_has_it_no_longer(tmp_path: Path) -> None:
    with open_ground(tmp_path, look_s=0.05) as ground:
        token = ground.site.sign_in.sessions.begin("admin")
        with ground.joined(Cookie=f"openqrm={token}") as socket:
            socket.send(json.dumps({"ticket": ground.ticket()}))
            read(socket, "\n")
            ground.site.sign_in.sessions.end(token)
            assert end_of(socket) == (4403, "the session has ended")


def test_where_nothing_happens_it_ends(tmp_path: Path) -> None:
    with open_ground(tmp_path, look_s=0.05, idle_s=0.0) as ground, ground.attached(ground.ticket()) as socket:
        assert end_of(socket) == (1000, "nothing has happened for 30 minutes")


def test_what_is_typed_keeps_a_session(tmp_path: Path) -> None:
    """As a request does."""
    with open_ground(tmp_path, look_s=0.05) as ground:
        token = ground.site.sign_in.sessions.begin("admin")
        with ground.joined(Cookie=f"openqrm={token}") as socket:
            socket.send(json.dumps({"ticket": ground.ticket()}))
            read(socket, "\n")
            with ground.site.database.transaction() as tx:
                tx.sessions.change(digest_of(token), seen_s=time.time() - 600)
            socket.send(b"x")
            eventually(lambda: ground.site.sign_in.sessions.list("admin")[0].seen_s > time.time() - 300, str)


def test_who_may_only_look_from_now_on_has_it_no_longer(tmp_path: Path) -> None:
    with open_ground(tmp_path, look_s=0.05) as ground, ground.attached(ground.ticket()) as socket:
        read(socket, "\n")
        records = ground.site.database.records
        records.put(replace(records.get(User, "admin"), role=Role.READ_ONLY.name))
        code, why = end_of(socket)
        assert code == 4403 and "needs the role OPERATOR" in why


def test_the_lines_of_a_machine_are_told(ground: Ground) -> None:
    told = ground.site.desk.answer(ADMIN, ShowLines("box"))
    assert [(each.line, each.host) for each in told] == [("ssh", "box")]
    assert ground.site.desk.answer(ADMIN, ShowLines("m1")) == []
    carol = Caller("carol", Role.OPERATOR)
    assert ground.site.desk.answer(carol, ShowLines("box"))
    ground.site.database.records.put(Storage(name="disks", type="directory-raw", resource="box"))
    assert ground.site.desk.answer(ADMIN, ShowLines("box")) and not ground.site.desk.answer(carol, ShowLines("box"))


def test_the_ticket_stands_in_no_plan_and_in_no_record(ground: Ground, tmp_path: Path) -> None:
    ticket = ground.ticket()
    ground.site.database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.rglob("*.sqlite*"))
    assert stored and ticket.encode() not in stored


def test_the_command_joins_two_terminals(ground: Ground, tmp_path: Path) -> None:
    (tmp_path / "password").write_text(PASSWORD)
    environment = os.environ | {
        "OPENQRM_URL": ground.url.replace("ws:", "http:").partition("/api")[0], "HOME": str(tmp_path),
        "OPENQRM_USER": "admin", "OPENQRM_PASSWORD_FILE": str(tmp_path / "password"),
    }  # fmt: skip
    ours, theirs = pty.openpty()
    argv = [sys.executable, "-m", "openqrm.main", "terminal", "attach", "box", "--reason", "to look"]
    with subprocess.Popen(argv, stdin=theirs, stdout=theirs, stderr=theirs, env=environment) as process:
        os.close(theirs)
        shown = b""
        while b"shell" not in shown:
            shown += os.read(ours, 4096)
        os.write(ours, b"uptime\n")
        while b"you said uptime" not in shown:
            shown += os.read(ours, 4096)
        os.write(ours, b"\x1d")
        assert process.wait(20) == 0
    os.close(ours)
    assert ground.site.desk.answer(ADMIN, ListPlans())[0].reason == "to look"

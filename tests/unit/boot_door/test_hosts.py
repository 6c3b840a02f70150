"""Hosts: this machine, one over a wire, and which way leads to which."""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from openqrm.adapters.hosts.choice import Hosts
from openqrm.adapters.hosts.local import LocalHost
from openqrm.adapters.hosts.remote import RemoteHost
from openqrm.adapters.hosts.ssh import SshHosts
from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.adapters.http import HttpCaller
from openqrm.domain.errors import Category, Ending, StepError
from openqrm.domain.resource import SELF
from openqrm.ports.uplink import Executed
from openqrm.ports.world import Host, HttpRequest
from tests.unit.boot_door.site import PlainVault, new_key, public
from tests.unit.boot_door.ssh_peer import ssh_peer

MIB = 1024 * 1024


def wire(argv: tuple[str, ...], stdin: bytes, timeout_s: float) -> Executed:
    """What an agent does: run it here, and cut its output."""
    done = subprocess.run(argv, input=stdin, capture_output=True, timeout=timeout_s, env={"PATH": os.defpath})
    return Executed(done.returncode, done.stdout[:MIB], done.stderr[:MIB])


@pytest.fixture(scope="module")
def ssh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SshHosts, SshAccess]]:
    own, theirs = new_key(), new_key()
    key_file = tmp_path_factory.mktemp("keys") / "own"
    own.write_private_key(str(key_file))
    hosts = SshHosts(key_file)
    hosts.start()
    with ssh_peer(theirs, public(own)) as port:
        yield hosts, SshAccess("127.0.0.1", public(theirs), port=port)
        hosts.close()


@pytest.fixture(params=["local", "wire", "ssh"])
def host(request: pytest.FixtureRequest) -> Host:
    if request.param == "ssh":
        hosts, access = request.getfixturevalue("ssh")
        over_ssh: Host = hosts.host(access)
        return over_ssh
    return LocalHost() if request.param == "local" else RemoteHost("r1", wire)


def test_a_command_gets_its_words_as_they_are(host: Host) -> None:
    words = ("a b", "'", '"', "$(id)", "`id`", "*", "\n", "", "ü")
    done = host.run(("printf", "%s|", *words))
    assert (done.status, done.out) == (0, "".join(f"{word}|" for word in words))


def test_status_and_both_streams(host: Host) -> None:
    done = host.run(("sh", "-c", "cat; echo wrong >&2; exit 7"), stdin=b"given")
    assert (done.status, done.out, done.err) == (7, "given", "wrong\n")


def test_the_environment_is_in_no_argv(host: Host) -> None:
    script = 'tr "\\0" " " </proc/$$/cmdline; printf "%s|" "$SECRET"; cat'
    done = host.run(("sh", "-c", script), stdin=b"the rest", environment={"SECRET": "s 3'cret"})
    assert done.out.endswith("s 3'cret|the rest")
    assert done.out.count("cret") == 1


def test_files(host: Host, tmp_path: Path) -> None:
    path = tmp_path / "new folder/a'file"
    content = os.urandom(2 * MIB + 77)
    assert host.read_file(str(path)) is None
    host.write_file(str(path), b"older")
    host.write_file(str(path), content, mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600
    assert host.read_file(str(path)) == content
    assert [each.name for each in path.parent.iterdir()] == ["a'file"]
    host.write_file(str(path), b"")
    assert host.read_file(str(path)) == b""
    host.remove_file(str(path))
    host.remove_file(str(path))
    assert not path.exists()


def test_a_file_that_cannot_be_written_leaves_nothing(host: Host, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StepError) as caught:
        host.write_file(str(tmp_path / "file/below"), b"x")
    assert caught.value.category is Category.UNAVAILABLE


def test_a_file_that_is_too_large_is_not_read(host: Host, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(b"\0" * (8 * MIB + 1))
    with pytest.raises(StepError) as caught:
        host.read_file(str(tmp_path / "large"))
    assert caught.value.category is Category.UNSUPPORTED


def test_output_without_end_is_cut() -> None:
    done = LocalHost().run(("head", "-c", "3000000", "/dev/zero"))
    assert (done.status, len(done.out)) == (0, MIB)


def test_a_command_that_takes_too_long_is_killed_with_all_it_started(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    with pytest.raises(StepError) as caught:
        LocalHost().run(("sh", "-c", f"sleep 1000 & echo $! >{pid}; wait"), timeout_s=1)
    assert caught.value.category is Category.UNAVAILABLE
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid.read_text().strip()}/status").exists() and time.monotonic() < deadline:
        if "\nState:\tZ" in Path(f"/proc/{pid.read_text().strip()}/status").read_text():
            break
        time.sleep(0.01)
    assert time.monotonic() < deadline


def test_a_daemon_that_is_left_behind_does_not_hold_the_command_up() -> None:
    assert LocalHost().run(("sh", "-c", "sleep 5 & echo started"), timeout_s=60).out == "started\n"


def test_nothing_of_our_environment_is_handed_on() -> None:
    assert "PYTEST_CURRENT_TEST" not in LocalHost().run(("env",)).out


def test_a_program_that_is_not_there() -> None:
    assert LocalHost().run(("no-such-program",)).status == 127


def test_an_agent_that_ended_a_command_says_so() -> None:
    host = RemoteHost("r1", lambda argv, stdin, timeout_s: Executed(124, b"", b""))
    with pytest.raises(StepError) as caught:
        host.run(("sleep", "9"), timeout_s=1)
    assert caught.value.category is Category.UNAVAILABLE


def test_a_machine_with_another_host_key_is_not_believed(ssh: tuple[SshHosts, SshAccess]) -> None:
    hosts, access = ssh
    foreign = SshAccess("127.0.0.1", public(new_key()), port=access.port)
    with pytest.raises(StepError) as caught:
        hosts.host(foreign).run(("true",))
    assert caught.value.category is Category.REFUSED
    assert "SSH host key" in caught.value.message and "--ssh-host-key" in caught.value.hint


class NoUplinks:
    def is_open(self, resource: str) -> bool:
        return resource == "r1"

    def execute(self, resource: str, argv: tuple[str, ...], stdin: bytes, timeout_s: float) -> Executed:
        return Executed(0, resource.encode(), b"")

    def end_commands(self) -> None:
        """None is at work."""


def test_the_way_to_a_resource(ssh: tuple[SshHosts, SshAccess]) -> None:
    ways = {"r2": ssh[1]}
    hosts = Hosts(NoUplinks(), ssh[0], ways.get)
    assert isinstance(hosts.host(SELF), LocalHost)
    assert hosts.host("r1").run(("true",)).out == "r1"
    assert hosts.host("r2").run(("echo", "ssh")).out == "ssh\n"
    with pytest.raises(StepError) as caught:
        hosts.host("r3")
    assert caught.value.category is Category.UNAVAILABLE and caught.value.hint


def test_whoever_waits_for_a_command_is_let_go_when_openqrm_ends(tmp_path: Path) -> None:
    own, theirs = new_key(), new_key()
    own.write_private_key(str(tmp_path / "own"))
    ssh = SshHosts(tmp_path / "own")
    ssh.start()
    with ssh_peer(theirs, public(own)) as port, ThreadPoolExecutor() as pool:
        there = SshAccess("127.0.0.1", public(theirs), port=port)
        hosts = Hosts(NoUplinks(), ssh, {"far": there}.get)
        began = [tmp_path / name for name in (SELF, "far")]
        wait = 'echo $$ >"$0"; exec sleep 3'
        waiting = [pool.submit(hosts.host(path.name).run, ("sh", "-c", wait, str(path))) for path in began]
        while not all(path.exists() and path.read_text() for path in began):
            time.sleep(0.02)
        hosts.end_commands()
        for each in waiting:
            assert isinstance(each.exception(10), Ending)
        for name in (SELF, "far"):
            with pytest.raises(Ending):
                hosts.host(name).run(("true",))
        assert not Path(f"/proc/{began[0].read_text().strip()}").exists(), "a command of this machine goes on"
        ssh.close()


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = {"/json": b'{"a": 1}', "/text": b"hello", "/large": b"x" * (9 * MIB)}.get(self.path, b"")
            self.send_response(404 if self.path == "/none" else 200)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("X-Asked", self.headers.get("Authorization", ""))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *words: object) -> None:
            """Keep quiet."""

    web = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=web.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{web.server_port}"
    web.shutdown()
    web.server_close()


def test_http(api: str) -> None:
    vault = PlainVault()
    vault.keep("bmc", "secret")
    ask = HttpCaller(vault)
    assert ask(HttpRequest("GET", f"{api}/json")).body == {"a": 1}
    assert ask(HttpRequest("GET", f"{api}/text")).body is None
    assert ask(HttpRequest("GET", f"{api}/none")).status == 404
    assert ask(HttpRequest("GET", f"{api}/", user="admin", secret="bmc")).headers["x-asked"] == "Basic YWRtaW46c2VjcmV0"
    for url, category in ((f"{api}/large", Category.UNSUPPORTED), ("http://127.0.0.1:9/", Category.UNAVAILABLE)):
        with pytest.raises(StepError) as caught:
            ask(HttpRequest("GET", url, timeout_s=5))
        assert caught.value.category is category
    ask.close()

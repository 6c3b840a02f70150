"""A tool that stays on a machine: each line gets its own answer, whatever became of the one before. Here it is sh."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncssh
import pytest

from openqrm.adapters.hosts.lasting_tools import _Running
from openqrm.adapters.hosts.ssh import SshHost, SshHosts
from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.boot.uplink.host_key import ensure_host_key, public_line
from openqrm.domain.errors import Category, StepError
from openqrm.ports.world import LineTool
from tests.unit.boot_door.site import new_key, public
from tests.unit.boot_door.ssh_peer import ssh_peer

SH = LineTool(("sh",), say="printf %s", say_err=">&2 echo said:", environment=(("WHO", "openQRM"),))


@pytest.fixture
def host(tmp_path: Path) -> Iterator[SshHost]:
    own, theirs = public_line(ensure_host_key(tmp_path / "ssh_key")), new_key()
    ssh = SshHosts(tmp_path / "ssh_key")
    ssh.start()
    with ssh_peer(theirs, " ".join(own.split()[:2])) as port:
        yield ssh.host(SshAccess("127.0.0.1", public(theirs), port=port))
        ssh.close()


def _pid(host: SshHost) -> str:
    return host.talk(SH, "echo $$").out


def test_it_stays_and_each_line_has_its_own_answer(host: SshHost) -> None:
    pid = _pid(host)
    said = host.talk(SH, "echo $WHO; echo oh >&2")
    assert (said.status, said.out, said.err) == (0, "openQRM\n", "oh\n")
    assert host.talk(SH, "true").out == "" and _pid(host) == pid


def test_several_at_once_do_not_meet(host: SshHost) -> None:
    with ThreadPoolExecutor(4) as people:
        said = people.map(lambda number: host.talk(SH, f"echo {number}").out, range(20))
        assert [*said] == [f"{number}\n" for number in range(20)]


def test_one_that_ends_tells_how_and_the_next_line_has_another(host: SshHost) -> None:
    pid = _pid(host)
    ended = host.talk(SH, "echo sorry >&2; exit 3")
    assert (ended.status, ended.err) == (3, "sorry\n")
    assert _pid(host) not in ("", pid)


def test_an_answer_that_comes_too_late_is_nobodys(host: SshHost) -> None:
    pid = _pid(host)
    with pytest.raises(StepError) as caught:
        host.talk(SH, "sleep 1; echo late", timeout_s=0.3)
    assert caught.value.category is Category.UNAVAILABLE and "did not end" in caught.value.message
    assert _pid(host) not in ("", pid)


def test_more_than_a_mebibyte_is_refused(host: SshHost) -> None:
    with pytest.raises(StepError, match="more than 1 MiB"):
        host.talk(SH, "head -c 1100000 /dev/zero")
    assert _pid(host)


def test_one_that_complains_unasked_is_asked_nothing_more() -> None:
    running = _Running(SH)
    assert running.is_fit()
    running.data_received(b"Disconnected", asyncssh.EXTENDED_DATA_STDERR)
    assert not running.is_fit()


def test_one_that_echoes_what_is_typed_is_not_misunderstood(host: SshHost) -> None:
    """As virsh does, whose line editor writes to the same place as its answers."""
    loop = 'while IFS= read -r line; do echo "# $line"; eval "$line"; done'
    echoing = LineTool(("sh", "-c", loop), say="printf %s", say_err=">&2 echo")
    assert host.talk(echoing, "echo hi; echo oh >&2").out == "hi\n"

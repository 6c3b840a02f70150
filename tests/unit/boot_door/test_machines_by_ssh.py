"""Machines without an agent, as records tell of them, through the world that actions are given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from openqrm.adapters.database import Database
from openqrm.adapters.hosts.access import access_by
from openqrm.adapters.hosts.choice import Hosts
from openqrm.adapters.hosts.ssh import SshHosts
from openqrm.adapters.http import HttpCaller
from openqrm.adapters.world import RealWorld
from openqrm.boot.uplink.host_key import ensure_host_key, public_line
from openqrm.domain.errors import Category, StepError
from openqrm.domain.resource import Resource, Ssh
from openqrm.plugin_api.actions import CORE_ACTIONS
from openqrm.plugin_api.codec import ActionCodec
from openqrm.ports.uplink import Executed
from tests.unit.boot_door.site import PlainVault, new_key, public
from tests.unit.boot_door.ssh_peer import ssh_peer


class NoUplinks:
    def is_open(self, resource: str) -> bool:
        return False

    def execute(self, resource: str, argv: tuple[str, ...], stdin: bytes, timeout_s: float) -> Executed:
        raise AssertionError(f"{resource} has no agent")

    def end_commands(self) -> None:
        """None is at work."""


@dataclass
class Site:
    world: RealWorld
    box: Resource
    hosts: Hosts

    def know(self, ssh: Ssh) -> None:
        """What is known of the storage box is this from now on."""
        self.box = self.world.records.put(replace(self.box, ssh=ssh))

    def refused(self) -> StepError:
        with pytest.raises(StepError) as caught:
            self.world.host("box").run(("true",))
        return caught.value


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """With a storage box that lets openQRM in by the line that it tells."""
    database = Database(f"sqlite:///{tmp_path}/openqrm.sqlite", ActionCodec(CORE_ACTIONS))
    database.migrate()
    own, theirs = public_line(ensure_host_key(tmp_path / "ssh_key")), new_key()
    vault = PlainVault()
    ssh, caller = SshHosts(tmp_path / "ssh_key"), HttpCaller(vault)
    hosts = Hosts(NoUplinks(), ssh, access_by(database.records, vault))
    ssh.start()
    with ssh_peer(theirs, " ".join(own.split()[:2]), "t0psecret") as port:
        known = Resource(
            name="box", address="127.0.0.1", managed=False, ssh=Ssh(port=port, host_key=public(theirs))
        )  # fmt: skip
        box = database.records.put(known)
        yield Site(RealWorld(records=database.records, hosts=hosts, caller=caller, vault=vault), box, hosts)
        ssh.close()
    caller.close()
    database.close()


def test_commands_and_files(site: Site, tmp_path: Path) -> None:
    box, path = site.world.host("box"), tmp_path / "exports.d/openqrm-web"
    assert box.run(("cat", "-"), stdin=b"given").out == "given"
    assert box.read_file(str(path)) is None
    box.write_file(str(path), b"/exports/web 10.0.0.7", mode=0o600)
    assert box.read_file(str(path)) == path.read_bytes() == b"/exports/web 10.0.0.7"
    box.remove_file(str(path))
    assert not path.exists()


def test_a_connection_that_stands_is_known_without_asking(site: Site) -> None:
    assert not site.hosts.stands("box") and not site.hosts.stands("nobody")
    site.world.host("box").run(("true",))
    assert site.hosts.stands("box")
    site.know(replace(site.box.ssh, user="other"))
    assert not site.hosts.stands("box"), "it is not this one's"


def test_what_a_command_prints_is_kept_apart_and_bounded(site: Site) -> None:
    box = site.world.host("box")
    done = box.run(("sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' x; echo no >&2; exit 7"))
    assert (done.status, len(done.out), {*done.out}, done.err) == (7, 1024 * 1024, {"x"}, "no\n")


def test_a_command_that_does_not_end_is_left_and_the_next_one_runs(site: Site) -> None:
    box = site.world.host("box")
    with pytest.raises(StepError, match="did not end within") as error:
        box.run(("sleep", "3"), timeout_s=0.5)
    assert error.value.category is Category.UNAVAILABLE
    assert box.run(("echo", "here")).out == "here\n"


@pytest.mark.parametrize("kind", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
def test_another_host_key_is_refused_and_not_tried_again(site: Site, kind: str) -> None:
    site.know(replace(site.box.ssh, host_key=public(new_key(kind))))
    error = site.refused()
    assert error.category is Category.REFUSED and "ssh-keyscan" in error.hint


def test_where_our_key_is_not_let_in_it_is_told_where_to_find_it(site: Site) -> None:
    site.know(replace(site.box.ssh, user="backup"))
    error = site.refused()
    assert error.category is Category.REFUSED and "backup" in error.message
    assert "openqrm resource show openqrm" in error.hint


def test_a_password_lets_in_where_our_key_does_not_yet(site: Site, tmp_path: Path) -> None:
    (tmp_path / "ssh_key").unlink()
    ensure_host_key(tmp_path / "ssh_key")  # one that the machine does not know
    assert site.refused().category is Category.REFUSED
    site.world.vault.keep("first-time", "t0psecret")
    site.know(replace(site.box.ssh, secret="first-time"))
    assert site.world.host("box").run(("true",)).status == 0
    site.world.vault.keep("first-time", "wr0ng")
    error = site.refused()
    assert "password" in error.hint and "wr0ng" not in f"{error} {error.hint}"


def test_without_a_host_key_nothing_is_connected(site: Site) -> None:
    site.know(replace(site.box.ssh, host_key=""))
    error = site.refused()
    assert error.category is Category.UNAVAILABLE and "--ssh-host-key" in error.hint


def test_a_key_that_changes_is_asked_for_anew(site: Site) -> None:
    """A connection that is open under one key does not carry what is wished under another."""
    assert site.world.host("box").run(("true",)).status == 0
    site.know(replace(site.box.ssh, host_key=public(new_key())))
    assert site.refused().category is Category.REFUSED

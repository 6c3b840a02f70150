"""The installed guest of a journey: the seed that tells it who it is, and the way in once it runs."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import asyncssh
import pytest

from lab.fixtures import SUPPLIES
from lab.images.guest import Guest, find_guest
from openqrm.adapters.hosts.ssh import SshHosts
from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.domain.errors import StepError
from openqrm.plugin_api import Host

BOOT_S, LOOK_S = 900.0, 1.0  # emulated, and beside others
MADE_BY = "this test needs an installed guest: python -m lab.images build/lab guest"


@dataclass(frozen=True)
class GuestKeys:
    """`own` opens the guest, and by the other it proves who it is."""

    access: SshHosts
    own: asyncssh.SSHKey
    guests: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))

    def seed(self) -> str:
        """User data of cloud-init; JSON is YAML."""
        told = {
            "hostname": "orders",
            "disable_root": False,
            "ssh_authorized_keys": [_public(self.own)],
            "ssh_keys": {
                "ed25519_private": self.guests.export_private_key().decode(),
                "ed25519_public": _public(self.guests),
            },
        }
        return "#cloud-config\n" + json.dumps(told)

    def until_it_lets_us_in(self, find_address: Callable[[], str | None], what: Callable[[], object]) -> Host:
        """The guest, once it is at the address, lets us in and is the one of the seed."""
        deadline = time.monotonic() + BOOT_S
        while not ((address := find_address()) and _answers(guest := self._at(address))):
            assert time.monotonic() < deadline, what()
            time.sleep(LOOK_S)
        return guest

    def _at(self, address: str) -> Host:
        return self.access.host(SshAccess(address, _public(self.guests)))


@contextmanager
def guest_keys(key_file: Path) -> Iterator[GuestKeys]:
    """With the private key in this file as our own."""
    access = SshHosts(key_file)
    access.start()
    try:
        yield GuestKeys(access, asyncssh.read_private_key(key_file))
    finally:
        access.close()


def get_guest() -> Guest:
    """As it was made before; it takes minutes."""
    found = find_guest(SUPPLIES)
    if not found:
        pytest.fail(MADE_BY, pytrace=False)
    return found


def _answers(guest: Host) -> bool:
    try:
        return guest.run(("true",), timeout_s=30).status == 0
    except StepError:
        return False


def _public(key: asyncssh.SSHKey) -> str:
    return key.export_public_key().decode().strip()

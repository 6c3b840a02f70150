"""Terminals through a real sshd: a shell of a host, and the screen of its VM at the place that its libvirt says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.libvirt_hosts import LibvirtHost, LibvirtHosts
from openqrm.adapters.hosts.screens import HostScreens
from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.adapters.hosts.terminals import SshTerminals
from openqrm.domain.errors import StepError
from openqrm.plugin_api import Place, Resource, Ssh
from openqrm_plugins.kvm.domain_xml import Tuning, render_domain
from openqrm_plugins.kvm.hardware import Hardware, uuid_of
from openqrm_plugins.kvm.settings import Settings
from openqrm_plugins.kvm.terminal import Terminal
from openqrm_plugins.kvm.virsh import URI
from openqrm_plugins.sshterm.driver import Driver
from openqrm_plugins.sshterm.settings import Settings as Nothing
from tests.unit.api.rfb import Viewer

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]
VM = Hardware("web", cpu_count=1, memory_mib=64)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("host")


@pytest.fixture(scope="module")
def host(folder: Path) -> Iterator[LibvirtHost]:
    with LibvirtHosts(folder, 1) as (only,):
        virsh(only, "define", "--file", "/dev/stdin", stdin=render_domain(VM, Tuning()).encode())
        yield only


def virsh(host: LibvirtHost, *words: str, stdin: bytes = b"") -> None:
    assert host.host.run(("virsh", "--connect", URI, *words), stdin=stdin).status == 0


def open_screens(host: LibvirtHost, folder: Path) -> HostScreens:
    access = SshAccess(host.address, host.host_key)
    return HostScreens(folder / "key", lambda _name: access, lambda _name: host.host)


def test_a_shell_answers(host: LibvirtHost, folder: Path) -> None:
    known = Ssh(host_key=host.host_key)
    place = Driver(Nothing()).find_place(Resource(name=host.name, ssh=known), "ssh")
    assert place == Place(host.name)
    assert "now 40 100, 42" in asyncio.run(answered(host, folder))


async def answered(host: LibvirtHost, folder: Path) -> str:
    """What a shell shows, up to its end."""
    access = SshAccess(host.address, host.host_key)
    shell = await SshTerminals(folder / "key", lambda _name: access).open(host.name, (), 100, 40)
    try:
        await shell.write(b"echo now $(stty size), $((6 * 7)); exit\n")
        shown = b""
        while some := await shell.read():
            shown += some
        return shown.decode()
    finally:
        await shell.close()


def test_a_screen_is_shown_at_each_start_anew(host: LibvirtHost, folder: Path) -> None:
    place = Terminal(Settings()).find_place(Resource(name=VM.name, type="kvm", host=host.name), "screen")
    assert place
    screens = open_screens(host, folder)
    with asyncio.Runner() as runner:
        with pytest.raises(StepError, match="shows no screen: Domain is not running"):
            runner.run(screens.open(place.host, place.argv, place.address))
        for _ in range(2):
            virsh(host, "start", uuid_of(VM.name))
            assert runner.run(seen(screens, place)) >= (640, 400)
            virsh(host, "destroy", uuid_of(VM.name))


async def seen(screens: HostScreens, place: Place) -> tuple[int, int]:
    """The size of the picture, once something is on it."""
    screen = await screens.open(place.host, place.argv, place.address)
    loop = asyncio.get_running_loop()

    def receive() -> bytes:
        return asyncio.run_coroutine_threadsafe(screen.read(), loop).result(20)

    def send(said: bytes) -> None:
        asyncio.run_coroutine_threadsafe(screen.write(said), loop).result(20)

    try:
        return await asyncio.to_thread(Viewer(receive, send).painted)
    finally:
        await screen.close()

"""A real machine through the real doors: Debian's kernel, our initrd and agent in QEMU."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from lab import lan
from openqrm.adapters.database import Database
from openqrm.adapters.hosts.choice import Hosts
from openqrm.api.listen import Listener, bind
from openqrm.boot.door import BootDoor, Site
from openqrm.boot.initrd.builder import InitrdBuilder
from openqrm.boot.kernels import Kernels
from openqrm.boot.opening import open_boots, parse_ask
from openqrm.boot.uplink.boots import secrets_of
from openqrm.boot.uplink.listener import Uplink
from openqrm.boot.writer import GroupWriter
from openqrm.domain.kernel import Kernel
from openqrm.domain.resource import Observation, Resource
from openqrm.plugin_api.codec import ActionCodec
from openqrm.ports.world import Host
from tests.lab.direct_boot import ADDRESS, CARD, MAC, booted
from tests.unit.boot_door.site import PlainVault

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]
NAME = "m-525400770101"
OPEN = partial(open_boots, most_strangers=10)


def eventually(holds: Callable[[], object], what: str, timeout_s: float = 90) -> None:
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        time.sleep(0.05)


@pytest.fixture(scope="module")
def idle(
    builder: InitrdBuilder, network: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, Host]]:
    folder = tmp_path_factory.mktemp("door")
    database = Database(f"sqlite:///{folder}/test.sqlite", ActionCodec(()))
    database.migrate()
    database.records.put(Kernel(name="lab", directory=str(builder.kernel.folder), default=True))
    writer = GroupWriter(database)
    vault = PlainVault()
    secrets = secrets_of(database.records, vault)
    uplink = Uplink(writer, secrets, folder / "key", address=lan.SERVER_ADDRESS, port=0)
    uplink.start()
    socket = bind(lan.SERVER_ADDRESS, 0)
    door = BootDoor(
        Site(host_key=uplink.host_key, uplink_port=uplink.port),
        writer,
        Kernels(database.records, lambda _folder: builder, partial(_no_fragment, folder)),
        vault,
    )
    listener = Listener("boot", door, [socket])
    listener.start()
    line = _kernel_line(writer, uplink, f"http://{lan.SERVER_ADDRESS}:{socket.getsockname()[1]}")
    with booted(builder, line, folder / "machine", disk_sizes_mib=(64,)):
        eventually(lambda: _seen(database).milestone == "uplink", "the machine has an uplink")
        yield database, Hosts(uplink).host(NAME)
    uplink.close()
    listener.close()
    writer.close()
    database.close()


def _no_fragment(folder: Path, type_: str) -> None:
    raise AssertionError(f"an idle machine asks for {type_}")


def _kernel_line(writer: GroupWriter, uplink: Uplink, http: str) -> str:
    """As the script writes it, with the address that iPXE would fill in."""
    opened = writer.submit(OPEN, parse_ask({"mac": MAC, "nic": CARD}, "")).result(10)
    words = {
        "openqrm.http": http,
        "openqrm.uplink": f"{lan.SERVER_ADDRESS}:{uplink.port}",
        "openqrm.hostkey": uplink.host_key,
        "openqrm.boot": opened.boot.boot_id,
        "openqrm.token": opened.token,
        "openqrm.kernel": "lab",
        "BOOTIF": "01-" + MAC.replace(":", "-"),
        "ip": f"{ADDRESS}::{lan.SERVER_ADDRESS}:255.255.255.0:::",
    }
    return " ".join(
        [*(f"{key}={value}" for key, value in words.items()), "quiet console=ttyS0 random.trust_cpu=on nokaslr"]
    )


def _seen(database: Database) -> Observation:
    return database.records.find(Observation, NAME) or Observation(name=NAME)


def test_it_is_registered_with_its_address(idle: tuple[Database, Host]) -> None:
    resource = idle[0].records.get(Resource, NAME)
    assert (resource.mac, resource.address) == (MAC, ADDRESS)
    assert 400 < resource.memory_mib <= 512
    assert [disk["name"] for disk in resource.inventory["disks"]] == ["vda"]


def test_statistics_come(idle: tuple[Database, Host]) -> None:
    eventually(lambda: _seen(idle[0]).statistics, "statistics")
    assert _seen(idle[0]).statistics["init"] is False


def test_commands_and_files(idle: tuple[Database, Host]) -> None:
    host = idle[1]
    words = ("a b", "'", "$(id)", "\n", "", "ü")
    assert host.run(("printf", "%s|", *words)).out == "".join(f"{word}|" for word in words)
    assert host.run(("sh", "-c", "cat; exit 3"), stdin=b"given").status == 3
    script = 'printf "%s|" "$SECRET"; cat'
    assert host.run(("sh", "-c", script), stdin=b"rest", environment={"SECRET": "s 3'c"}).out == "s 3'c|rest"
    content = bytes(range(256)) * 5000
    host.write_file("/tmp/a folder/file", content, mode=0o600)
    assert host.read_file("/tmp/a folder/file") == content
    assert host.run(("stat", "-c", "%a", "/tmp/a folder/file")).out == "600\n"
    host.remove_file("/tmp/a folder/file")
    assert host.read_file("/tmp/a folder/file") is None


def test_it_is_gone_when_told_to_switch_off(idle: tuple[Database, Host]) -> None:
    idle[1].run(("poweroff",))
    eventually(lambda: not _seen(idle[0]).connected, "the uplink is closed")

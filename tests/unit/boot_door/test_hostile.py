"""What comes through the door was written by anybody."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import pytest

from openqrm.boot.inventory import LONGEST_BODY
from openqrm.boot.registering import resource_of
from openqrm.domain.event import Event
from openqrm.domain.resource import Observation, Resource
from tests.unit.boot_door.site import MAC, NAME, STRANGERS, Running, inventory, new_key, public


@contextmanager
def connection(site: Running) -> Iterator[socket.socket]:
    host, port = site.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as opened:
        yield opened


def everything_from(opened: socket.socket) -> bytes:
    received = b""
    try:
        while chunk := opened.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


@pytest.mark.parametrize(
    "mac",
    ["x", "52:54:00:77:00", f"{MAC}\n", f"{MAC};reboot", "' OR 1=1 --", "${net0/mac}", "٠٠:٠٠:٠٠:٠٠:٠٠:٠٠", "a" * 3000],
)
def test_what_is_no_mac_is_refused_and_leaves_no_trace(site: Running, mac: str) -> None:
    answer = site.http.get("/boot/script", params={"mac": mac})
    assert answer.status_code == 400
    assert "Write it like" in answer.text
    assert site.database.records.list(Resource) == []


def test_a_query_without_end_is_refused(site: Running) -> None:
    assert site.http.get(f"/boot/script?mac={MAC}&product={'x' * 5000}").status_code == 400
    assert site.http.get("/boot/script?" + "&".join(f"a{n}=1" for n in range(40))).status_code == 400


def test_what_firmware_says_never_reaches_the_script(site: Running) -> None:
    hostile = "x\n|| shell ${token} `id`"
    script = site.script(nic=hostile, product=hostile, vendor=hostile, serial=hostile, uuid=hostile)
    assert "shell" not in script and "`" not in script
    (event,) = site.database.records.list(Event)
    assert "\n" not in event.text


def test_an_architecture_without_a_kernel_is_told_so(site: Running) -> None:
    script = site.script(arch="arm64-efi\nshell")
    assert script.startswith(
        "#!ipxe\necho openQRM does not boot this machine:\necho there is no kernel for arm64-efi shell"
    )
    assert site.database.records.list(Resource) == []


def test_firmware_that_says_nothing_is_told_how_to_ask(site: Running) -> None:
    assert "chain --replace" in site.http.get("/boot/script").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "ssh-rsa AAAA"},
        {"key": "ssh-ed25519 AAAA\nssh-ed25519 BBBB"},
        {"boot": "../../etc"},
        {"boot": 7},
        {"memory_mib": -1},
        {"memory_mib": 1e300},
        {"memory_mib": "many"},
        {"hostname": "x" * 201},
        {"nics": [{}]},
        {"nics": "eth0"},
        {"disks": [{"name": "a", "size_bytes": 1, "model": "", "rotational": False}] * 2000},
        {"disks": [{"name": "a", "size_bytes": 2**70, "model": "", "rotational": False}]},
        {"dmi": None},
        {"bmc": {"kind": "ipmi", "address": "1", "password": "x"}},
        {"role": "administrator"},
    ],
)
def test_an_inventory_that_is_not_of_its_form_is_refused(site: Running, wrong: dict[str, object]) -> None:
    orders = site.orders()
    answer = site.post(json.dumps(inventory(orders, public(new_key())) | wrong).encode(), orders.token)
    assert answer.status_code == 400
    assert "this is no inventory" in answer.text
    assert site.resource().memory_mib == 0


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"null", b"[" * 100_000, b'{"boot": "\\ud800"}'])
def test_a_body_that_is_no_inventory_is_refused(site: Running, body: bytes) -> None:
    assert site.post(body, site.orders().token).status_code == 400


def test_strings_of_the_firmware_are_kept_as_they_are(site: Running) -> None:
    orders = site.orders()
    name = "'; DROP TABLE resources; -- $(reboot) <script> \u202e"
    dmi = {"vendor": name, "product": name, "serial": "", "uuid": "", "bios": ""}
    assert site.register(orders, public(new_key()), dmi=dmi).status_code == 200
    assert site.resource().inventory["dmi"]["vendor"] == name


def test_a_body_of_ten_megabytes_is_not_taken_in(site: Running) -> None:
    with connection(site) as opened:
        opened.sendall(b"POST /boot/register HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer t\r\n")
        opened.sendall(b"Content-Length: 10485760\r\n\r\n")
        try:
            for _ in range(160):
                opened.sendall(b"x" * 65536)
        except (BrokenPipeError, ConnectionResetError):
            pass
        assert everything_from(opened)[:12] in (b"HTTP/1.1 400", b"")
    assert "too long" in site.post(b" " * (LONGEST_BODY + 1), "t").text
    assert site.register(site.orders(), public(new_key())).status_code == 200


def test_half_a_request_holds_nobody_up(site: Running) -> None:
    with connection(site) as head, connection(site) as body:
        head.sendall(b"GET /boot/script?mac=52:54")
        body.sendall(b"POST /boot/register HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert site.register(site.orders(), public(new_key())).status_code == 200
    assert site.script(mac="52:54:00:77:00:09").startswith("#!ipxe\nkernel")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/boot",
        "/boot/kernel/none/vmlinuz",
        "/boot/kernel/../../etc/passwd/vmlinuz",
        f"/boot/kernel/{quote('../../../etc', safe='')}/vmlinuz",
        "/boot/kernel/k6/base.cpio.gz",
        "/boot/register/x",
    ],
)
def test_nothing_else_is_served(site: Running, path: str) -> None:
    assert site.http.get(path).status_code == 404
    assert site.http.delete("/boot/script").status_code == 404


def test_a_boot_id_of_somebody_else_moves_nothing(site: Running) -> None:
    orders = site.orders()
    site.http.get(f"/boot/kernel/k6/vmlinuz?boot={NAME}.0000000000000000")
    site.http.get("/boot/kernel/k6/vmlinuz?boot=" + "x" * 3000)
    site.register(orders, public(new_key()))
    assert site.seen().milestone == "registered"


def test_no_control_character_comes_in_with_an_inventory(site: Running) -> None:
    orders = site.orders()
    cpu = {"count": 1, "model": "Xeon\0", "mhz": 1000}
    answer = site.register(orders, public(new_key()), cpu=cpu)
    assert answer.status_code == 400 and "cpu.model" in answer.text


def test_what_no_boot_id_is_names_no_resource() -> None:
    assert resource_of(f"{NAME}.0123") == NAME
    assert resource_of("\0.0123") == "" == resource_of("m\ud800.0123")


def test_endless_words_are_not_looked_up(site: Running) -> None:
    assert site.http.post("/boot/kernel/k6/modules", content=b"a" * 60_000 + b" virtio_net").text == "virtio_net"


def test_invented_machines_do_not_fill_the_database(site: Running) -> None:
    orders = site.orders()
    site.register(orders, public(new_key()))
    for number in range(STRANGERS + 5):
        site.script(mac=f"02:00:00:00:00:{number:02x}")
    assert len(site.database.records.list(Resource)) == STRANGERS + 1
    assert len(site.database.records.list(Observation)) == STRANGERS + 1
    assert site.topics().count("resource.forgotten") == 1
    assert site.resource().cpu_count

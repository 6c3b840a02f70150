"""A signed shelf on a real FTP service: an operator makes it, openQRM unpacks it, is killed meanwhile, and goes on."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from lab import lan
from lab.demo.openqrm import Serving, serving
from lab.rack import Rack
from lab.storages import ganesha
from openqrm_plugins.image_shelf import publish
from tests.journeys.demonstration import eventually
from tests.journeys.test_storage_host import NETWORK

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

ANYWHERE = "127.0.0.1:0"
USER, PASSWORD = "reader", "open sesame"
SLOW_FTP = """
import sys
from pyftpdlib.authorizers import DummyAuthorizer
from pyftpdlib.handlers import FTPHandler, ThrottledDTPHandler
from pyftpdlib.servers import FTPServer

class Slow(ThrottledDTPHandler):
    write_limit = 20 << 20

FTPHandler.authorizer, FTPHandler.dtp_handler, FTPHandler.use_sendfile = DummyAuthorizer(), Slow, False
FTPHandler.authorizer.add_user(sys.argv[2], sys.argv[3], sys.argv[1])
service = FTPServer(("127.0.0.1", 0), FTPHandler)
print(service.address[1], flush=True)
service.serve_forever()
"""


@contextmanager
def ftp(folder: Path) -> Iterator[str]:
    """The address of this folder, at 20 MiB a second."""
    argv = ["/usr/bin/python3", "-c", SLOW_FTP, str(folder), USER, PASSWORD]
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"ftp://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def make_shelf(folder: Path, supplies: Path) -> str:
    """As the plugin's page says it; the public key."""
    (folder / "shelf").mkdir()
    image = sorted(supplies.glob("image-*/image.tar.zst"))[-1]
    (package,) = supplies.glob("downloads/linux-image-*.deb")
    shutil.copy(image, folder / "shelf/small.tar.zst")
    shutil.copy(package, folder / "shelf")
    key = str(folder / "shelf.key")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True)
    argv = [sys.executable, publish.__file__, str(folder / "shelf"), "--key", key, "--kernel", f"small={package.name}"]
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL)
    public = subprocess.run(["openssl", "pkey", "-in", key, "-pubout"], check=True, capture_output=True, text=True)
    return public.stdout


def step_of(plan: dict[str, Any], name: str) -> dict[str, Any]:
    return next(dict(each) for each in plan["steps"] if each["id"] == name)


def set_up(running: Serving, folder: Path, source: str, key: str) -> None:
    do = running.api.do
    for plugin in ("nfs-storage", "image-shelf"):
        do("plugin", "enable", name=plugin)
    do("plugin", "set", name="image-shelf", settings={"spool": str(folder / "spool")})
    nas = {"directory": str(folder / "exports")}
    do("storage", "create", name="nas", type="nfs-storage", resource="openqrm", settings=nas)
    do("shelf", "add", name="lab", source=source, key=key, user=USER, password=PASSWORD)


def test_an_entry_of_a_signed_shelf_becomes_an_image_with_its_kernel(tmp_path: Path, supplies: Path) -> None:
    key = make_shelf(tmp_path, supplies)
    wish = {"name": "lab", "entry": "small", "image": "web", "storage": "nas"}
    with ExitStack() as parts:
        source = parts.enter_context(ftp(tmp_path / "shelf"))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        with serving(tmp_path, [listening], ANYWHERE, ANYWHERE) as running:
            set_up(running, tmp_path, source, key)
            ids = [step["id"] for step in running.api.preview("shelf", "unpack", **wish)["steps"]]
            assert {"fetch-archive", "kernel-files", "fill-web", "drop-archive"} <= {*ids}
            plan = running.api.begin("shelf", "unpack", **wish)

            def half() -> bool:
                note = step_of(running.api.ask("plan", "show", id=plan["id"]), "fetch-archive")["note"]
                return "% of small.tar.zst" in note and not note.startswith("0 %")

            eventually(half, lambda: running.api.ask("plan", "show", id=plan["id"]))
            running.process.kill()
            running.process.wait()
        again = parts.enter_context(serving(tmp_path, [listening], ANYWHERE, ANYWHERE))

        def ended() -> bool:
            return bool(again.api.ask("plan", "show", id=plan["id"])["state"] != "running")

        eventually(ended, lambda: again.api.ask("plan", "show", id=plan["id"]))
        shown = again.api.ask("plan", "show", id=plan["id"])
        assert shown["state"] == "done", shown
        kernel = Path(again.api.ask("kernel", "show", name="small")["directory"])
        assert PASSWORD not in str(shown)
    assert (tmp_path / "exports/web/etc/os-release").is_symlink() and (kernel / "vmlinuz").stat().st_size
    assert not list((tmp_path / "spool").iterdir())


@pytest.mark.lab
def test_what_was_unpacked_is_booted_with_its_own_kernel(tmp_path: Path, supplies: Path) -> None:
    """There is no other kernel: the machine is idle with it first, and then the image runs."""
    key = make_shelf(tmp_path, supplies)
    with ExitStack() as parts:
        machine = parts.enter_context(Rack(tmp_path / "rack", machines=1)).machines[0]
        exports = parts.enter_context(ganesha(tmp_path / "nfs", lan.SERVER_ADDRESS))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        api = parts.enter_context(serving(tmp_path, [listening], f"{lan.SERVER_ADDRESS}:8080")).api
        api.do("network", "create", **NETWORK)
        api.do("plugin", "set", name="dhcpd", settings={"directory": str(tmp_path / "dhcp")})
        api.do("plugin", "set", name="image-shelf", settings={"spool": str(tmp_path / "spool")})
        for plugin in ("dhcpd", "ipmi", "nfs-storage", "image-shelf"):
            api.do("plugin", "enable", name=plugin)
        nas = {"directory": str(tmp_path / "volumes"), "backend": "ganesha", "exports": str(exports)}
        api.do("storage", "create", name="nas", type="nfs-storage", resource="openqrm", settings=nas)
        api.do("shelf", "add", name="lab", source=str(tmp_path / "shelf"), key=key)
        api.do("shelf", "unpack", name="lab", entry="small", image="web", storage="nas")
        machine.on()
        eventually(lambda: api.ask("resource", "list", condition="idle"), machine.console)
        (row,) = api.ask("resource", "list", condition="idle")
        bmc = machine.bmc
        label = {"bmc_address": bmc.address, "bmc_port": bmc.port, "bmc_user": bmc.user, "bmc_password": bmc.password}
        api.do("resource", "edit", name=row["name"], bmc_driver=bmc.kind, **label)
        api.do("appliance", "create", name="web", image="web", kernel="small")
        api.do("appliance", "start", name="web")
        assert api.ask("appliance", "show", name="web")["condition"] == "running"
        assert api.ask("resource", "show", name=row["name"])["seen"]["profile"] == "web"
        api.do("appliance", "stop", name="web")

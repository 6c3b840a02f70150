"""A machine that is reached by SSH, with a shell and a screen, known to the openQRM before the browser."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.journeys.site import Site
from tests.unit.api.terminals import machine
from tests.unit.boot_door.site import new_key, public

FIRST_PORT = 5900
MAC = "52:54:00:77:ee:01"


@contextmanager
def box(site: Site, **plugins: dict[str, Any]) -> Iterator[None]:
    """It is there, with these plugins enabled and set so; afterwards all of it is forgotten."""
    api, theirs = site.api, new_key()
    own = " ".join(api.ask("resource", "show", name="openqrm")["resource"]["ssh"]["own_key"].split()[:2])
    with machine(theirs, own) as port:
        api.do(
            "resource", "add", name="box", mac=MAC, address="127.0.0.1", managed=False, ssh_port=port,
            ssh_host_key=public(theirs),
        )  # fmt: skip
        for plugin, settings in plugins.items():
            api.do("plugin", "enable", name=plugin)
            if settings:
                told = {name: json.dumps(value) for name, value in settings.items()}
                api.do("plugin", "set", name=plugin, settings=told)
        try:
            yield
        finally:
            for plugin in plugins:
                api.do("plugin", "disable", name=plugin)
            api.do("resource", "remove", name="box")


@contextmanager
def screen(password: str = "") -> Iterator[int]:
    """QEMU's VNC on a port of 127.0.0.1: a machine without a system, which says so."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    secret = ["-object", f"secret,id=its,data={password}"] if password else []
    where = f"127.0.0.1:{port - FIRST_PORT}" + (",password-secret=its" if password else "")
    argv = ["qemu-system-x86_64", "-accel", "tcg", "-m", "32", "-nodefaults", "-vga", "std", "-display", "none",
            "-vnc", where, "-qmp", "stdio", *secret]  # fmt: skip
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as qemu:
        assert qemu.stdout and b"QMP" in qemu.stdout.readline()  # by then it listens
        try:
            yield port
        finally:
            qemu.kill()

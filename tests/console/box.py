"""A machine that is reached by SSH, with a shell and a screen, known to the openQRM before the browser."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from lab.demo.api import Refused
from tests.journeys.site import Site
from tests.unit.api.terminals import machine
from tests.unit.boot_door.site import new_key, public

MAC = "52:54:00:77:ee:01"


@contextmanager
def box(site: Site, **plugins: dict[str, Any]) -> Iterator[None]:
    """It is there, with these plugins enabled and set so; afterwards all of it is forgotten."""
    api, theirs = site.api, new_key()
    own = " ".join(api.ask("resource", "show", name="openqrm")["resource"]["ssh"]["own_key"].split()[:2])
    with machine(theirs, own) as port, ExitStack() as taken_back:
        api.do(
            "resource", "add", name="box", mac=MAC, address="127.0.0.1", managed=False, ssh_port=port,
            ssh_host_key=public(theirs),
        )  # fmt: skip
        taken_back.callback(api.do, "resource", "remove", name="box")
        for plugin, settings in plugins.items():
            api.do("plugin", "enable", name=plugin)
            taken_back.callback(api.do, "plugin", "disable", name=plugin)
            if settings:
                set_plugin(site, plugin, **settings)
        yield


def set_plugin(site: Site, plugin: str, **settings: Any) -> None:
    """These settings of a plugin; it may have them already."""
    told = {name: json.dumps(value) for name, value in settings.items()}
    try:
        site.api.do("plugin", "set", name=plugin, settings=told)
    except Refused as refused:
        if "has these settings" not in str(refused):
            raise


@contextmanager
def screen(password: str = "") -> Iterator[int]:
    """QEMU's VNC on a port of 127.0.0.1: a machine without a system, which says so."""
    secret = ["-object", f"secret,id=its,data={password}"] if password else []
    where = "127.0.0.1:0,to=999" + (",password-secret=its" if password else "")  # the first that is free
    argv = ["qemu-system-x86_64", "-accel", "tcg", "-m", "32", "-nodefaults", "-vga", "std", "-display", "none",
            "-vnc", where, "-qmp", "stdio", *secret]  # fmt: skip
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as qemu:
        try:
            assert qemu.stdin and qemu.stdout and b"QMP" in qemu.stdout.readline()  # by then it listens
            qemu.stdin.write(b'{"execute": "qmp_capabilities"} {"execute": "query-vnc"}\n')
            qemu.stdin.flush()
            answers = [json.loads(qemu.stdout.readline())["return"] for _ in range(2)]
            yield int(answers[1]["service"])
        finally:
            qemu.kill()

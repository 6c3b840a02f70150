"""The demonstration's story with one real machine, for journeys that go their own way from there."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Unpack

from rich.console import Console

from lab.demo.openqrm import Serving, serving
from lab.demo.rack_scene import RackScene
from lab.demo.story import Story
from lab.demo.view import View
from lab.images.kernel import ensure_kernel
from lab.images.small import ensure_image
from lab.lan import SERVER_ADDRESS
from lab.rack import Build, Rack
from lab.storages import ganesha


@contextmanager
def told(folder: Path, supplies: Path, firmware: str, **build: Unpack[Build]) -> Iterator[tuple[Story, Serving, Rack]]:
    """The story's surroundings, with a rack of one machine of this firmware; exports are in FOLDER/nfs/exports.d."""
    with ExitStack() as parts:
        rack = parts.enter_context(Rack(folder / "rack", machines=1, firmware=firmware, **build))
        (folder / "volumes").mkdir()
        exports = parts.enter_context(ganesha(folder / "nfs", SERVER_ADDRESS))
        listening = parts.enter_context(socket.create_server(("127.0.0.1", 0)))
        running = parts.enter_context(serving(folder, [listening], f"{SERVER_ADDRESS}:8080"))
        scene = RackScene(
            plugins={"dhcpd": {"directory": str(folder / "dhcp")}, "ipmi": {"efi_boot": "true"}, "nfs-storage": {}},
            machines=rack.machines,
            kernel=ensure_kernel(supplies).folder,
            image=ensure_image(supplies),
            volumes=folder / "volumes",
            exports=exports,
            key=folder / "id_ed25519",
        )
        said = parts.enter_context((folder / "told").open("w"))
        yield Story(scene, running.api, View(Console(file=said)), running.cpu_s), running, rack

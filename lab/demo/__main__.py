"""`make demo`: the story, live on a terminal; without one (or with CI=true) once, with an honest exit code.

python -m lab.demo [--simulated]     --simulated: on simulators, although real parts would do
"""

import socket
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from rich.console import Console

from lab import cell
from lab.demo.openqrm import Serving, serving
from lab.demo.performance import FOLDER, free_port, perform
from lab.demo.rack_scene import RackScene
from lab.demo.report import Report
from lab.demo.scene import Scene, fresh
from lab.demo.simulated import perform_simulated
from lab.demo.view import View
from lab.images.kernel import ensure_kernel
from lab.images.small import ensure_image
from lab.lan import SERVER_ADDRESS
from lab.libvirt_hosts import LibvirtHosts
from lab.libvirt_hosts import missing as missing_for_hosts
from lab.rack import Rack
from lab.storages import ganesha

SUPPLIES = Path("build/lab").resolve()
BOOT = f"{SERVER_ADDRESS}:8080"
MACHINES = 2


def main(argv: list[str]) -> int:
    """Outside a cell: prepare what needs the network, then enter one. Inside: tell the story."""
    if argv not in ([], ["--simulated"]):
        print(__doc__, file=sys.stderr)
        return 2
    if cell.in_cell() and (sockets := cell.inherited()):
        view, report = View(Console()), Report(real=_real_parts(not missing_for_hosts()))
        return perform(FOLDER, partial(_set_up, sockets[0]), view, report)
    lacking = cell.missing() if not argv else ["It was asked for by --simulated."]
    if lacking:
        return perform_simulated(FOLDER, lacking)
    Console().print("[bold]openQRM, the main job on real parts[/]  (kernel and image are made once and kept)")
    ensure_kernel(SUPPLIES)
    ensure_image(SUPPLIES)
    cell.enter([sys.executable, "-m", "lab.demo"], [socket.create_server(("127.0.0.1", free_port()))])


def _set_up(api_socket: socket.socket, stack: ExitStack) -> tuple[Scene, Serving]:
    fresh(FOLDER)
    rack = stack.enter_context(Rack(FOLDER / "rack", machines=MACHINES))
    volumes = FOLDER / "volumes"
    volumes.mkdir(parents=True)
    lacking = missing_for_hosts()
    hosts = [] if lacking else stack.enter_context(LibvirtHosts(FOLDER / "hosts", 1))
    exports = stack.enter_context(ganesha(FOLDER / "nfs", SERVER_ADDRESS))
    address = ("127.0.0.1", api_socket.getsockname()[1])
    inside = stack.enter_context(socket.create_server(address))  # the same, for us, who are in the cell
    site = stack.enter_context(serving(FOLDER, [api_socket, inside], BOOT))
    scene = RackScene(
        plugins={
            "dhcpd": {"directory": str(FOLDER / "dhcp")},
            "dns": {"directory": str(FOLDER / "dns"), "domain": "rack.internal"},
            "ipmi": {},
            "nfs-storage": {},
        },
        machines=rack.machines,
        kernel=ensure_kernel(SUPPLIES).folder,
        image=ensure_image(SUPPLIES),
        volumes=volumes,
        exports=exports,
        key=FOLDER / "id_ed25519",
        hosts=hosts,
        why_no_hosts=" ".join(lacking),
    )
    return scene, site


def _real_parts(with_host: bool) -> list[str]:
    host = ["host of VMs: libvirt in a cell of its own, reached by SSH; its VM is QEMU (TCG) too"]
    return [
        "machines: QEMU (TCG), SeaBIOS, iPXE from the card's ROM",
        "BMCs: ipmi_sim, spoken to by ipmitool",
        "network: bridge and taps in a private network namespace, dnsmasq for DHCP, TFTP and DNS",
        "kernel: Debian's cloud kernel; root: Debian by debootstrap, over NFS 4 from ganesha",
        "openQRM: the program itself, embedded default (one process, SQLite)",
        *(host if with_host else ()),
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

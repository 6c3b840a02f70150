"""Start request to the appliance's own init; beside the same root named in a static iPXE script, from power-on."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from bench.boots import Boot, median_ratio, median_wall_s, render_spread, time_boot
from bench.netboot import HOST_KEY, IDLE
from bench.peers.static_boot import KERNEL, NGINX, URL, render_script, static_boot
from bench.rack_site import FIXED, fetch_files, rack_serving, set_up
from bench.rest import Rest
from bench.rows import Row, at_most
from lab.images.small import ensure_image
from lab.lan import SERVER_ADDRESS
from lab.machine import Machine
from lab.rack import Rack
from lab.storages import ganesha
from openqrm.boot.initrd.archive import compress, file, render_archive

PAIRS = 3
NAME = "web"
INIT = "Server listening on "  # sshd, which the image's init starts, says so on the console
IDLE_LIMIT_S = 60.0
STATIC_ROOT = Path(__file__).with_name("peers") / "static-root.sh"
_EXPORT = """\
EXPORT {{ Export_Id = 60000; Path = "{path}"; Pseudo = "{path}"; Access_Type = RW; Squash = No_Root_Squash;
  SecType = sys; Transports = TCP; FSAL {{ Name = VFS; }} }}
"""


def measure(scratch: Path) -> Iterator[Row]:
    """In turn, on one machine of the rack with an IPMI controller, root over NFS 4.2 from one ganesha."""
    volumes, static_root = scratch / "volumes", scratch / "static-root"
    volumes.mkdir()
    _copy_image(static_root)
    _export(static_root, scratch / "nfs")
    with Rack(scratch / "rack", machines=1) as rack, ganesha(scratch / "nfs", SERVER_ADDRESS) as exports:
        (machine,) = rack.machines
        with rack_serving(scratch / "base") as site:
            rest = set_up(site)
            _describe(rest, volumes, exports)
            files = fetch_files("nfs")
        facts = {"type": "nfs", "server": SERVER_ADDRESS, "path": str(static_root)}
        files |= static_files(files["initrd.img"], facts)
        pairs = [(time_start(machine, scratch, INIT), time_static(machine, scratch, files, INIT)) for _ in range(PAIRS)]
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs if pair[1]]
    note = f"median of {PAIRS}, the idle machine is powered off and on by IPMI within it; {render_spread('ours', ours)}"
    yield Row(name="appliance start → its init", value=median_wall_s(ours), unit="s", note=note)
    yield Row(
        name="the same, against a static iPXE script",
        value=median_ratio(ours, theirs) if theirs else None,
        unit="ratio of wall time",
        goal=at_most(1.1),
        peer=1.0 if theirs else None,
        peer_name="dnsmasq + nginx" if theirs else "nginx could not be had: build/bench/peers/nginx.log",
        note=f"pairs in turn, the peer from power-on; {render_spread('the peer', theirs)}" if theirs else "",
    )


def _copy_image(place: Path) -> None:
    """The small image for the peer; ours is filled by a plan."""
    tree = ensure_image(Path("build/lab")).tree
    subprocess.run(["cp", "-a", "--reflink=auto", f"{tree}/.", str(place)], check=True)


def _export(path: Path, nfs: Path) -> None:
    """The peer's root: ganesha finds this when it starts, and serves it to everybody."""
    (nfs / "exports.d").mkdir(parents=True)
    (nfs / "exports.d/static.conf").write_text(_EXPORT.format(path=path))


def _describe(rest: Rest, volumes: Path, exports: Path) -> None:
    """Storage, volume, image and appliance."""
    for plugin in ("ipmi", "nfs-storage"):
        rest.do("plugin", "enable", name=plugin)
    settings = {"directory": str(volumes), "backend": "ganesha", "exports": str(exports)}
    rest.do("storage", "create", name="shelf", type="nfs-storage", settings=settings)
    rest.do("volume", "create", name=NAME, storage="shelf")
    rest.do("image", "create", name=NAME, volume=NAME)
    rest.do("image", "fill", name=NAME, source=str(ensure_image(Path("build/lab")).archive.resolve()))
    rest.do("appliance", "create", name=NAME, image=NAME, kernel="lab")


def time_start(machine: Machine, scratch: Path, end: str) -> Boot:
    """The machine is idle, the start is asked for over REST, and the appliance is stopped again."""
    with rack_serving(scratch / "base") as site:
        rest = site.sign_in()
        try:
            time_boot(machine, IDLE, machine.on, site.cpu_s)
            _make_reachable(rest, machine)
            start = threading.Thread(target=rest.do, args=("appliance", "start"), kwargs={"name": NAME})
            boot = time_boot(machine, end, start.start, site.with_children_cpu_s)
            start.join()
            rest.do("appliance", "stop", name=NAME)
            return boot
        finally:
            machine.off()


def _make_reachable(rest: Rest, machine: Machine) -> None:
    """Wait until it is idle, and tell its management controller."""
    deadline = time.monotonic() + IDLE_LIMIT_S
    while not (idle := [row for row in rest.ask("resource", "list", condition="idle") if row["mac"]]):
        if time.monotonic() > deadline:
            raise TimeoutError(f"the machine is not idle after {IDLE_LIMIT_S:.0f} s: {machine.console()[-300:]!r}")
        time.sleep(0.2)
    bmc = machine.bmc
    fields = {"address": bmc.address, "port": bmc.port, "user": bmc.user, "password": bmc.password}
    told = {f"bmc_{key}": value for key, value in fields.items()}
    rest.do("resource", "edit", name=idle[0]["name"], bmc_driver=bmc.kind, **told)


def static_files(initrd: bytes, root: dict[str, str]) -> dict[str, bytes]:
    """Our initrd with another boot.sh laid over it, which knows its root."""
    facts = "".join(f"root_{key}={value}\n" for key, value in root.items())
    entries = [
        file("openqrm/boot.sh", STATIC_ROOT.read_bytes()),
        file("openqrm/static-facts", f"hostname={NAME}\n{facts}".encode()),
    ]
    words = {"http": URL, "uplink": f"{SERVER_ADDRESS}:2022", "hostkey": HOST_KEY, "boot": "static", "token": "static"}
    script = render_script(f"quiet {FIXED}", **words, kernel=KERNEL)
    return {"boot.ipxe": script.encode(), "initrd.img": initrd + compress(render_archive(entries))}


def time_static(machine: Machine, scratch: Path, files: dict[str, bytes], end: str) -> Boot | None:
    """The peer, from power-on; None where it could not be had."""
    if not NGINX.exists():
        return None
    with static_boot(scratch / "static", files) as peer:
        try:
            return time_boot(machine, end, machine.on, peer.cpu_s)
        finally:
            machine.off()

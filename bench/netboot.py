"""Power-on to a registered, idle machine: ours and plain dnsmasq with nginx, in turn, on the same rack machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bench.boots import Boot, median_ratio, median_wall_s, render_spread, time_boot
from bench.peers.static_boot import KERNEL, NGINX, URL, render_script, static_boot
from bench.rack_site import FIXED, fetch_files, rack_serving, set_up
from bench.rows import Row, at_most
from lab.machine import Machine
from lab.rack import Rack

PAIRS = 5
IDLE = ", idle"
HOST_KEY = "A" * 68  # nobody listens there, so nobody's key is looked at


def measure(scratch: Path) -> Iterator[Row]:
    """One pair is not counted: the page cache has not seen the files yet, and we not the machine."""
    with Rack(scratch / "rack", machines=1) as rack:
        (machine,) = rack.machines
        with rack_serving(scratch / "base") as site:
            set_up(site)
            files = fetch_files() | _static()
        pairs = [(_ours(machine, scratch), _theirs(machine, scratch, files)) for _ in range(1 + PAIRS)][1:]
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs if pair[1]]
    note = f"median of {PAIRS}; {render_spread('ours', ours)}"
    yield Row(name="power-on → registered idle", value=median_wall_s(ours), unit="s", goal=at_most(6), note=note)
    peer_name, note = "dnsmasq + nginx", f"pairs in turn; {render_spread('the peer', theirs)}" if theirs else ""
    if not theirs:
        peer_name = "nginx could not be had: build/bench/peers/nginx.log"
    yield Row(
        name="the same, against files served by hand",
        value=median_ratio(ours, theirs) if theirs else None,
        unit="ratio of wall time",
        goal=at_most(1.1),
        peer=1.0 if theirs else None,
        peer_name=peer_name,
        note=note,
    )


def _static() -> dict[str, bytes]:
    """What a static server can answer: the same script and the same registration for everybody."""
    words = {"http": URL, "uplink": "10.77.0.1:2022", "hostkey": HOST_KEY, "boot": "static", "token": "static"}
    script = render_script(f"quiet {FIXED}", **words, kernel=KERNEL)
    return {"boot.ipxe": script.encode(), "boot/register": b"role=idle\nresource=m-525400770101\n"}


def _ours(machine: Machine, scratch: Path) -> Boot:
    with rack_serving(scratch / "base") as site:
        try:
            return time_boot(machine, IDLE, machine.on, site.with_children_cpu_s)
        finally:
            machine.off()


def _theirs(machine: Machine, scratch: Path, files: dict[str, bytes]) -> Boot | None:
    if not NGINX.exists():
        return None
    with static_boot(scratch / "static", files) as peer:
        try:
            return time_boot(machine, IDLE, machine.on, peer.cpu_s)
        finally:
            machine.off()

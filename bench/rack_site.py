"""An installation that serves the rack's network, and the static copy of what it serves, which the peer hands out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from bench.peers import static_boot
from bench.rest import Rest
from bench.serving import Serving, serving
from lab import lan
from lab.images.kernel import ensure_kernel

BOOT_PORT = 8080
BOOT_URL = f"http://{lan.SERVER_ADDRESS}:{BOOT_PORT}"
KERNEL = "lab"
FIXED = "console=ttyS0 random.trust_cpu=on mitigations=off tsc=reliable nokaslr"
CARD = "01:1a:f4:10:00"  # the rack's network card, as iPXE calls it
MODALIASES = Path(__file__).with_name("peers") / "rack-modaliases.txt"
DHCP_LIMIT_S = 15.0


@contextmanager
def rack_serving(base: Path) -> Iterator[Serving]:
    """As it is some time after its start: DHCP answers, and the initrd has been put together before."""
    with serving(base, boot=f"{lan.SERVER_ADDRESS}:{BOOT_PORT}", uplink=f"{lan.SERVER_ADDRESS}:2022") as site:
        if (base / "set-up").exists():
            _wait_for_dhcp()
            fetch_files()
        yield site


def set_up(site: Serving) -> Rest:
    """Network, DHCP and kernel, once."""
    rest = site.sign_in()
    network = {"name": "rack", "cidr": lan.NETWORK, "interface": lan.BRIDGE, "address": lan.SERVER_ADDRESS}
    rest.do("network", "create", **network, first="10.77.0.100", last="10.77.0.199", domain="rack.internal")
    rest.do(
        "kernel", "add", name=KERNEL, source=str(ensure_kernel(Path("build/lab").resolve()).folder), arguments=FIXED
    )
    rest.do("plugin", "enable", name="dhcpd")
    _wait_for_dhcp()
    (site.base / "set-up").touch()
    return rest


def fetch_files(root_type: str = "") -> dict[str, bytes]:
    """Kernel, initrd and modules as this installation serves them to the rack's machines, by path."""
    with httpx2.Client(base_url=f"{BOOT_URL}/boot/kernel/{KERNEL}", timeout=60) as client:
        wanted = {"nic": CARD} | ({"root": root_type} if root_type else {})
        answers = {
            "vmlinuz": client.get("/vmlinuz"),
            "initrd.img": client.get("/initrd", params=wanted),
            f"boot/kernel/{static_boot.KERNEL}/modules": client.post("/modules", content=MODALIASES.read_bytes()),
        }
    return {path: answer.raise_for_status().content for path, answer in answers.items()}


def _wait_for_dhcp() -> None:
    """Until somebody in this cell listens on UDP port 67."""
    deadline = time.monotonic() + DHCP_LIMIT_S
    while ":0043 " not in Path("/proc/net/udp").read_text():
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody serves DHCP after {DHCP_LIMIT_S:.0f} s")
        time.sleep(0.05)

"""What a bare machine needs to boot from the network, without the product: dnsmasq and a static web server."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from lab import lan

PORT = 8080
SCRIPT = "#!ipxe\necho the script runs\nsleep 1000\n"
_DNSMASQ = f"""\
keep-in-foreground
user=root
port=0
interface={lan.BRIDGE}
bind-interfaces
dhcp-authoritative
no-ping
dhcp-range=10.77.0.50,10.77.0.99
dhcp-range=fd77::,ra-only
enable-ra
ra-param={lan.BRIDGE},10
dhcp-option-force=encap:175,176,1b
dhcp-match=set:ipxe,175
dhcp-match=set:uefi,option:client-arch,7
dhcp-boot=tag:ipxe,http://{lan.SERVER_ADDRESS}:{PORT}/boot.ipxe
dhcp-boot=tag:uefi,tag:!ipxe,snponly.efi
enable-tftp
tftp-root=/usr/lib/ipxe
log-dhcp
"""


class BootServices:
    """Counts what machines ask for."""

    def __init__(self, log: Path) -> None:
        self.fetched: list[str] = []
        self._log = log

    def log(self) -> str:
        """What dnsmasq said so far."""
        return self._log.read_text()


@contextmanager
def boot_services(directory: Path) -> Iterator[BootServices]:
    directory.mkdir(exist_ok=True)
    log, configuration = directory / "dnsmasq.log", directory / "dnsmasq.conf"
    configuration.write_text(f"{_DNSMASQ}dhcp-leasefile={directory}/leases\nlog-facility={log}\n")
    log.touch()
    services = BootServices(log)
    web = ThreadingHTTPServer((lan.SERVER_ADDRESS, PORT), _pages(services))
    threading.Thread(target=web.serve_forever, args=(0.05,), daemon=True).start()
    dnsmasq = subprocess.Popen(["dnsmasq", f"--conf-file={configuration}"])
    try:
        eventually(lambda: "sockets bound exclusively" in services.log(), "dnsmasq is up")
        yield services
    finally:
        dnsmasq.kill()
        dnsmasq.wait()
        web.shutdown()
        web.server_close()


def eventually(holds: Callable[[], object], what: str, timeout_s: float = 60) -> None:
    """Wait until it holds; the limit is far beyond what it should take."""
    deadline = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what}"
        time.sleep(0.02)


def _pages(services: BootServices) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            services.fetched.append(self.path)
            self.send_response(200)
            self.send_header("Content-Length", str(len(SCRIPT)))
            self.end_headers()
            self.wfile.write(SCRIPT.encode())

        def log_message(self, *words: object) -> None:
            """Keep quiet."""

    return Pages

"""The peer of the netboot: plain dnsmasq and nginx with files that never change, as set up by hand."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.usage import tree_cpu_s
from lab import lan

NGINX = Path("build/bench/peers/nginx/usr/sbin/nginx").resolve()
PORT = 8088
URL = f"http://{lan.SERVER_ADDRESS}:{PORT}"
KERNEL = "static"
_START_S = 10.0

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
dhcp-boot=tag:ipxe,{URL}/boot.ipxe
"""

_NGINX = """\
daemon off;
worker_processes 1;
user root;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  sendfile on;
  client_body_temp_path {folder}/scratch;
  proxy_temp_path {folder}/scratch;
  fastcgi_temp_path {folder}/scratch;
  uwsgi_temp_path {folder}/scratch;
  scgi_temp_path {folder}/scratch;
  server {{
    listen {address}:{port};
    root {folder}/files;
    error_page 405 =200 $uri;
  }}
}}
"""

# Words that mean something to our initrd; a token that is good for every boot is what a static script can offer.
_SCRIPT = """\
#!ipxe
set network BOOTIF=01-${{net0/mac:hexhyp}} ip=${{net0/ip}}::${{net0/gateway}}:${{net0/netmask}}:::
kernel {url}/vmlinuz initrd=initrd.img {words} ${{network}} {fixed}
initrd --name initrd.img {url}/initrd.img
boot
"""


def render_script(fixed: str, **words: str) -> str:
    """The iPXE script; FIXED ends the kernel line, WORDS are for our initrd (`openqrm.` is put before each)."""
    told = " ".join(f"openqrm.{key}={value}" for key, value in words.items())
    return _SCRIPT.format(url=URL, words=told, fixed=fixed)


@dataclass(frozen=True, slots=True)
class StaticBoot:
    """Both programs, at work."""

    processes: tuple[subprocess.Popen[bytes], ...]

    def cpu_s(self) -> float:
        """What they have used so far."""
        return sum(tree_cpu_s(process.pid) for process in self.processes)


@contextmanager
def static_boot(folder: Path, files: Mapping[str, bytes]) -> Iterator[StaticBoot]:
    """Serve FILES by path, for GET and for POST alike, to machines on the rack's network."""
    for path, content in files.items():
        place = folder / "files" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    folder.chmod(0o755)
    dnsmasq, nginx = folder / "dnsmasq.conf", folder / "nginx.conf"
    dnsmasq.write_text(f"{_DNSMASQ}dhcp-leasefile={folder}/leases\nlog-facility={folder}/dnsmasq.log\n")
    nginx.write_text(_NGINX.format(folder=folder, address=lan.SERVER_ADDRESS, port=PORT))
    started = (
        subprocess.Popen(["dnsmasq", f"--conf-file={dnsmasq}"]),
        subprocess.Popen([str(NGINX), "-e", f"{folder}/nginx.log", "-c", str(nginx)]),
    )
    try:
        _wait_for(folder / "dnsmasq.log", "sockets bound exclusively")
        _wait_for(folder / "nginx.pid", "\n")
        yield StaticBoot(started)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait()


def _wait_for(file: Path, text: str) -> None:
    deadline = time.monotonic() + _START_S
    while not file.exists() or text not in file.read_text():
        if time.monotonic() > deadline:
            raise TimeoutError(f"no «{text.strip()}» in {file}")
        time.sleep(0.02)

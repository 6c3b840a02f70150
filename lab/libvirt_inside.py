"""One libvirt host, from inside its cell: python -m lab.libvirt_inside NAME ADDRESS DIRECTORY

DIRECTORY is the home of its root and holds what is its own: libvirt's files, SSH keys, logs.
"""

import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

BRIDGE = "br0"
CABLE = "eth0"  # plugged in from outside
_CABLE_S = 60.0
_OWN = {
    "etc": "/etc/libvirt",
    "lib": "/var/lib/libvirt",
    "log": "/var/log/libvirt",
    "cache": "/var/cache/libvirt",
    "iso": "/var/lib/openqrm-iso",
    "seeds": "/var/lib/openqrm-seeds",
}
_QEMU = """user = "root"
group = "root"
security_driver = "none"
namespaces = []
cgroup_controllers = []
remember_owner = 0
stdio_handler = "file"
"""
_SSHD = """Port 22
HostKey {home}/host_key
AuthorizedKeysFile {home}/.ssh/authorized_keys
StrictModes no
UsePAM no
UseDNS no
PasswordAuthentication no
PidFile none
"""


def main(name: str, address: str, directory: str) -> None:
    """Be that host until the cell ends."""
    home = Path(directory)
    subprocess.run(["hostname", name], check=True)
    _plug_in(address)
    _furnish(name, home)
    with (home / "libvirtd.log").open("wb") as log:
        subprocess.Popen(["libvirtd", "-p", "/run/libvirtd.pid"], stdout=log, stderr=log)
    with (home / "sshd.log").open("wb") as log:
        subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", home / "sshd_config"], stdout=log, stderr=log)
    signal.pause()


def _plug_in(address: str) -> None:
    deadline = time.monotonic() + _CABLE_S
    while not Path("/sys/class/net", CABLE).exists():
        if time.monotonic() > deadline:
            raise RuntimeError("nobody plugged the network in")
        time.sleep(0.02)
    lines = (
        f"link add {BRIDGE} type bridge stp_state 0 forward_delay 0",
        f"link set {CABLE} master {BRIDGE} up",
        f"addr add {address}/24 dev {BRIDGE}",
        f"link set {BRIDGE} up",
    )
    subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)


def _furnish(name: str, home: Path) -> None:
    """What is this host's own goes over what is the computer's: folders, users, and the home of root."""
    for own, place in _OWN.items():
        (home / own).mkdir(parents=True, exist_ok=True)
        Path(place).mkdir(parents=True, exist_ok=True)
        _bind(home / own, place)
    Path("/etc/libvirt/qemu.conf").write_text(_QEMU)
    identity = uuid.uuid5(uuid.NAMESPACE_OID, f"openqrm libvirt host {name}")
    Path("/etc/libvirt/libvirtd.conf").write_text(
        f'listen_tls = 0\nauth_unix_rw = "none"\nauth_unix_ro = "none"\nhost_uuid = "{identity}"\n'
    )
    users = [line for line in Path("/etc/passwd").read_text().splitlines() if not line.startswith("root:")]
    users = [f"root:x:0:0:root:{home}:/bin/bash", *users, "libvirt-qemu:x:64055:64055::/nonexistent:/bin/false"]
    groups = [*Path("/etc/group").read_text().splitlines(), "libvirt-qemu:x:64055:"]
    for own, place, lines in (("passwd", "/etc/passwd", users), ("group", "/etc/group", groups)):
        (home / own).write_text("\n".join(lines) + "\n")
        _bind(home / own, place)
    (home / "sshd_config").write_text(_SSHD.format(home=home))
    for place in ("/run/sshd", "/run/lock"):  # the latter is for virsh console
        Path(place).mkdir(exist_ok=True)


def _bind(own: Path, place: str) -> None:
    subprocess.run(["mount", "--bind", own, place], check=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

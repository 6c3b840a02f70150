"""The scene on real parts: a rack in a cell, and NFS from this very computer."""

import hashlib
import subprocess
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab import lan
from lab.images.small import Image
from lab.libvirt_hosts import LibvirtHost
from lab.machine import Machine


@dataclass(frozen=True)
class RackScene:
    """lab.demo.scene.Scene: a rack of machines on `rack0` and a folder that NFS serves."""

    plugins: Mapping[str, dict[str, str]]
    machines: list[Machine]
    kernel: Path
    image: Image
    volumes: Path
    exports: Path
    key: Path
    hosts: Sequence[LibvirtHost] = ()
    why_no_hosts: str = "this scene has no host of VMs"

    def network(self) -> dict[str, str]:
        """The machines' network, as an operator would describe it."""
        return {
            "name": "rack",
            "cidr": lan.NETWORK,
            "interface": lan.BRIDGE,
            "address": lan.SERVER_ADDRESS,
            "first": "10.77.0.100",
            "last": "10.77.0.199",
            "domain": "rack.internal",
        }

    def storage(self) -> dict[str, object]:
        """The storage on this very computer."""
        return {"settings": {"directory": str(self.volumes), "backend": "ganesha", "exports": str(self.exports)}}

    def content(self) -> dict[str, str]:
        """The small image, packed, on the storage's own disk."""
        with self.image.archive.open("rb") as archive:
            digest = hashlib.file_digest(archive, "sha256").hexdigest()
        return {"source": str(self.image.archive.resolve()), "sha256": digest}

    def holds(self, mac: str) -> bool:
        """Whether it is one of the rack."""
        return any(machine.hardware.mac == mac for machine in self.machines)

    def label_of(self, mac: str) -> dict[str, object]:
        """The management controller of the machine with this MAC."""
        bmc = next(machine.bmc for machine in self.machines if machine.hardware.mac == mac)
        return {
            "bmc_driver": bmc.kind,
            "bmc_address": bmc.address,
            "bmc_port": bmc.port,
            "bmc_user": bmc.user,
            "bmc_password": bmc.password,
        }

    def public_key(self) -> str:
        """Made for this run; who has the other half may log in to the appliance."""
        if not self.key.exists():
            quiet = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "demo", "-f", str(self.key)]
            subprocess.run(quiet, check=True)
        return self.key.with_suffix(".pub").read_text().strip()

    def log_in(self, address: str, command: str) -> str | None:
        """What the command printed on the appliance; None when nobody lets us in (yet)."""
        options = ("BatchMode=yes", "StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "ConnectTimeout=2")
        argv = ["ssh", "-q", "-i", str(self.key), *(word for o in options for word in ("-o", o)), f"root@{address}"]
        done = subprocess.run([*argv, command], capture_output=True, text=True, timeout=60, check=False)
        return done.stdout or "(nothing)" if done.returncode == 0 else None

    def fetch(self, address: str) -> str:
        """The appliance's page; empty when nobody answers (yet)."""
        try:
            with urllib.request.urlopen(f"http://{address}/", timeout=5) as answer:
                return str(answer.read(4096).decode(errors="replace"))
        except OSError:
            return ""

    def machine_cpu_s(self) -> dict[str, float]:
        """CPU-seconds of each machine since it was last switched on, and of each host with all that runs on it."""
        machines = {machine.hardware.name: machine.cpu_s() for machine in self.machines}
        return machines | {host.name: host.cpu_s() for host in self.hosts}

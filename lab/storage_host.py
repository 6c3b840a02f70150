"""A storage host with a kernel of its own: LVM, the kernel's NFS service, LIO and AoE, where this computer has none.

    with StorageHost(directory, ensure_storage_image(Path("build/lab"))) as storage:
        storage.host.run(("lvcreate", …, storage.volume_group))

It is a QEMU guest on the rack's network, in a cell. When it is closed, or the cell ends, only its files are left.
"""

import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncssh

from lab import lan, qemu
from lab.images.storage import StorageImage
from openqrm.adapters.hosts.ssh import SshHosts
from openqrm.adapters.hosts.ssh_connection import SshAccess
from openqrm.domain.errors import StepError
from openqrm.plugin_api import Host, run

ADDRESS = "10.77.0.3"
VOLUME_GROUP, POOL = "lab", "pool"
BTRFS, XFS = "/srv/btrfs", "/srv/xfs"
_HARDWARE = qemu.Hardware(
    name="storage",
    mac="52:54:00:77:00:03",
    uuid="6c6b3a52-6cd2-4f4d-9a22-000000000003",
    serial="STORAGE",
    disk_sizes_mib=(4096, 1024, 1024),  # the volume group, btrfs, XFS; sparse
)
_KERNEL_LINE = "console=ttyS0 quiet random.trust_cpu=on mitigations=off tsc=reliable nokaslr panic=-1"
_POOL_MIB = 3072  # the rest of the group is for volumes that are not thin
_START_S = 180.0
_SOCKETS = Path("/run/storage-host")


class StorageHost:
    """Up and reached by SSH once entered, with a volume group, a thin pool in it, and folders on btrfs and XFS."""

    address = ADDRESS
    mac = _HARDWARE.mac
    interface = "eth0"  # of the rack's network, as AoE wants to know it
    volume_group, pool = VOLUME_GROUP, POOL
    btrfs, xfs = BTRFS, XFS

    def __init__(self, directory: Path, image: StorageImage) -> None:
        self._image = image
        self._places = qemu.Places(directory, _SOCKETS, "tap-storage")
        self._key = directory / "key"
        self._host_key = directory / "host_key"
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._prepare()
            lan.create()
            lan.add_tap(self._places.tap)
            stack.callback(lan.remove, [self._places.tap])
            process = self._start()
            stack.callback(_end, process)
            self._hosts = SshHosts(self._key)
            self._hosts.start()
            stack.callback(self._hosts.close)
            self._wait_until_up(process)
            self._furnish()
            self._open = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._open.close()

    @property
    def host_key(self) -> str:
        """What `openqrm resource edit --ssh-host-key` takes."""
        return " ".join(asyncssh.read_private_key(self._host_key).export_public_key().decode().split()[:2])

    @property
    def host(self) -> Host:
        """To run commands on, as openQRM does."""
        return self._hosts.host(SshAccess(ADDRESS, self.host_key))

    def authorize(self, public_key: str) -> None:
        """Let somebody else in as root, such as an openQRM by the key that `resource show openqrm` tells."""
        known = self._key.with_suffix(".pub").read_text()
        self.host.write_file("/root/.ssh/authorized_keys", f"{known}{public_key}\n".encode(), mode=0o600)

    def plug(self, plugged: bool) -> None:
        """Put its network cable in, or out. Twice changes nothing more."""
        lan.plug(self._places.tap, plugged)

    def console(self) -> str:
        """All that it wrote to its serial line."""
        return self._places.serial_log.read_text(errors="replace")

    def _prepare(self) -> None:
        self._places.directory.mkdir(parents=True, exist_ok=True)
        self._places.sockets.mkdir(parents=True, exist_ok=True)
        self._places.serial_log.touch()
        for number, size_mib in enumerate(_HARDWARE.disk_sizes_mib):
            with self._places.disk(number).open("wb") as disk:
                disk.truncate(size_mib * 2**20)
        for path in (self._key, self._host_key):
            key = asyncssh.generate_private_key("ssh-ed25519")
            key.write_private_key(path)
            path.chmod(0o600)
            key.write_public_key(path.with_suffix(".pub"))

    def _start(self) -> subprocess.Popen[bytes]:
        root = f"if=none,id=root,format=raw,snapshot=on,file={self._image.disk.resolve()}"  # writes are forgotten
        given = {"authorized_keys": self._key.with_suffix(".pub"), "host_key": self._host_key}
        argv = [
            *qemu.render_argv(_HARDWARE, self._places, None),
            *("-no-reboot", "-global", "virtio-net-pci.romfile="),  # a loader in ROM would wait for a key
            *("-drive", root, "-device", "virtio-blk-pci,id=root,drive=root"),
            *("-kernel", str(self._image.kernel.vmlinuz), "-initrd", str(self._image.initrd)),
            *("-append", f"{_KERNEL_LINE} address={ADDRESS}/24"),
            *(word for name, path in given.items() for word in ("-fw_cfg", f"name=opt/org.openqrm/{name},file={path}")),
        ]
        with self._places.complaints.open("wb") as complaints:
            return subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=complaints, stderr=complaints, start_new_session=True
            )

    def _wait_until_up(self, process: subprocess.Popen[bytes]) -> None:
        """Until it lets us in and serves NFS, which it starts last."""
        deadline = time.monotonic() + _START_S
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                said = self._places.complaints.read_text(errors="replace") + self.console()[-2000:]
                raise RuntimeError(f"the storage host does not come up: {said}")
            time.sleep(0.1)

    def _answers(self) -> bool:
        try:
            return self.host.run(("exportfs", "-s"), timeout_s=10).status == 0
        except StepError:
            return False

    def _furnish(self) -> None:
        """Disks as an operator would have made them: openQRM makes volumes, not what they are on."""
        pool = ("-q", "--size", f"{_POOL_MIB}m", "--thinpool", POOL, VOLUME_GROUP)
        for argv in (
            ("vgcreate", "-q", VOLUME_GROUP, "/dev/vda"),
            ("lvcreate", *pool),
            ("mkfs.btrfs", "-q", "/dev/vdb"),
            ("mkfs.xfs", "-q", "/dev/vdc"),
            ("mkdir", "-p", BTRFS, XFS),
            ("mount", "/dev/vdb", BTRFS),
            ("mount", "/dev/vdc", XFS),
        ):
            run(self.host, argv, hint="Look into the storage host's console.")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()

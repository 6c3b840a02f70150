"""The seed of a VM as a Linux kernel reads it: found by its label, with its files by their names."""

import pytest

from lab.storage_host import StorageHost
from openqrm.plugin_api import run
from openqrm_plugins.kvm.seed import LABEL, render_seed

pytestmark = [pytest.mark.real, pytest.mark.usefixtures("in_cell")]

USER_DATA = "#cloud-config\nhostname: db\n" + "# and so on\n" * 5000
IMAGE, THERE = "/srv/xfs/seed.iso", "/mnt/seed"


def test_a_kernel_reads_a_seed(storage_host: StorageHost) -> None:
    def sh(*argv: str) -> str:
        return run(storage_host.host, argv, hint="Look into the storage host's console.")

    storage_host.host.write_file(IMAGE, render_seed("db", "1", USER_DATA))
    assert sh("blkid", "-p", "-s", "LABEL", "-o", "value", IMAGE).strip() == LABEL
    sh("modprobe", "--all", "loop", "isofs")
    sh("mkdir", "-p", THERE)
    sh("mount", "-o", "loop,ro", IMAGE, THERE)
    try:
        assert sh("ls", THERE).split() == ["meta-data", "user-data"]
        assert sh("cat", f"{THERE}/user-data") == USER_DATA
    finally:
        sh("umount", THERE)
        sh("rm", IMAGE)

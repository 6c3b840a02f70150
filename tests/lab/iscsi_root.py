"""A machine whose root is an iSCSI target's, and whether it goes on."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from lab import lan
from openqrm.boot.initrd.builder import InitrdBuilder
from openqrm.boot.initrd.fragments import get_fragment
from openqrm.plugin_api import Root
from tests.lab.boot_server import BootServer
from tests.lab.direct_boot import Booted, booted, line_of
from tests.lab.pxe import eventually
from tests.lab.tiny_root import CUT_OFF, UP, render_facts

_MOUNTS = b"/bin/busybox grep ' / ' /proc/mounts; /bin/busybox cat /proc/[0-9]*/cmdline"


@dataclass(frozen=True)
class Rooted:
    """The machine, whose init writes to its root without a pause. `stamp` tells when the disk was last written."""

    server: BootServer
    unit: Booted
    password: str
    stamp: Callable[[], str]

    def goes_on(self) -> None:
        """It writes again, and has never been told that it cannot."""
        before = self.stamp()
        eventually(lambda: self.stamp() != before, "the disk is written again")
        assert CUT_OFF not in self.unit.console()

    def keeps_watch(self) -> None:
        """Somebody stays to log in again, the root is writable, and nobody shows the password."""
        told = self.server.run([b"sh", b"-c", _MOUNTS]).out
        assert b"@iscsistart" in told and b" / ext4 rw," in told and self.password.encode() not in told


@contextmanager
def rooted(
    builder: InitrdBuilder, root: Root, password: str, stamp: Callable[[], str], scratch: Path
) -> Iterator[Rooted]:
    """It runs when this is entered; the rack's network stands by then."""
    with ExitStack() as stack:
        facts = render_facts(root), f"root_secret={password}\n"
        server = stack.enter_context(BootServer(lan.SERVER_ADDRESS, builder, *facts))
        fragment = get_fragment(Path("src/openqrm_plugins/iscsi_storage/initrd"), "iscsi")
        talkative = line_of(server).replace("quiet", "loglevel=7")
        unit = stack.enter_context(booted(builder, talkative, scratch / "unit", [fragment]))
        server.wait_for("init")
        unit.wait_for_console(UP)
        yield Rooted(server, unit, password, stamp)

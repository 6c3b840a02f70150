"""The rack's two networks inside the cell: one that machines boot from, one that only their BMCs are on."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from lab import cell

BRIDGE = "rack0"
SERVER_ADDRESS = "10.77.0.1"  # of whoever serves the machines
SERVER_ADDRESS_6 = "fd77::1"
NETWORK = "10.77.0.0/24"
BMC_BRIDGE = "bmc0"


def create() -> None:
    """Make both networks, empty; what stands already is kept.

    Without an IPv6 address dnsmasq sends no router advertisement, and iPXE waits 13 s for one. A bridge left to
    itself takes the lowest address of its ports, so it would change under the machines' feet.
    """
    cell.require("The rack's network")
    if _ports().exists():
        return
    _ip(
        f"link add {BRIDGE} address 52:54:00:77:00:01 type bridge stp_state 0 forward_delay 0",
        f"addr add {SERVER_ADDRESS}/24 dev {BRIDGE}",
        f"addr add {SERVER_ADDRESS_6}/64 dev {BRIDGE} nodad",
        f"link set {BRIDGE} up",
        # nobody answers for an address that is gone, and without ARP nobody says so either: silence, as from a
        # BMC whose cable is out
        f"link add {BMC_BRIDGE} type bridge",
        f"link set {BMC_BRIDGE} arp off up",
        f"addr add {_bmc_address(0)}/24 dev {BMC_BRIDGE}",
    )


def remove(taps: Sequence[str]) -> None:
    """Take these machines' ports away again, and with the last of all machines both networks."""
    _ip(*(f"link del {name}" for name in taps))
    if not any(_ports().iterdir()):
        _ip(*(f"link del {name}" for name in (BRIDGE, BMC_BRIDGE)))


def _ports() -> Path:
    return Path("/sys/class/net", BRIDGE, "brif")


def add_tap(name: str) -> None:
    """A port of the boot network for one machine's network card."""
    _ip(f"tuntap add dev {name} mode tap", f"link set {name} master {BRIDGE} up")


def plug(name: str, plugged: bool) -> None:
    """Have what comes to this port pass, or not; its machine notices nothing else."""
    _ip(f"link set {name} {f'master {BRIDGE}' if plugged else 'nomaster'}")


def add_cable(name: str, process: int) -> None:
    """A port of the boot network whose other end is `eth0` in the network of this process."""
    _ip(f"link add {name} type veth peer name eth0 netns {process}", f"link set {name} master {BRIDGE} up")


def add_bmc(number: int) -> str:
    """A place on the BMCs' network for machine NUMBER, plugged in: its address."""
    plug_bmc(number, True)
    return _bmc_address(number)


def plug_bmc(number: int, plugged: bool) -> None:
    """Put the BMC's cable in, or out: then requests to its address go unanswered. Twice changes nothing more."""
    address = _bmc_address(number)
    _ip(f"addr {f'replace {address}/24' if plugged else f'flush to {address}/32'} dev {BMC_BRIDGE}")


def _bmc_address(number: int) -> str:
    return f"10.77.1.{100 + number}"


def _ip(*lines: str) -> None:
    done = subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), capture_output=True, text=True, timeout=30)
    if done.returncode != 0:
        raise RuntimeError(f"the cell's network refused «{'; '.join(lines)}»: {done.stderr.strip()}")

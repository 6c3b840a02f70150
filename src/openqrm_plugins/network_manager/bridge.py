"""A bridge as it is wished, and the program on the host that tries it, keeps it, or goes back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from openqrm.plugin_api import Category, Host, StepError, run

PROGRAM = Path(__file__).with_name("host") / "bridge.sh"
PLACE = "/run/openqrm-network"
# the worker goes on by itself, so it needs a file of its own
START = 'mkdir -p -m 700 "$0" && cat >"$0/program" && exec sh "$0/program" "$@"'
QUICK_S = 10.0  # the host may be cut off: nobody waits long for it
HINT = "Look at the host's console: ip addr, ip route, bridge link, and its own network service."
STATES = ("none", "trying", "held", "kept", "reverting", "reverted", "other")


@dataclass(frozen=True)
class Bridge:
    """VLAN 0: none. Without an address the bridge takes over what its card has; on a VLAN it has none then."""

    name: str
    card: str
    vlan: int = 0
    address: str = ""  # with its prefix
    gateway: str = ""

    @property
    def port(self) -> str:
        """The interface that is in the bridge."""
        return f"{self.card}.{self.vlan}" if self.vlan else self.card


def look(host: Host, bridge: Bridge) -> tuple[str, str]:
    """One of STATES, and what belongs to it: why it was reverted, what keeps it over a boot."""
    said = ask(host, "look", bridge).strip()
    state, _, why = said.partition(" ")
    if state not in STATES:
        raise StepError(Category.UNAVAILABLE, f"the host answers {said[:80]!r} when asked for {bridge.name}", HINT)
    return state, why.strip()[:300]


def ask(host: Host, verb: str, bridge: Bridge, *more: str) -> str:
    """What the program says. It is left on the host where its worker has to outlive the connection."""
    how = ("sh", "-c", START, PLACE) if verb in ("try", "revert") else ("sh", "-s", "--")
    argv = (*how, verb, bridge.name, bridge.card, str(bridge.vlan), *more)
    return run(host, argv, stdin=PROGRAM.read_bytes(), timeout_s=QUICK_S, hint=HINT)

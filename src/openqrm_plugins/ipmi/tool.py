"""ipmitool: how it is called, and what its words mean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from openqrm.plugin_api import SELF, Category, Completed, StepError, World

PORT = 623
CALL_S = 20  # ipmitool gives up by itself after 4 tries, in some 10 s
# At each start ipmitool reads the names of all vendors, 5 MB, unless it finds such a list in its home: 25 ms against 5.
HOME = Path(__file__).with_name("home")
STATUS = "chassis power status"
_SWITCHED = {"on": "Chassis Power Control: Up/On", "off": "Chassis Power Control: Down/Off"}
_POWER = re.compile(r"^Chassis Power is (on|off)$", re.MULTILINE)
_REACH = "See whether the BMC's address is right, its cable is in, and IPMI over LAN is on; then retry."
_LOGIN = "Set user and password of the BMC anew; the user needs the privilege operator."
_CIPHER = "Set cipher_suite of plugin ipmi to 17, or allow suite 3 in the BMC."
# What ipmitool 1.8.19 says with -v, most telling first: without -v, all ways not to get a session sound the same.
_FAILURES = (
    ("ipmitool: No such file", Category.UNSUPPORTED, "ipmitool is missing here", "apt-get install ipmitool"),
    ("RAKP 2 HMAC is invalid", Category.REFUSED, "the password is wrong", _LOGIN),
    ("unauthorized name", Category.REFUSED, "there is no such user", _LOGIN),
    ("password is longer than", Category.REFUSED, "the password has more than 20 characters", _LOGIN),
    ("nsufficient privilege", Category.REFUSED, "the user may not do that", _LOGIN),
    ("invalid authentication algorithm", Category.REFUSED, "the cipher suite is refused", _CIPHER),
    ("invalid integrity algorithm", Category.REFUSED, "the cipher suite is refused", _CIPHER),
    ("Address lookup for", Category.UNAVAILABLE, "nobody knows its address by this name", _REACH),
    ("Unable to establish", Category.UNAVAILABLE, "it does not answer", _REACH),
    ("not supported in present state", Category.BUSY, "it cannot do that right now", "Retry when it has settled."),
)


@dataclass(frozen=True)
class Target:
    """A machine's BMC and how to log in; `secret` refers to the vault."""

    resource: str
    address: str
    port: int
    user: str
    secret: str
    cipher_suite: int


def observe_power(world: World, target: Target) -> str:
    """`on` or `off`."""
    done = _ask(world, target, STATUS)
    if done.status != 0:
        raise explain_failure(target, done)
    power = find_power(done.out)
    if not power:
        message = f"the BMC of {target.resource} answers {done.out.strip()[:80]!r} when asked for its power"
        raise StepError(Category.UNAVAILABLE, message, "Retry; if it stays so, restart the BMC.")
    return power


def switch(world: World, target: Target, power: str, order: str = "") -> str:
    """Switch `on` or `off`, after ORDER, which the BMC may refuse; the power that it shows then, empty when none.

    Raises StepError that tells a silent BMC from one that refuses.
    """
    done = _ask(world, target, *filter(None, (order, f"chassis power {power}", STATUS)))
    if done.status != 0 and _SWITCHED[power] not in done.out:
        raise explain_failure(target, done)
    return find_power(done.out)


def find_power(out: str) -> str:
    """`on` or `off`, from the answer of `chassis power status`; empty when it is in none of its lines."""
    found = _POWER.search(out)
    return found[1] if found else ""


def _ask(world: World, target: Target, *lines: str) -> Completed:
    """What ipmitool says to these lines, in one session: a BMC takes long to open one, and has few."""
    argv = (
        *("ipmitool", "-v", "-I", "lanplus", "-C", str(target.cipher_suite), "-N", "1", "-R", "3"),
        *("-H", target.address, "-p", str(target.port), "-U", target.user, "-E", "exec", "/dev/stdin"),
    )
    password = world.vault.reveal(target.secret) if target.secret else ""
    environment = {"IPMI_PASSWORD": password, "HOME": str(HOME)}
    said = "".join(f"{line}\n" for line in lines).encode()
    return world.host(SELF).run(argv, stdin=said, timeout_s=CALL_S, environment=environment)


def explain_failure(target: Target, done: Completed) -> StepError:
    """The error that a failed call of ipmitool means."""
    said = done.err.strip() or done.out.strip() or "it said nothing"
    for words, category, meaning, hint in _FAILURES:
        if words in said:
            return StepError(category, f"the BMC of {target.resource} at {target.address}: {meaning}", hint)
    last = said.splitlines()[-1][:300]
    hint = "Look at the BMC's own log and whether it is locked, then retry."
    return StepError(Category.REFUSED, f"the BMC of {target.resource} refused: {last}", hint)

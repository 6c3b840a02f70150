"""tgtd: what it serves to whom, and how that is changed while it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from openqrm.domain.errors import Category, StepError
from openqrm.ports.world import Completed, Host

_TGTADM = ("tgtadm", "--lld", "iscsi")
_ACCOUNT_PROGRAM = Path(__file__).parent.joinpath("host", "tgt_account.py")
_TRIES = 50  # 0.1 s apart: a disk stays active as long as a request of a closed connection is at work
_HINT = "Look whether tgtd runs on the storage: systemctl status tgt."


@dataclass(frozen=True)
class Target:
    """A target as tgtd shows it."""

    number: int
    iqn: str
    connections: tuple[tuple[int, int], ...] = ()  # session and connection
    paths: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()


@dataclass
class _Reading:
    number: int
    iqn: str
    session: int = 0
    connections: list[tuple[int, int]] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=lambda: {"path": [], "Account": [], "ACL": []})

    def target(self) -> Target:
        paths, users, addresses = (tuple(self.lists[key]) for key in ("path", "Account", "ACL"))
        return Target(self.number, self.iqn, tuple(self.connections), paths, users, addresses)


def parse_targets(text: str) -> tuple[Target, ...]:
    """The output of `tgtadm --op show --mode target`."""
    found: list[_Reading] = []
    chapter = ""
    for line in text.splitlines():
        key, _, value = (part.strip() for part in line.partition(": "))
        if line.startswith("Target "):
            found.append(_Reading(int(key.removeprefix("Target ")), value))
        elif line.endswith(" information:"):
            chapter = line.strip().removesuffix(" information:")
        elif found:
            _read(found[-1], chapter, key, value)
    return tuple(reading.target() for reading in found)


def _read(reading: _Reading, chapter: str, key: str, value: str) -> None:
    match chapter, key:
        case (("Account" | "ACL"), _):
            reading.lists[chapter].append(key)
        case "I_T nexus", "I_T nexus":
            reading.session = int(value)
        case "I_T nexus", "Connection":
            reading.connections.append((reading.session, int(value)))
        case "LUN", "Backing store path" if value != "None":
            reading.lists["path"].append(value)


def parse_users(text: str) -> frozenset[str]:
    """The output of `tgtadm --op show --mode account`."""
    return frozenset(line.strip().removesuffix(" (outgoing)") for line in text.splitlines() if line.startswith(" "))


def list_targets(host: Host) -> tuple[Target, ...]:
    """All that tgtd serves."""
    return parse_targets(_told(_adm(host, "target", "show")))


def list_users(host: Host) -> frozenset[str]:
    """All its accounts."""
    return parse_users(_told(_adm(host, "account", "show")))


def find_target(host: Host, iqn: str) -> Target | None:
    """The target of this name."""
    return next((t for t in list_targets(host) if t.iqn == iqn), None)


def make_target(host: Host, iqn: str) -> Target:
    """A target nobody may log in to; tgtd itself refuses a number that another took meanwhile."""
    number = max((t.number for t in list_targets(host)), default=0) + 1
    _told(_adm(host, "target", "new", "--tid", str(number), "--targetname", iqn))
    return Target(number, iqn)


def make_account(host: Host, target: Target, user: str, secret: str) -> None:
    """This account, and no older one of its name, opens the target."""
    end_account(host, user)
    argv = ("python3", "-I", "-c", _ACCOUNT_PROGRAM.read_text())
    _told(host.run(argv, stdin=f"{user}\n{secret}\n".encode(), timeout_s=30))
    _told(_adm(host, "account", "bind", "--tid", str(target.number), "--user", user))


def end_account(host: Host, user: str) -> None:
    """There is no such account."""
    if user in list_users(host):
        _told(_adm(host, "account", "delete", "--user", user))


def add_disk(host: Host, target: Target, path: str) -> None:
    """The file is the target's disk 1."""
    _told(_adm(host, "logicalunit", "new", "--tid", str(target.number), "--lun", "1", "--backing-store", path))


def open_to(host: Host, target: Target, address: str) -> None:
    """Whoever comes from this address may log in.

    By address alone: tgtd lets in whoever fits one rule of several, and a name is what a stranger claims it is.
    """
    _told(_adm(host, "target", "bind", "--tid", str(target.number), "--initiator-address", address))


def end_target(host: Host, iqn: str, user: str) -> None:
    """No new login, no connection, no target, no account: in this order.

    A target that loses its account first would let everybody in without a password.
    """
    for _ in range(_TRIES):
        target = find_target(host, iqn)
        if target is None:
            return end_account(host, user)
        _end(host, target)
    raise StepError(Category.BUSY, f"tgtd still has requests at work on {iqn}", "Try again; look at the disk beneath.")


def _end(host: Host, target: Target) -> None:
    number = ("--tid", str(target.number))
    for address in target.addresses:
        _adm(host, "target", "unbind", *number, "--initiator-address", address)
    for session, connection in target.connections:
        _adm(host, "conn", "delete", *number, "--sid", str(session), "--cid", str(connection))
    if _adm(host, "target", "delete", "--force", *number).status:
        host.run(("sleep", "0.1"))


def _adm(host: Host, mode: str, verb: str, *more: str) -> Completed:
    return host.run((*_TGTADM, "--mode", mode, "--op", verb, *more), timeout_s=30)


def _told(done: Completed) -> str:
    if done.status == 0:
        return done.out
    words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
    away = "can't connect" in words or "Connection refused" in words or "No such file" in words
    raise StepError(Category.UNAVAILABLE if away else Category.REFUSED, f"tgtd: {words}", _HINT)

"""Opens boots: who asks for a script, what they may boot, and the token that proves it later."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from openqrm.boot.events import event
from openqrm.boot.writer import Taken
from openqrm.domain.appliance import BootProfile
from openqrm.domain.boot import Boot
from openqrm.domain.event import Event, Severity
from openqrm.domain.names import parse_mac
from openqrm.domain.resource import SELF, Resource
from openqrm.ports.boot import Machines


@dataclass(frozen=True, kw_only=True)
class ScriptAsk:
    """What firmware says of its machine; all but the MAC is only told on."""

    mac: str
    arch: str = ""
    nic: str = ""
    product: str = ""
    peer: str = ""


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A boot with its token, which exists here and in the script, and nowhere else."""

    resource: Resource
    boot: Boot
    token: str
    profile: BootProfile | None


def resource_name(mac: str) -> str:
    """The name of a machine that nobody has named."""
    return "m-" + mac.replace(":", "")


def digest_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def parse_ask(query: dict[str, str], peer: str) -> ScriptAsk:
    """Raises PlanningError when it names no MAC."""
    mac = parse_mac(query.get("mac", "")[:64])
    arch, nic, product = (query.get(key, "")[:64] for key in ("arch", "nic", "product"))
    return ScriptAsk(mac=mac, arch=arch, nic=nic if set(nic) <= _NIC else "", product=product, peer=peer)


def open_boots(machines: Machines, asks: Sequence[ScriptAsk], *, most_strangers: int) -> Taken[Opened]:
    """A boot for each ask, in place of the resource's older one; unknown MACs become resources.

    Of those that never register, only so many are kept: a MAC is quickly invented.
    """
    resources = machines.find_by_mac({ask.mac for ask in asks})
    unknown = {ask.mac: ask for ask in asks if ask.mac not in resources}
    resources |= _discover(machines, list(unknown.values()), most_strangers)
    names = {resource.name for resource in resources.values()}
    profiles = machines.find_many(BootProfile, names)
    now_s = time.time()
    opened = [_open(resources[ask.mac], profiles.get(resources[ask.mac].name), now_s) for ask in asks]
    last = {each.resource.name: each.boot for each in opened}
    machines.put_boots(list(last.values()))
    machines.put_observations([(boot.resource, _first_sight(boot)) for boot in last.values()])
    return Taken(opened, frozenset(last) & frozenset(profiles) | frozenset(_claimed(opened)))


def _discover(machines: Machines, asks: Sequence[ScriptAsk], most_strangers: int) -> dict[str, Resource]:
    if not asks:
        return {}
    taken = machines.find_many(Resource, [resource_name(ask.mac) for ask in asks])
    found = {ask.mac: Resource(name=_free_name(ask.mac, taken), mac=ask.mac, address="") for ask in asks}
    machines.add_resources(list(found.values()))
    machines.emit([_discovered(found[ask.mac], ask) for ask in asks])
    if machines.forget_strangers(most_strangers):
        machines.emit([_forgotten(most_strangers)])
    return found


def _free_name(mac: str, taken: dict[str, Resource]) -> str:
    """Somebody may have given this machine's name to another one by hand."""
    name = resource_name(mac)
    return f"{name}-{secrets.token_hex(2)}" if name in taken else name


def _open(resource: Resource, profile: BootProfile | None, now_s: float) -> Opened:
    token = secrets.token_urlsafe(32)
    boot = Boot(
        resource=resource.name,
        boot_id=f"{resource.name}.{secrets.token_hex(8)}",
        token_sha256=digest_of(token),
        profile=profile.appliance if profile else "",
        profile_id=profile.id if profile else 0,
        opened_s=now_s,
    )
    return Opened(resource=resource, boot=boot, token=token, profile=profile)


def _first_sight(boot: Boot) -> dict[str, object]:
    return {
        "power": "on",
        "boot_id": boot.boot_id,
        "profile": boot.profile,
        "milestone": "script",
        "failure": "",
        "connected": False,
        "last_seen_s": boot.opened_s,
    }


def _claimed(opened: Sequence[Opened]) -> set[str]:
    """Plans wait for machines that come back to idle as well, and those are claimed still."""
    return {each.resource.name for each in opened if each.resource.claimed_by}


def _discovered(resource: Resource, ask: ScriptAsk) -> Event:
    product = f"; its firmware calls it {ask.product!r}" if ask.product else ""
    text = f"A machine with MAC {ask.mac} asked for its boot script from {ask.peer or 'an unknown address'}{product}"
    return event("resource.discovered", resource.name, Severity.NOTICE, text)


def _forgotten(most: int) -> Event:
    """Always the same, so that a flood of machines is no flood of events."""
    text = f"More than {most} machines asked for a boot script and never registered: the oldest of them were forgotten"
    return event("resource.forgotten", SELF, Severity.WARNING, text)


_NIC = frozenset("0123456789abcdefABCDEF:")

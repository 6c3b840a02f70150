"""Registers machines: the token is good once, for one key; the answer says what to become."""

from __future__ import annotations

import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from openqrm.boot.events import event
from openqrm.boot.facts import idle_facts, root_facts
from openqrm.boot.inventory import Inventory, address_of, hardware_of
from openqrm.boot.newcomers import Newcomers
from openqrm.boot.opening import digest_of
from openqrm.boot.writer import Taken
from openqrm.domain.appliance import BootProfile
from openqrm.domain.boot import Boot
from openqrm.domain.errors import Category, OpenqrmError, PlanningError
from openqrm.domain.event import Severity
from openqrm.domain.resource import SELF, Resource
from openqrm.ports.boot import Machines


@dataclass(frozen=True)
class Registration:
    """An inventory and the token that came with it."""

    inventory: Inventory
    token: str
    peer: str

    @property
    def resource(self) -> str:
        return resource_of(self.inventory.boot)


Answer = str | OpenqrmError


def resource_of(boot_id: str) -> str:
    """The resource that a boot is of, as far as its id says; empty for what no id is: one NUL ends a whole batch."""
    resource = boot_id.rpartition(".")[0]
    return resource if resource.isascii() and resource.isprintable() else ""


def register(machines: Machines, asks: Sequence[Registration], *, newcomers: Newcomers) -> Taken[Answer]:
    """Public facts for each whose token holds, else the refusal."""
    boots = machines.find_boots({ask.resource for ask in asks})
    profiles = machines.find_many(BootProfile, [boot.resource for boot in boots.values() if boot.profile])
    own_key = _own_key(machines) if profiles else ""
    holding = [_holds(boots.get(ask.resource), ask) for ask in asks]
    peers = {ask.resource: ask.peer for ask, holds in zip(asks, holding, strict=True) if holds}
    late = newcomers.turn_away(machines, peers, time.time())
    answers: list[Answer] = []
    good: dict[str, Registration] = {}
    for ask, holds in zip(asks, holding, strict=True):
        boot = boots.get(ask.resource)
        if boot is None or not holds or boot.key not in ("", ask.inventory.key):
            answers.append(_refused(machines, boot, ask))
            continue
        answer = late.get(boot.resource) or _facts(boot, profiles.get(boot.resource), own_key)
        if isinstance(answer, str):
            boots[boot.resource] = replace(boot, key=ask.inventory.key)
            good[boot.resource] = ask
        answers.append(answer)
    _write(machines, boots, good)
    return Taken(answers)


def _write(machines: Machines, boots: dict[str, Boot], good: dict[str, Registration]) -> None:
    now_s = time.time()
    machines.put_boots([boots[name] for name in good])
    machines.put_hardware([(name, _hardware(ask)) for name, ask in good.items()])
    machines.put_observations([(name, {"milestone": "registered", "last_seen_s": now_s}) for name in good])


def _hardware(ask: Registration) -> dict[str, object]:
    address = address_of(ask.inventory, ask.peer)
    return hardware_of(ask.inventory) | ({"address": address} if address else {})


def _holds(boot: Boot | None, ask: Registration) -> bool:
    """This boot's token, for the first time or, when an answer was lost, again from the same key."""
    if boot is None:
        return False
    same = hmac.compare_digest(boot.token_sha256, digest_of(ask.token))
    return same and boot.boot_id == ask.inventory.boot and boot.key in ("", ask.inventory.key)


def _own_key(machines: Machines) -> str:
    own = machines.find_many(Resource, [SELF]).get(SELF)
    return own.ssh.own_key if own else ""


def _facts(boot: Boot, profile: BootProfile | None, own_key: str) -> Answer:
    if not boot.profile:
        return idle_facts(boot.resource)
    if profile is None or profile.id != boot.profile_id:
        message = f"the profile that {boot.resource} was to boot has gone meanwhile"
        return PlanningError(Category.CONFLICT, message, "It starts anew and is told what holds now.")
    try:
        return root_facts(profile, own_key)
    except OpenqrmError as error:
        return error


def _refused(machines: Machines, boot: Boot | None, ask: Registration) -> OpenqrmError:
    """A boot id alone is public, so only one that exists is named; the rest is counted under one event."""
    said = f"A registration from {ask.peer} brought a token that is unknown, used or of an older boot"
    machines.emit([event("boot.token-refused", boot.resource if boot else SELF, Severity.WARNING, said)])
    hint = "The machine gets a new one with its next boot script; when it was not started anew, somebody plays it."
    return PlanningError(Category.REFUSED, "this token is unknown, used, or not of this boot", hint)

"""Grants by LIO, the kernel's target: a program that knows rtslib does on the storage what is told it as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from openqrm.domain.errors import Category, StepError
from openqrm.plugin_api.storage.exporting.iscsi.grants import Grant, Served
from openqrm.ports.world import Completed, Host

_PROGRAM = Path(__file__).parent.joinpath("host", "lio.py")
_HINT = "Look whether the storage has python3-rtslib-fb, and what targetcli ls says there."


class Shown(msgspec.Struct, frozen=True):
    """A target as LIO has it, or as it would make it again."""

    there: bool
    fits: bool  # is just what the grant wants
    addresses: tuple[str, ...]


class Answer(msgspec.Struct, frozen=True):
    """What the program prints."""

    live: Shown
    saved: Shown


class Lio:
    """The kernel's iSCSI service."""

    def look(self, host: Host, grant: Grant, password: str | None) -> Served:
        answer = _tell(host, "show", grant, password or "")
        lacks = ""
        if password is not None and not answer.live.fits:
            lacks = f"{grant.address} cannot log in to {grant.iqn}"
        elif password is not None and not answer.saved.fits:
            lacks = "it would not last over a restart of the storage"
        rest = f"there is {grant.iqn}" if answer.live.there else f"{grant.iqn} would come back"
        return Served(answer.live.addresses, lacks, rest if answer.live.there or answer.saved.there else "")

    def allow(self, host: Host, grant: Grant, password: str) -> None:
        _tell(host, "serve", grant, password)

    def refuse(self, host: Host, grant: Grant) -> None:
        _tell(host, "end", grant, "")


def parse_answer(text: str) -> Answer:
    """Raises StepError `unavailable` for anything else than the program prints."""
    try:
        return msgspec.json.decode(text, type=Answer)
    except msgspec.DecodeError as error:
        raise StepError(Category.UNAVAILABLE, f"LIO's answer is none: {error}", _HINT) from None


def _tell(host: Host, verb: Literal["show", "serve", "end"], grant: Grant, password: str) -> Answer:
    wanted = {
        "verb": verb,
        "iqn": grant.iqn,
        "path": grant.path,
        "name": f"openqrm-{grant.volume}",
        "address": grant.address,
        "port": grant.port,
        "initiator": grant.initiator,
        "user": grant.user,
        "password": password,
    }
    argv = ("python3", "-I", "-c", _PROGRAM.read_text())
    return parse_answer(_told(host.run(argv, stdin=msgspec.json.encode(wanted), timeout_s=60)))


def _told(done: Completed) -> str:
    if done.status == 0:
        return done.out
    words = (done.err.strip() or "it said nothing").splitlines()[-1][:300]
    raise StepError(Category.REFUSED, f"LIO: {words}", _HINT)

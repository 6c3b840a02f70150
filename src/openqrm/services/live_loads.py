"""Rows of machines that have reported nothing but statistics: for who shows them, so often and so many at most."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator

from openqrm.adapters.database import Transaction
from openqrm.adapters.database.skims import Page
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.resource import Observation, Resource
from openqrm.plugin_api.listing import FILLED
from openqrm.services.live_rows import LiveRows, Row

EVERY_S = 2.0
MOST = 500  # rows at once; those that were told longest ago come first
MOST_NAMED = 100  # by one client
ALL_HOSTS = "host"
KINDS = ("host", "observation")


class Loads:
    """Such reports are no changes (they leave no row of their own): the observations that are shown are looked at."""

    def __init__(self, rows: LiveRows, every_s: float = EVERY_S) -> None:
        self._rows, self._every_s = rows, every_s
        self._due_s = 0.0
        self._told: dict[str, float] = {}  # resource → when it had been heard

    def read(self, tx: Transaction, shown: Collection[str]) -> list[Row]:
        """What has been heard of since the last time, when it is time; `shown` are references, or ALL_HOSTS."""
        if not shown:
            self._told.clear()
        if not shown or time.monotonic() < self._due_s:
            return []
        self._due_s = time.monotonic() + self._every_s
        wanted = _by_kind(tx, shown)
        news = self._heard(tx, frozenset[str]().union(*wanted.values()))
        found = [(kind, names & news.keys()) for kind, names in wanted.items()]
        self._told |= news
        return [row for kind, names in found if names for row in self._rows.of_kind(tx, kind, names)]

    def _heard(self, tx: Transaction, names: Collection[str]) -> dict[str, float]:
        seen = tx.skims.among(Observation, "name", names, ("name", "last_seen_s")) if names else []
        heard = {each.name: each.last_seen_s for each in seen if each.name in names}
        self._told = {name: at_s for name, at_s in self._told.items() if name in heard}
        news = [name for name, at_s in heard.items() if at_s != self._told.get(name)]
        return {name: heard[name] for name in sorted(news, key=lambda name: self._told.get(name, 0.0))[:MOST]}


def check_load(references: Collection[str]) -> None:
    """Raises PlanningError `bad_input`."""
    hint = "There are: host, host/NAME, observation/NAME."
    if len(references) > MOST_NAMED:
        raise PlanningError(Category.BAD_INPUT, f"the load of more than {MOST_NAMED} objects is asked for", hint)
    for each in references:
        kind, _, name = each.partition("/")
        if each != ALL_HOSTS and (kind not in KINDS or not name):
            raise PlanningError(Category.BAD_INPUT, f"{each[:80]!r} has no load", hint)


def _by_kind(tx: Transaction, shown: Collection[str]) -> dict[str, frozenset[str]]:
    """The names of resources that are shown as a row of this kind."""
    wanted = {kind: frozenset(_named(kind, shown)) for kind in KINDS}
    if ALL_HOSTS in shown:
        hosts = tx.skims.page(Resource, Page(), {"carries": FILLED}, ("name",))
        wanted["host"] |= {host.name for host in hosts}
    return wanted


def _named(kind: str, shown: Collection[str]) -> Iterator[str]:
    return (each.removeprefix(f"{kind}/") for each in shown if each.startswith(f"{kind}/"))

"""The checks of the first set-up: what is there, what works, and which intent mends what does not."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, get_args

import msgspec

from openqrm.domain.errors import OpenqrmError
from openqrm.planning.site import CheckRow, CheckSite, Part, Sentence
from openqrm.plugin_api.checks import Check, Mend, say
from openqrm.plugin_api.intents import Declared, Query
from openqrm.plugin_api.planning import Reading
from openqrm.plugin_host.host import PluginHost
from openqrm.services.looks_around import Look, failed, look_at_dhcp, look_at_networks, look_at_programs
from openqrm.services.looks_at_stock import look_at_hosts, look_at_kernels, look_at_machines, look_at_storages

FindIntent = Callable[[str], type[Declared] | None]
AT_ONCE = 8


def answer_check(query: CheckSite, reading: Reading, plugins: PluginHost, find_intent: FindIntent) -> list[CheckRow]:
    """Records are read first; then the world is looked at, several places at once."""
    parts: tuple[Part, ...] = (query.part,) if query.part else get_args(Part)
    looks = [(part, look) for part in parts for look in LOOKS[part](reading, plugins)]
    with ThreadPoolExecutor(AT_ONCE, "check") as pool:
        found = list(pool.map(lambda each: _looked(each[1]), looks))
    return [_row(part, check, find_intent) for (part, _), checks in zip(looks, found, strict=True) for check in checks]


def _looked(look: Look) -> list[Check]:
    try:
        return list(look())
    except OpenqrmError as error:
        return [failed(say("this machine"), "", error)]


def _row(part: Part, check: Check, find_intent: FindIntent) -> CheckRow:
    mend = check.mend or Mend("")
    declared = find_intent(mend.intent)
    return CheckRow(
        part=part, verdict=check.verdict, about=check.about,
        looked_at=str(check.looked_at), seen=str(check.seen), do=str(check.do), told=sentences(check),
        intent=mend.intent, fields=[*mend.fields.items()],
        command=render_command(declared, mend.fields) if declared else "",
    )  # fmt: skip


def sentences(check: Check) -> dict[str, Sentence]:
    """By the field of the row that they are."""
    said = {"looked_at": check.looked_at, "seen": check.seen, "do": check.do}
    return {name: Sentence(each.text, {**each.facts}) for name, each in said.items() if each.text}


def render_command(declared: type[Declared], fields: Mapping[str, str]) -> str:
    """The command of an intent; what has to be said and is not known yet stands there in capitals."""
    needed = [each.name for each in msgspec.structs.fields(declared) if each.required]
    words = [shlex.quote(fields[name]) if name in fields else name.upper() for name in needed]
    more = [f"--{name.replace('_', '-')} {shlex.quote(text)}" for name, text in fields.items() if name not in needed]
    return " ".join(["openqrm", declared.noun, declared.verb, *words, *more])


LOOKS: dict[Part, Callable[[Reading, PluginHost], Iterator[Look]]] = {
    "network": look_at_networks,
    "dhcp": look_at_dhcp,
    "programs": look_at_programs,
    "kernel": look_at_kernels,
    "storage": look_at_storages,
    "hosts": look_at_hosts,
    "machines": look_at_machines,
}
# These are also given the plugins that are here, and all that can be asked for.
FINDING: dict[type[Query], Callable[..., Any]] = {CheckSite: answer_check}

"""Whether addresses are given on each network by one server and no more."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import msgspec

from openqrm.plugin_api import SELF, Category, Network, StepError, World
from openqrm.plugin_api.checks import Check, Mend, Said, Verdict, say
from openqrm_plugins.dhcpd.asking import LOOK_S, Heard

LOOKED_AT = say("DHCP servers that answer")


def look(world: World, networks: Sequence[Network]) -> tuple[Check, ...]:
    """Asks on all networks at once, as a machine that boots would. Raises StepError `unavailable`."""
    asked = [network for network in networks if network.interface and network.address and network.dhcp != "off"]
    if not asked:
        return ()
    argv = (sys.executable, "-m", "openqrm_plugins.dhcpd.asking", *dict.fromkeys(each.interface for each in asked))
    told = world.host(SELF).run(argv, timeout_s=LOOK_S + 10)
    try:
        heard = msgspec.json.decode(told.out, type=dict[str, Heard])
    except msgspec.DecodeError:
        message = f"nobody could be asked for DHCP servers: {told.err.strip()[-300:]}"
        raise StepError(Category.UNAVAILABLE, message, "openQRM needs to run as root for it.") from None
    return tuple(judged(network, heard) for network in asked)


def judged(network: Network, heard: Mapping[str, Heard]) -> Check:
    """What was heard on a network's interface, by what the network is to be."""
    told = heard.get(network.interface, Heard(fault="it was not asked there"))
    others = [offer.by for offer in told.offers if offer.by != network.address]
    named = ", ".join(others)
    on = network.interface
    if told.fault:
        seen = say("cannot ask on {interface}: {fault}", interface=on, fault=told.fault)
        return _wrong(network, seen, say("Is the interface up?"), {})
    if network.dhcp == "proxy":
        if others:
            return _good(network, say("{servers} gives the addresses on {interface}", servers=named, interface=on))
        do = say("Switch the other server on, or let openQRM give the addresses (dhcp: full, with a range).")
        return _wrong(network, say("nobody gives addresses on {interface}", interface=on), do, {"dhcp": "full"})
    if others:
        do = say(
            "Two of them give out the same addresses twice: switch the other one off, or serve beside it (dhcp: proxy)."
        )
        seen = say("{servers} answers on {interface}", servers=named, interface=on)
        return _wrong(network, seen, do, {"dhcp": "proxy"})
    if not (network.first and network.last):
        seen = say("it has no range of addresses for machines")
        return _wrong(network, seen, say("Give it first and last."), {"first": ""})
    return _good(network, say("nobody but openQRM on {interface}", interface=on))


def _good(network: Network, seen: Said) -> Check:
    return Check(about=network.ref, looked_at=LOOKED_AT, verdict=Verdict.GOOD, seen=seen)


def _wrong(network: Network, seen: Said, do: Said, fields: Mapping[str, str]) -> Check:
    mend = Mend("network.edit", {"name": network.name} | {key: text for key, text in fields.items() if text})
    return Check(
        about=network.ref, looked_at=LOOKED_AT, verdict=Verdict.WRONG, seen=seen, do=do, mend=mend if fields else None
    )

"""Which interfaces can tell iPXE that nobody routes IPv6: a router advertisement needs an address of its own prefix."""

from __future__ import annotations

ADDRESSES = "/proc/net/if_inet6"
_LINK_LOCAL = "20"  # the kernel's word for the scope


def find_mute(listed: str, interfaces: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the interfaces that have no IPv6 address but the one of their link, by /proc/net/if_inet6."""
    fields = (line.split() for line in listed.splitlines())
    speaking = {words[5] for words in fields if len(words) == 6 and words[3] != _LINK_LOCAL}
    return tuple(name for name in interfaces if name not in speaking)


def render_advice(interface: str) -> str:
    """What the operator is told."""
    return (
        f"{interface} has no IPv6 address: no router advertisement is sent there, and iPXE waits up to 13 s for one at "
        f"every boot. Give it one, any: ip addr add fd77::1/64 dev {interface}"
    )

"""The one place where names, addresses and MACs from outside become values."""

from __future__ import annotations

import ipaddress
import re

from openqrm.domain.errors import Category, PlanningError

NAME_PATTERN = r"^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$"
MAC_PATTERN = r"^[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}$"
_NAME = re.compile(NAME_PATTERN, re.ASCII)
_MAC = re.compile(MAC_PATTERN, re.ASCII)


def parse_name(text: str) -> str:
    """A name: a host name label, for it becomes one in DNS, in file names and on the kernel line."""
    if not _NAME.fullmatch(text) or text.endswith("\n"):
        raise PlanningError(
            Category.BAD_INPUT,
            f"{text[:80]!r} is not a name",
            "Use 1 to 63 lower-case letters, digits and dashes, beginning with a letter, not ending with a dash.",
        )
    return text


def parse_mac(text: str) -> str:
    """A MAC address, lower case with colons."""
    if not _MAC.fullmatch(text) or text.endswith("\n"):
        raise PlanningError(
            Category.BAD_INPUT, f"{text[:80]!r} is not a MAC address", "Write it like 52:54:00:12:34:56."
        )
    return text.lower().replace("-", ":")


def parse_address(text: str) -> str:
    """An IPv4 or IPv6 address in its shortest form."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise PlanningError(
            Category.BAD_INPUT, f"{text[:80]!r} is not an IP address", "Write it like 10.0.0.7 or fd00::7."
        ) from None

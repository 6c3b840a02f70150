"""The one place where names, addresses and MACs from outside become values."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re

from openqrm.domain.errors import Category, PlanningError

NAME_PATTERN = r"^[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$(?!\n)"
MAC_PATTERN = r"^[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}$(?!\n)"
HOST_KEY_TYPES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
_NAME = re.compile(NAME_PATTERN, re.ASCII)
_MAC = re.compile(MAC_PATTERN, re.ASCII)
_ARGUMENT = re.compile(r"[A-Za-z0-9._:/@+=,%!*()\[\]-]+", re.ASCII)


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


def parse_host_key(text: str) -> str:
    """An SSH host key as `TYPE BASE64`, out of a line of ssh-keyscan or of the host's own ssh_host_ed25519_key.pub."""
    words = text.split()
    start = 1 if words and words[0] not in HOST_KEY_TYPES else 0  # ssh-keyscan begins with the address
    if len(words) < start + 2 or not _is_key(*words[start : start + 2]):
        raise PlanningError(
            Category.BAD_INPUT,
            f"{text[:80]!r} is not an SSH host key",
            "Give the line that ssh-keyscan -t ed25519 ADDRESS prints, once you have compared it with the host's own.",
        )
    return " ".join(words[start : start + 2])


def _is_key(kind: str, encoded: str) -> bool:
    """Whether it is Base64 that begins with its own kind, as RFC 4253 writes keys."""
    try:
        blob = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    head = len(kind).to_bytes(4) + kind.encode()
    return kind in HOST_KEY_TYPES and blob.startswith(head) and len(blob) >= len(head) + 32


def parse_arguments(text: str) -> list[str]:
    """Words for a kernel line. Raises PlanningError for what a script would take for something else."""
    words = text.split()
    if bad := [word for word in words if not _ARGUMENT.fullmatch(word)]:
        raise PlanningError(
            Category.BAD_INPUT,
            f"{bad[0][:80]!r} cannot stand on a kernel line",
            "Change the arguments of the kernel or the appliance: no quotes, no $, no |, no &.",
        )
    return words

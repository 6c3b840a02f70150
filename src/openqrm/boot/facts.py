"""Facts for machines: KEY=VALUE lines that a shell reads line by line, so nothing else may stand in them."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from openqrm.boot.password import hash_password
from openqrm.domain.appliance import BootProfile
from openqrm.domain.errors import Category, PlanningError
from openqrm.ports.world import Vault

_LINE = re.compile(r"[a-z][a-z0-9_]*=[A-Za-z0-9._:/@+=,-]*", re.ASCII)
_VOLUMES = ("root_", "install_", "transfer_")


def render_facts(facts: Iterable[tuple[str, str]]) -> str:
    """Raises PlanningError for what a machine's shell must not read."""
    lines = [f"{key}={value}" for key, value in facts]
    for line in lines:
        if not _LINE.fullmatch(line):
            key = line.partition("=")[0][:40]
            raise PlanningError(
                Category.BAD_INPUT,
                f"the fact {key!r} cannot be given to a machine as it is",
                "Letters, digits and . _ : / @ + = , - only: rename the path or the volume.",
            )
    return "".join(f"{line}\n" for line in lines)


def idle_facts(resource: str) -> str:
    """Stay in the initrd."""
    return render_facts([("role", "idle"), ("resource", resource), ("hostname", resource)])


def root_facts(profile: BootProfile, own_key: str) -> str:
    """Become this appliance; what is secret is not here, and whether there is anything secret to wait for is.

    `own_key` is this installation's public key, let in beside the image's.
    """
    known = [("role", "appliance"), ("resource", profile.name), ("hostname", profile.appliance)]
    public = [(_prefixed(key), value) for key, value in profile.root if key != "authorized_keys"]
    end = [] if profile.secrets else [("profile", "none")]
    keys = "\n".join(filter(None, [dict(profile.root).get("authorized_keys", ""), own_key]))
    if keys:
        end.append(("authorized_keys", _packed(f"{keys}\n")))
    return render_facts([*known, ("root_type", profile.root_type), *public, *end])


def secret_facts(profile: BootProfile, vault: Vault) -> str:
    """What only the uplink carries."""
    facts = []
    for key, reference in profile.secrets:
        secret = vault.reveal(reference)
        if key == "root_password":
            facts.append(("root_password_hash", _packed(hash_password(secret))))
        else:
            facts.append((_prefixed(key), secret))
    return render_facts(facts)


def transfer_types(profile: BootProfile) -> list[str]:
    """The types of volumes, beside the root's, that this boot copies from or to."""
    return [value for key, value in profile.root if key in ("install_type", "transfer_type")]


def _prefixed(key: str) -> str:
    """Drivers name the facts of their root alone; those of a transfer come with their prefix."""
    return key if key.startswith(_VOLUMES) else f"root_{key}"


def _packed(text: str) -> str:
    return base64.b64encode(text.encode()).decode()

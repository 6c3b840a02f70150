"""A boot: one run of a machine from its boot script on, proven by a token that is good for it alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Boot:
    """The boot a resource is in. A newer one takes the place of the older."""

    resource: str
    boot_id: str  # RESOURCE.RANDOM
    token_sha256: str  # in hex; the token itself is nowhere kept
    key: str = ""  # `ssh-ed25519 …`, made on the machine; the first registration with the token sets it, for good
    profile: str = ""  # the appliance whose profile the script was rendered with; empty: idle
    profile_id: int = 0  # that very profile: the same appliance may have another one by now
    opened_s: float = 0.0

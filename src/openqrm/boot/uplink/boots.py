"""Which boot a login is of, and what secrets that boot may have."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from openqrm.boot.facts import secret_facts
from openqrm.boot.writer import Taken
from openqrm.domain.appliance import BootProfile
from openqrm.domain.boot import Boot
from openqrm.domain.errors import Category, StepError
from openqrm.ports.boot import Machines
from openqrm.ports.records import Records
from openqrm.ports.world import Vault


def find_boots(machines: Machines, resources: Sequence[str]) -> Taken[Boot | None]:
    """The boot that each of these resources is in."""
    boots = machines.find_boots(set(resources))
    return Taken([boots.get(resource) for resource in resources])


def secrets_of(records: Records, vault: Vault) -> Callable[[Boot], str]:
    """Gives the secret facts of a boot: of that very profile with which its token was issued, and of no other."""

    def secrets(boot: Boot) -> str:
        profile = records.find(BootProfile, boot.resource) if boot.profile else None
        if profile is None or profile.id != boot.profile_id:
            raise StepError(
                Category.REFUSED, f"the profile that {boot.resource} booted with is over", "Let it boot anew."
            )
        return secret_facts(profile, vault)

    return secrets

"""Leave to reach volumes: who writes one, for how long, and how that ends."""

from __future__ import annotations

from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Storage, Volume
from openqrm.planning.order import after
from openqrm.plugin_api.actions import MakeSecret, SetField
from openqrm.plugin_api.drivers import Machine
from openqrm.plugin_api.planning import Planning


def machine_of(resource: Resource) -> Machine:
    """The resource as grants and names know it."""
    return Machine(resource=resource.name, mac=resource.mac, address=resource.address)


def writer_steps(volume: Volume, storage: Storage, resource: Resource, planning: Planning) -> list[Step]:
    """One writer is first written down, then made so on the storage."""
    note = SetField(
        "volume", volume.name, "granted_to", resource.name, "", f"Make {resource.name} the one writer of {volume.name}"
    )
    secret = f"grant-{volume.name}"
    steps = [
        Step(id="writer", action=note, why="a volume has one writer", needs=("claim",)),
        Step(id="secret", action=MakeSecret(secret), why="each grant has its own secret", needs=("writer",)),
    ]
    granted = planning.drivers.storage(storage).plan_grant(storage, volume, machine_of(resource), secret)
    return steps + after(granted, "secret")


def other_grant_steps(volume: Volume, resource: Resource, planning: Planning) -> list[Step]:
    """Leave to reach the other side of a transfer, for this boot."""
    storage, secret = planning.facts.get(Storage, volume.storage), f"grant-{volume.name}"
    say = f"Let {resource.name} reach {volume.name} for a transfer"
    note = SetField("volume", volume.name, "granted_to", resource.name, "", say)
    steps = [
        Step(id=f"writer-{volume.name}", action=note, why="a volume has one user", needs=("claim",)),
        Step(id=f"secret-{volume.name}", action=MakeSecret(secret), why="each grant has its own secret"),
    ]
    granted = planning.drivers.storage(storage).plan_grant(storage, volume, machine_of(resource), secret)
    return after((*steps, *granted), "claim")

"""Transfers at a boot, single shot: an image is filled from one volume, or copied to another."""

from __future__ import annotations

from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.planning.grants import grant_steps, granted, lend_steps, loan_of, reclaim_steps, revoke_steps
from openqrm.planning.record_plans import refuse_in_use
from openqrm.plugin_api.actions import SetField
from openqrm.plugin_api.planning import Planning
from openqrm.plugin_api.tied import InOneMachine
from openqrm.ports.records import Facts

FIELDS = {"install": "install_from", "transfer": "transfer_to"}  # by the prefix of their facts for the machine


def transfers_of(image: Image, resource: Resource, facts: Facts) -> dict[str, Volume]:
    """The volumes that the next boot copies from (`install`) or to (`transfer`), this one granted."""
    wished = {
        prefix: facts.get(Volume, getattr(image, field)) for prefix, field in FIELDS.items() if getattr(image, field)
    }
    if target := wished.get("transfer"):
        refuse_overwriting(target, facts)
        wished["transfer"] = granted(target, resource, facts)
    return wished


def only_machine(image: Image, planning: Planning) -> str:
    """The machine that alone reaches a volume which the next boot mounts; empty: none is so."""
    facts = planning.facts
    names = (image.volume, *(getattr(image, field) for field in FIELDS.values()))
    for volume in (facts.get(Volume, name) for name in names if name):
        storage = facts.get(Storage, volume.storage)
        driver = planning.drivers.storage(storage)
        if isinstance(driver, InOneMachine):
            return driver.machine_of(storage, volume)
    return ""


def refuse_overwriting(volume: Volume, facts: Facts) -> None:
    """Raises PlanningError `conflict` when what is on the volume is somebody's."""
    users = [*facts.list(Image, volume=volume.name), *facts.list(Volume, source=volume.name)]
    refuse_in_use(volume, users, "A transfer would overwrite it: create another volume to copy to.")


def begin_steps(others: dict[str, Volume], resource: Resource, planning: Planning) -> list[Step]:
    """Leave to reach the other sides, for this boot."""
    steps: list[Step] = []
    if source := others.get("install"):
        steps += lend_steps(loan_of(source, resource), planning, "claim")
    if target := others.get("transfer"):
        steps += grant_steps(target, planning, "claim")
    return steps


def end_steps(
    image: Image, others: dict[str, Volume], kept: frozenset[str], resource: Resource, planning: Planning
) -> list[Step]:
    """Once the appliance is up a transfer is over: its wish is cleared and nobody reaches the other side."""
    steps: list[Step] = []
    for prefix, volume in others.items():
        if prefix in kept:
            continue
        field = FIELDS[prefix]
        clear = SetField("image", image.name, field, "", volume.name, f"Clear {field} of image {image.name}")
        steps.append(Step(id=field.replace("_", "-"), action=clear, why="it is single shot", needs=("profile-later",)))
        if prefix == "install":
            steps += reclaim_steps(loan_of(volume, resource), planning, "profile-later")
        else:
            steps += revoke_steps(volume, planning, "profile-later")
    return steps

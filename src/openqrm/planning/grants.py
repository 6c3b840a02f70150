"""Leave to reach volumes: who writes one, for how long, and how that ends."""

from __future__ import annotations

from dataclasses import replace

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.domain.storage import Grant, Loan, Storage, Volume
from openqrm.domain.vm import VirtualMachine
from openqrm.planning.order import after
from openqrm.plugin_api.actions import ForgetSecret, MakeSecret, put, remove
from openqrm.plugin_api.drivers import Machine, TransferDriver
from openqrm.plugin_api.planning import Planning
from openqrm.ports.records import Facts

TRANSFER_HINT = "Take a volume by NFS, or a disk of the machine itself (local-disk)."


def machine_of(resource: Resource) -> Machine:
    """The resource as grants and names know it."""
    return Machine(resource=resource.name, mac=resource.mac, address=resource.address)


def writer_of(volume: Volume) -> Machine:
    """The machine as it was when the volume was granted to it: its address may be another one by now."""
    return Machine(resource=volume.granted_to, mac=volume.grant.mac, address=volume.grant.address)


def granted(volume: Volume, resource: Resource, facts: Facts) -> Volume:
    """The volume once RESOURCE may write it. Raises PlanningError `conflict` when another one may, or reads it.

    No two grants have a secret of the same name, so that none is taken for what an abandoned plan left in the vault.
    """
    _refuse_written(volume)
    if readers := [loan.resource for loan in facts.list(Loan, volume=volume.name)]:
        message = f"volume {volume.name} is being read by {', '.join(readers[:5])}"
        raise PlanningError(Category.CONFLICT, message, "Stop the appliances that run there: they copy from it.")
    secret = f"grant-{volume.name}.{volume.id}.{volume.version}"
    grant = Grant(mac=resource.mac, address=resource.address, secret=secret)
    return replace(volume, granted_to=resource.name, grant=grant)


def _refuse_written(volume: Volume) -> None:
    if volume.granted_to:
        message = f"volume {volume.name} is granted to {volume.granted_to}"
        hint = "Stop the appliance that runs there; a volume has one writer."
        raise PlanningError(Category.CONFLICT, message, hint)


def granted_volumes(resource: Resource, facts: Facts) -> list[Volume]:
    """What an appliance on this resource writes; the own disks of a VM stay with it."""
    vm = facts.find(VirtualMachine, resource.name) if resource.host else None
    own = vm.disks if vm else ()
    return [volume for volume in facts.list(Volume, granted_to=resource.name) if volume.name not in own]


def free(volume: Volume) -> Volume:
    """The volume once nobody may write it."""
    return replace(volume, granted_to="", grant=Grant())


def grant_steps(volume: Volume, planning: Planning, need: str) -> list[Step]:
    """To a volume as `granted` makes it: one writer is first written down, then made so on the storage."""
    storage = planning.facts.get(Storage, volume.storage)
    note = put(volume, free(volume), f"Make {volume.granted_to} the one writer of {volume.name}")
    secret = volume.grant.secret
    steps = (
        Step(id=f"writer-{volume.name}", action=note, why="a volume has one writer"),
        Step(id=f"secret-{volume.name}", action=MakeSecret(secret), why="each grant has its own secret"),
    )
    made = planning.drivers.storage(storage).plan_grant(storage, volume, writer_of(volume), secret)
    return after((*steps, *made), need)


def revoke_steps(volume: Volume, planning: Planning, need: str) -> list[Step]:
    """From a granted volume to one without a writer."""
    storage = planning.facts.get(Storage, volume.storage)
    secret = volume.grant.secret
    ended = planning.drivers.storage(storage).plan_revoke(storage, volume, writer_of(volume), secret)
    note = put(free(volume), volume, f"{volume.name} has no writer")
    over = (
        Step(id=f"forget-{volume.name}", action=ForgetSecret(secret), why="the grant is over"),
        Step(id=f"free-{volume.name}", action=note, why=f"{volume.granted_to} has left it"),
    )
    return after((*ended, *over), need)


def loan_of(volume: Volume, resource: Resource) -> Loan:
    """Leave for RESOURCE to read the volume. Raises PlanningError `conflict` when somebody may write it."""
    _refuse_written(volume)
    return Loan(
        name=f"{volume.name}.{resource.name}", volume=volume.name, resource=resource.name, mac=resource.mac,
        address=resource.address,
    )  # fmt: skip


def lend_steps(loan: Loan, planning: Planning, need: str) -> list[Step]:
    """Written down first, then made so on the storage."""
    volume = planning.facts.get(Volume, loan.volume)
    storage, driver = _transfer_driver(volume, planning)
    note = put(loan, planning.facts.find(Loan, loan.name), f"Write down that {loan.resource} reads {volume.name}")
    step = Step(id=f"reader-{volume.name}", action=note, why="nobody may write it meanwhile")
    return after((step, *driver.plan_lend(storage, volume, _reader(loan))), need)


def reclaim_steps(loan: Loan, planning: Planning, need: str) -> list[Step]:
    """From a loan to none."""
    volume = planning.facts.get(Volume, loan.volume)
    storage, driver = _transfer_driver(volume, planning)
    note = remove(loan, f"{loan.resource} no longer reads {volume.name}")
    step = Step(id=f"unread-{volume.name}", action=note, why="the loan is over")
    return after((*driver.plan_reclaim(storage, volume, _reader(loan)), step), need)


def _reader(loan: Loan) -> Machine:
    return Machine(resource=loan.resource, mac=loan.mac, address=loan.address)


def _transfer_driver(volume: Volume, planning: Planning) -> tuple[Storage, TransferDriver]:
    storage = planning.facts.get(Storage, volume.storage)
    driver = planning.drivers.storage(storage)
    if not isinstance(driver, TransferDriver):
        message = f"volume {volume.name} cannot be copied from: {storage.type} lends nothing"
        raise PlanningError(Category.UNSUPPORTED, message, TRANSFER_HINT)
    return storage, driver

"""Taking over what a storage held before openQRM came, and giving it back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from msgspec import Meta

from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.plan import Plan, Reversal
from openqrm.domain.storage import Storage, Volume
from openqrm.domain.user import Role
from openqrm.planning.fields import Name
from openqrm.planning.record_plans import new_name, plan_of
from openqrm.planning.volume import refuse_used
from openqrm.plugin_api.adopting import AdoptsVolumes
from openqrm.plugin_api.intents import Intent, refers_to
from openqrm.plugin_api.planning import Planning


class AdoptVolume(Intent, noun="volume", verb="adopt", role=Role.ADMINISTRATOR):
    """Take what a storage holds already, and openQRM did not make, for a volume. Its data stays as it is.

    It lies where the storage has its volumes, is of their form, and nobody uses it: what is mounted, exported or open
    is refused. From then on it is a volume as any other, which can be granted, cloned and removed. `volume inspect`
    lists what is foreign on a storage, and `volume forget` gives it back.
    """

    name: Annotated[Name, Meta(description="a name for it: the one that it has on the storage")]
    storage: Annotated[Name, refers_to("storage"), Meta(description="the storage")]


class ForgetVolume(Intent, noun="volume", verb="forget", role=Role.ADMINISTRATOR):
    """Forget a volume. On its storage it stays as it is, with all data, and nothing here touches it any more.

    `volume adopt` has it back. It must not be granted, and no image and no clone may need it.
    """

    name: Annotated[Name, refers_to("volume"), Meta(description="the volume")]


def plan_adopt_volume(intent: AdoptVolume, planning: Planning) -> Plan:
    new_name(planning.facts, Volume, intent.name)
    volume = Volume(name=intent.name, storage=intent.storage)
    storage, driver = _adopter(volume, planning)
    title = f"Take {volume.name} on {storage.name} for a volume, as it is"
    plan = plan_of(intent, title, driver.plan_adopt(storage, volume), about=volume, past="adopted")
    return replace(plan, reversal=Reversal("volume.forget", {"name": volume.name}))


def plan_forget_volume(intent: ForgetVolume, planning: Planning) -> Plan:
    volume = planning.facts.get(Volume, intent.name)
    refuse_used(volume, planning.facts)
    storage, driver = _adopter(volume, planning)
    title = f"Forget volume {volume.name} and leave it on {storage.name} as it is"
    return plan_of(intent, title, driver.plan_forget(storage, volume), about=volume, past="forgotten")


def _adopter(volume: Volume, planning: Planning) -> tuple[Storage, AdoptsVolumes]:
    storage = planning.facts.get(Storage, volume.storage)
    driver = planning.drivers.storage(storage)
    if not isinstance(driver, AdoptsVolumes):
        message = f"{storage.type} holds nothing that could be taken over or left there"
        raise PlanningError(Category.UNSUPPORTED, message, "Create a volume there, or remove it.")
    return storage, driver


PLANNERS = {AdoptVolume: plan_adopt_volume, ForgetVolume: plan_forget_volume}

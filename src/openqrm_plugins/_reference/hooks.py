"""An answer to each hook; a plugin writes those it needs."""

from __future__ import annotations

from openqrm.plugin_api import Appliance, Facts, Intent, Kernel, Record, Resource, Step
from openqrm.plugin_api.hooks import CloudProduct, MenuItem, Panel, Phase, hookimpl
from openqrm_plugins._reference.actions import TearNote
from openqrm_plugins._reference.settings import Settings


@hookimpl
def check_intent(intent: Intent, user: str) -> str | None:
    """Nobody starts an appliance on the fly."""
    if (intent.noun, intent.verb) == ("appliance", "start") and user == "nobody":
        return "nobody may start an appliance"
    return None


@hookimpl
def extra_steps(intent: Intent, phase: Phase, settings: Settings) -> tuple[Step, ...]:
    """An appliance that is removed leaves no note."""
    if phase != "last" or (intent.noun, intent.verb) != ("appliance", "remove"):
        return ()
    name = str(getattr(intent, "name", ""))
    action = TearNote(settings.directory, name, "")
    return (Step(id=f"reference-tear-{name}", action=action, why=f"{name} is no more"),)


@hookimpl
def boot_arguments(resource: Resource, appliance: Appliance) -> str:
    return f"reference={appliance.name}.{resource.name}"


@hookimpl
def initrd_fragments(kernel: Kernel) -> tuple[str, ...]:
    return ("reference",) if kernel.default else ()


@hookimpl
def cloud_products() -> tuple[CloudProduct, ...]:
    return (CloudProduct(name="note", title="A note", unit="note", price_ccu=1),)


@hookimpl
def panels(record: Record, facts: Facts) -> tuple[Panel, ...]:
    if record.kind != "appliance":
        return ()
    claimed = facts.list(Resource, claimed_by=record.name)
    return (Panel(title="Note", rows=(("runs on", ", ".join(r.name for r in claimed) or "nothing"),)),)


@hookimpl
def menu_items() -> tuple[MenuItem, ...]:
    return (MenuItem(title="Notes", noun="note"),)

"""Which resource an appliance may run on, and why the others may not: a pure function with reasons."""

from __future__ import annotations

from openqrm.domain.appliance import Appliance
from openqrm.domain.errors import Category, PlanningError
from openqrm.domain.network import Network
from openqrm.domain.resource import Condition, Observation, Resource, condition
from openqrm.domain.storage import Storage
from openqrm.planning.addresses import misplaced
from openqrm.plugin_api.planning import Planning

USABLE = frozenset({Condition.IDLE, Condition.OFF})


def misfit(appliance: Appliance, resource: Resource, seen: Condition) -> str:
    """Why this resource cannot take the appliance; empty when it can."""
    if resource.claimed_by:
        return f"claimed by {resource.claimed_by}"
    if resource.type != appliance.machine_type:
        return f"is {resource.type}, not {appliance.machine_type}"
    for field, unit in (("cpu_count", "CPUs"), ("cpu_mhz", "MHz"), ("memory_mib", "MiB"), ("nic_count", "NICs")):
        short = getattr(appliance, field) - getattr(resource, field)
        if short > 0:
            return f"{short} {unit} short"
    if seen not in USABLE or (seen is Condition.OFF and not (resource.bmc.driver or resource.host)):
        return f"is {seen}"
    return ""


def _serves(resource: Resource, serving: dict[str, str]) -> str:
    """A storage must not be booted away from under its volumes, nor a host from under its VMs."""
    if resource.name in serving:
        return f"serves storage {serving[resource.name]}"
    return f"is a host of {resource.carries} VMs" if resource.carries else ""


def choose_resource(appliance: Appliance, wish: str, planning: Planning) -> Resource:
    """The resource wished for, or the smallest idle one that fits. Raises PlanningError with a reason for each."""
    facts = planning.facts
    candidates = [facts.get(Resource, wish)] if wish else facts.list(Resource, claimed_by="")
    seen = {r.name: condition(r, facts.find(Observation, r.name), planning.now_s) for r in candidates}
    serving = {storage.resource: storage.name for storage in facts.list(Storage)}
    network = facts.get(Network, appliance.network) if appliance.network else None
    reasons = {
        r.name: _serves(r, serving) or misfit(appliance, r, seen[r.name]) or (misplaced(r, network) if network else "")
        for r in candidates
    }
    fitting = [r for r in candidates if not reasons[r.name]]
    if not fitting:
        told = "; ".join(f"{name}: {why}" for name, why in sorted(reasons.items())[:20]) or "there are none"
        raise PlanningError(
            Category.UNAVAILABLE,
            f"no resource can take appliance {appliance.name}: {told}",
            "Stop an appliance, add a machine, or ask for less.",
        )
    return min(fitting, key=lambda r: (seen[r.name] is not Condition.IDLE, r.memory_mib, r.cpu_count, r.name))

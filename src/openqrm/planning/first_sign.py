"""The first sign of a machine that was switched on: it asks for its boot script, or soon it is clear why not."""

from __future__ import annotations

from openqrm.domain.plan import Step
from openqrm.domain.resource import Resource
from openqrm.planning.boot_profile import boot_before
from openqrm.planning.grants import machine_of
from openqrm.plugin_api.actions import AwaitScript
from openqrm.plugin_api.drivers import HearsMachines
from openqrm.plugin_api.planning import Planning

SELF_TEST_S = 300.0  # memory, controllers and cards of a large machine; then DHCP and the boot loader


def first_sign_step(resource: Resource, appliance: str, planning: Planning, need: str) -> Step:
    """Of a machine whose power a controller switches. Where its firmware is slower, its `timeout_s` is raised."""
    action = AwaitScript(resource.name, appliance, after=boot_before(resource, planning.facts))
    for service in planning.drivers.network_services():
        if isinstance(service, HearsMachines):
            action = service.await_script(action, machine_of(resource), planning.now_s)
    patience_s = float(resource.timeout_s) if resource.host else max(SELF_TEST_S, resource.timeout_s)
    why = "a machine that is on and asks for nothing would be waited for in vain"
    return Step(id="script", action=action, why=why, needs=(need,), deadline_s=patience_s)

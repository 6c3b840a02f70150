"""Contract suites: the laws every plugin keeps, and a simulated world to keep them in.

A plugin's tests/test_contract.py runs `LAWS` over its cases and the rules of its driver kinds over its benches. Here:
what any plugin's tests need. Not here: simulators of a product's tools; those are in the plugin's own tests.
"""

from openqrm.plugin_api.testing.case import Case, LawBroken, cases_of
from openqrm.plugin_api.testing.gate import Crash, Disturbance, Gate
from openqrm.plugin_api.testing.laws import LAWS
from openqrm.plugin_api.testing.network_service import NETWORK_SERVICE_RULES, NetworkServiceBench
from openqrm.plugin_api.testing.power import POWER_RULES, PowerBench
from openqrm.plugin_api.testing.simulator import Simulator, UnknownCommand
from openqrm.plugin_api.testing.storage import STORAGE_RULES, StorageBench
from openqrm.plugin_api.testing.virtualization import VIRTUALIZATION_RULES, VirtualizationBench
from openqrm.plugin_api.testing.waker import WAKER_RULES, WakerBench
from openqrm.plugin_api.testing.world import SimulatedWorld

__all__ = [
    "LAWS",
    "NETWORK_SERVICE_RULES",
    "POWER_RULES",
    "STORAGE_RULES",
    "VIRTUALIZATION_RULES",
    "WAKER_RULES",
    "Case",
    "Crash",
    "Disturbance",
    "Gate",
    "LawBroken",
    "NetworkServiceBench",
    "PowerBench",
    "SimulatedWorld",
    "Simulator",
    "StorageBench",
    "UnknownCommand",
    "VirtualizationBench",
    "WakerBench",
    "cases_of",
]

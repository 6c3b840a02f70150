"""All that a plugin may import: manifest, driver kinds, hooks, intents, actions, errors, and the contract suites.

Not here: how any of it is stored, loaded or carried out.
"""

from openqrm.domain.appliance import LOCAL_ROOT, Appliance, BootProfile
from openqrm.domain.errors import Category, OpenqrmError, PlanningError, StepError
from openqrm.domain.event import Event
from openqrm.domain.kernel import Kernel
from openqrm.domain.names import parse_address, parse_host_key, parse_mac, parse_name
from openqrm.domain.network import Network
from openqrm.domain.plan import Action, Differs, Irreversible, NotYet, OnFailure, Plan, Reversal, Satisfied, Seen, Step
from openqrm.domain.record import Record
from openqrm.domain.resource import SELF, Bmc, Observation, Resource, Ssh
from openqrm.domain.storage import Image, Storage, Volume
from openqrm.domain.user import PluginState, Role
from openqrm.domain.vm import Disk, Nic, VirtualMachine
from openqrm.plugin_api.drivers import (
    Capability,
    Deployment,
    LiveMigration,
    LocalDisks,
    Machine,
    MachineFacts,
    NetworkService,
    Place,
    Power,
    Root,
    SnapshotFacts,
    StorageDriver,
    Virtualization,
    VolumeFacts,
    Waker,
)
from openqrm.plugin_api.drives import IsoFacts
from openqrm.plugin_api.intents import Intent, Query, Secret, refers_to
from openqrm.plugin_api.run import run
from openqrm.plugin_api.talk import talk
from openqrm.ports.records import Facts, Records
from openqrm.ports.world import Completed, Host, HttpAnswer, HttpRequest, KeepsTools, LineTool, World

__all__ = [
    "LOCAL_ROOT",
    "SELF",
    "Action",
    "Appliance",
    "Bmc",
    "BootProfile",
    "Capability",
    "Category",
    "Completed",
    "Deployment",
    "Differs",
    "Disk",
    "Event",
    "Facts",
    "Host",
    "HttpAnswer",
    "HttpRequest",
    "Image",
    "Intent",
    "Irreversible",
    "IsoFacts",
    "KeepsTools",
    "Kernel",
    "LineTool",
    "LiveMigration",
    "LocalDisks",
    "Machine",
    "MachineFacts",
    "Network",
    "NetworkService",
    "Nic",
    "NotYet",
    "Observation",
    "OnFailure",
    "OpenqrmError",
    "Place",
    "Plan",
    "PlanningError",
    "PluginState",
    "Power",
    "Query",
    "Record",
    "Records",
    "Resource",
    "Reversal",
    "Role",
    "Root",
    "Satisfied",
    "Secret",
    "Seen",
    "SnapshotFacts",
    "Ssh",
    "Step",
    "StepError",
    "Storage",
    "StorageDriver",
    "VirtualMachine",
    "Virtualization",
    "Volume",
    "VolumeFacts",
    "Waker",
    "World",
    "parse_address",
    "parse_host_key",
    "parse_mac",
    "parse_name",
    "refers_to",
    "run",
    "talk",
]

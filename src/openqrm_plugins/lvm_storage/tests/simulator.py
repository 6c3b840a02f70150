"""A storage with LVM and vblade."""

from openqrm.plugin_api.testing.aoe_tools import SimulatedBlades
from openqrm.plugin_api.testing.lvm_tools import SimulatedLvm


class SimulatedLvmAoe(SimulatedLvm, SimulatedBlades):
    """LVM's tools before vblade's, before those of files."""

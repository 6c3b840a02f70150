"""Storages with LVM, and each of the services that export its volumes."""

from openqrm.plugin_api.testing.aoe_tools import SimulatedBlades
from openqrm.plugin_api.testing.lio_tools import SimulatedLio
from openqrm.plugin_api.testing.lvm_tools import SimulatedLvm
from openqrm.plugin_api.testing.nfs_tools import SimulatedNfs
from openqrm.plugin_api.testing.tgt_tools import SimulatedTgt


class SimulatedLvmAoe(SimulatedLvm, SimulatedBlades):
    """LVM's tools before vblade's, before those of files."""


class SimulatedLvmLio(SimulatedLvm, SimulatedLio):
    """LVM's tools before LIO's."""


class SimulatedLvmTgt(SimulatedLvm, SimulatedTgt):
    """LVM's tools before tgtd's."""


class SimulatedLvmNfs(SimulatedLvm, SimulatedNfs):
    """LVM's tools before those of NFS."""

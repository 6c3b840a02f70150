"""Storages with files or LVM, and each of the services that machines boot from."""

from openqrm.plugin_api.testing.aoe_tools import SimulatedBlades
from openqrm.plugin_api.testing.disk_tools import SimulatedDisks
from openqrm.plugin_api.testing.lio_tools import SimulatedLio
from openqrm.plugin_api.testing.lvm_tools import SimulatedLvm
from openqrm.plugin_api.testing.tgt_tools import SimulatedTgt


class FilesByLio(SimulatedDisks, SimulatedLio):
    """The program for disks before LIO's."""


class FilesByTgt(SimulatedDisks, SimulatedTgt):
    """The same before tgtd's."""


class FilesByAoe(SimulatedDisks, SimulatedBlades):
    """The same before vblade's."""


class LvmByLio(SimulatedLvm, SimulatedLio):
    """LVM's tools before LIO's."""

"""Directories on disks of each kind, and the services that export what is in them."""

from openqrm.plugin_api.testing.disk_tools import SimulatedDisks
from openqrm.plugin_api.testing.lio_tools import SimulatedLio
from openqrm.plugin_api.testing.nfs_tools import SimulatedNfs
from openqrm.plugin_api.testing.tgt_tools import SimulatedTgt


class DirectoryByNfs(SimulatedDisks, SimulatedNfs):
    """The program for disks before the tools of NFS."""


class DirectoryByLio(SimulatedDisks, SimulatedLio):
    """The same before LIO's."""


class DirectoryByTgt(SimulatedDisks, SimulatedTgt):
    """The same before tgtd's."""

"""Volumes are sparse files that an iSCSI target serves as disks, each to the one machine it is granted to.

Not here: how a machine mounts its root (initrd/), what an image or a plan is (the core).
"""

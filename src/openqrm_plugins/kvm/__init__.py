"""Virtual machines on hosts with KVM, through virsh on each host.

Here: what libvirt is told of a VM, what its words mean, power, and moving a VM that runs. Not here: which host carries
a VM, and its record (planning); volumes that are its disks (the storages' plugins).
"""

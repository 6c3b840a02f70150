"""Disks that machines bring themselves, each a volume of the one machine that it is in.

Not here: what fills and copies them at a boot (initrd/ and the core's transfers), and machines that boot an installed
system by its own loader (local-server).
"""

"""The demonstration: a bare machine becomes a running appliance and goes back to the idle pool.

`make demo`. Real parts in a cell where root and QEMU are there, the fleet simulator where they are not.
"""

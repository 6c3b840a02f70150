"""Roots in a machine's own memory: a volume is no more than a size.

Not here: how the root is filled (initrd/ and the core's transfers).
"""

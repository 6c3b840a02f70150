"""Builds what a machine boots into: the initrd, put together from packs.

Here: the archives (newc, the same bytes for the same input), the index of a kernel's modules, the choice of modules for
a network card, programs with their libraries, the composition that the HTTP door serves. Not here: what runs on the
machine (the folders initrd/ and agent/ of the repository, initrd/ of a plugin), nor the door itself.
"""

"""How volumes are made on a host: logical volumes, files, and what is mounted from them.

Here: the actions, and what they look at. Not here: how a volume reaches a machine (exporting), and settings, which each
plugin has for itself.
"""

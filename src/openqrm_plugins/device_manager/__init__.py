"""Plugin device-manager: block devices of a resource, and volume groups made of them.

Not here: what is made in a volume group (openqrm.plugin_api.storage).
"""

"""Plugin aoe-storage: volumes are disks in files, reached by ATA over Ethernet.

Not here: what other storages do the same way (openqrm.plugin_api.storage).
"""

"""Plugin lvm-storage: volumes are logical volumes, reached by NFS, iSCSI or AoE.

Not here: what other storages do the same way (openqrm.plugin_api.storage).
"""

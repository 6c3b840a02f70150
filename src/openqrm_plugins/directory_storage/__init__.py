"""Plugin directory-storage: volumes are folders or disks in files below one directory, cloned as its disk can.

Not here: what other storages do the same way (openqrm.plugin_api.storage).
"""

"""Plugin sanboot-storage: machines boot a volume by its own boot loader, as a disk that their firmware reaches.

Not here: what other storages do the same way (openqrm.plugin_api.storage), and the boot script (openqrm.boot.script).
"""

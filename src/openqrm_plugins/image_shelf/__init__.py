"""Plugin image-shelf: catalogues of packed root file systems, fetched, checked, and unpacked into images.

Not here: unpacking (the core's filling of volumes), making volumes (the storage's plugin).
"""

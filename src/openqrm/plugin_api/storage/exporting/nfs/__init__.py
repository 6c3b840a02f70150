"""NFS: a folder exported to one machine's address for writing, and to others for reading, by the kernel or by ganesha.

Here: the actions and the two services. Not here: where the folder comes from.
"""

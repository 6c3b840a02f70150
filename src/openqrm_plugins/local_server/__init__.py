"""Plugin local-server: machines with an installed system become resources, appliances of themselves, and go again.

Here: letting openQRM in by SSH and out again, what is noted of such a machine, and its disk as a volume. Not here: how
it is asked from then on (openqrm.boot.local_watch), copying its root (openqrm.planning.image_capture).
"""

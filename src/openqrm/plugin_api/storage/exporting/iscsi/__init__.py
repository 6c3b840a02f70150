"""iSCSI: a target for each volume, open to one machine's address and account, by LIO or by tgtd.

Here: the actions, the two services and their programs for the storage's Python (host/). Not here: what a target serves.
"""

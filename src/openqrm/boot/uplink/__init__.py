"""The uplink: an SSH door through which machines report, ask for secrets, and are told what to run.

Here: the lines of the protocol, one session a machine, the listener with its thread. Not here: what is done with a
report (openqrm.boot.reports), how actions use a machine (adapters.hosts).
"""

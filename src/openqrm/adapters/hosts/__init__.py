"""Managed machines to run commands on: this one, one by its agent's uplink, one by SSH.

Not here: the uplink itself (openqrm.boot.uplink, behind ports.uplink), what is run (the actions of plugins).
"""

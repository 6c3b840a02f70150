"""The virtual rack: bare machines with BMCs for tests and the demo, and a fleet of simulated ones.

Belongs here: what stands in for hardware. Nothing here is imported by the product, and the rack and the fleet import
nothing of it: they meet it over the wire, as hardware does. Images are made with the product's own tools, and a storage
host is reached as openQRM reaches it.
"""

"""How one machine, and no other, reaches a volume of a host.

Here: the actions of each protocol, and what they look at. Not here: what is exported (making).
"""

"""Programs that actions send to a host and run there, with that host's Python and nothing else.

Not here: what openQRM itself imports; each of these is read as text.
"""

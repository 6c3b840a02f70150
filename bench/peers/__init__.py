"""Peers: the same work done by what others wrote, installed by the scripts beside this into build/bench/peers.

Not here: anything of the product but the files that a peer is to serve.
"""

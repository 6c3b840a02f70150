"""Shells on machines that are reached by SSH.

Here: which resources have one. Not here: the connection and the door, which are openQRM's own.
"""

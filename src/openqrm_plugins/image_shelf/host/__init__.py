"""What is sent to a host and run there by its own Python.

Not here: what openQRM itself runs.
"""

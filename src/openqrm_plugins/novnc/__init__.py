"""Screens of machines that run a VNC service of their own.

Here: which resources have one, and where. Not here: the screens of VMs, which the plugin of their host knows; the
connection, the door and the page, which are openQRM's own.
"""

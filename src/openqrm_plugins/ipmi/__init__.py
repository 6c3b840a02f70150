"""Power by IPMI 2.0, through ipmitool on the computer openQRM runs on.

Here: switching on and off, the order to boot from the network once, and what ipmitool's words mean. Not here: BMCs
that speak Redfish (redfish).
"""

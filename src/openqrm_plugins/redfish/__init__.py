"""Power by Redfish, over HTTPS.

Here: switching on and off, the order to boot from the network once, and what a BMC's answers mean. Not here: BMCs that
speak IPMI only (ipmi).
"""

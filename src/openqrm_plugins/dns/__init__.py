"""Names for resolvers, by dnsmasq.

Here: the name server of the managed networks, and the file of each published name. Not here: the host names that DHCP
tells machines (dhcpd).
"""

"""DHCP by dnsmasq: gives machines their address and leads them to the boot door.

Here: dnsmasq's configuration, the file of each known machine, and the look for a foreign DHCP server before serving.
Not here: the boot loader's files (tftpd), names for resolvers (dns).
"""

"""TFTP by dnsmasq: hands out the boot loader iPXE, and nothing else.

Here: the dnsmasq that serves it. Not here: who is told to fetch it (dhcpd), kernels and initrds (the boot door).
"""

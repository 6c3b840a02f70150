"""The boot door: what a machine asks for between power-on and its own init, and what it reports on the way.

Here: boot scripts, kernels, initrds, registration, milestones, heartbeats; everything that arrives is untrusted. Not
here: who may boot what (services), DHCP and TFTP (plugins), the initrd itself (initrd/).
"""

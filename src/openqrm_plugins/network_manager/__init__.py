"""Plugin network-manager: bridges and VLANs of a host, tried first, and kept only when the host still answers.

Not here: networks that machines boot from (openqrm.planning.network), the cards of VMs (kvm).
"""

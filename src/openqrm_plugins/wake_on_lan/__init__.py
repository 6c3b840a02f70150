"""Plugin wake-on-lan: machines without a management controller are switched on by a packet to their network card.

Not here: switching them off, which their operating system does when its agent is asked (openqrm.planning).
"""

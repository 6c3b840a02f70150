#!/bin/sh
# udhcpc calls this with what the DHCP server gave.
[ "$1" = bound ] || exit 0
ip addr add "$ip/${mask:-24}" dev "$interface"
for gateway in ${router:-}; do
    ip route add default via "$gateway" dev "$interface"
    break
done

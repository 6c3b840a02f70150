# The address is the machine's only while the DHCP server lends it. This asks for it again and again, and changes nothing:
# a network root would not survive another address.

read -r card lent </etc/lease
setsid udhcpc -f -t 3 -T 5 -A 300 -i "$card" -r "$lent" -s /bin/true </dev/null >/dev/null 2>&1 5>&- &

#!/bin/sh
# From the initrd to the root of a storage host: the disk of that label, and its init.
export PATH=/bin
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
while read -r module; do insmod "$module"; done </modules
until disk=$(findfs LABEL=storage-host 2>/dev/null); do usleep 20000; done
mount -t ext4 -o noatime "$disk" /newroot
for place in dev proc sys; do mount -o move "/$place" "/newroot/$place"; done
exec switch_root /newroot /sbin/init

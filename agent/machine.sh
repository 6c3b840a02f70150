# The root that PID 1 lives in: the initrd's while the machine is idle, then the image's. /proc/1/root is always the one.

in_initrd() {
    [ -e /proc/1/root/openqrm/boot.sh ]
}

# Becomes that program. The shell there finds it: the agent's own busybox would take an applet of that name for it.
enter_machine() { # PROGRAM ARGUMENTS…
    exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        chroot /proc/1/root /bin/sh -c 'exec "$@"' sh "$@"
}

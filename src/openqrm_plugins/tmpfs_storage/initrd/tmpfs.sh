# The machine's own memory. It is empty at first: an install fills it, at every boot.
#
#   size_mib=MEGABYTES

mount_volume() { # FOLDER
    volume_found "$volume_size_mib MiB of memory"
    [ "$volume_install" = yes ] || stop "A root in memory is empty: the appliance needs an image to install it from."
    mount -t tmpfs -o "mode=755,size=${volume_size_mib}m" root "$1"
}

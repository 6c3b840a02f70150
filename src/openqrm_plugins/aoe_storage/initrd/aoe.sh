# A disk that vblade serves on this Ethernet.
#
#   device=eSHELF.SLOT  filesystem=ext4

ahead() {
    modprobe aoe aoe_deadsecs=86400 || return # without, it would give a root up for ever after three minutes
    modprobe -q ext4 || true # most roots are
}

mount_volume() { # FOLDER
    disk=/dev/etherd/$volume_device
    discover
    volume_found "$volume_device"
    need_module "${volume_filesystem:-ext4}"
    format_if_due "$disk"
    mount -t "${volume_filesystem:-ext4}" -o rw,noatime "$disk" "$1" ||
        stop "$volume_device holds no ${volume_filesystem:-ext4} file system, or a broken one."
}

# The module asks once when it is loaded; a frame may get lost, and a network card may be up a moment later.
discover() {
    for _ in $(seq 10); do
        echo >/dev/etherd/discover 2>/dev/null || true # as aoe-discover does
        for _ in $(seq 10); do
            [ ! -b "$disk" ] || return 0
            sleep 0.1
        done
    done
    stop "No AoE storage serves $volume_device to this machine within 10 seconds."
}

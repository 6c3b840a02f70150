# A disk in this machine, or a partition of one.
#
#   device=NAME  uuid=OF-OUR-FILE-SYSTEM  filesystem=ext4  overwrite=no, or yes where a transfer may destroy what is there

mount_volume() { # FOLDER
    disk=/dev/$volume_device
    wait_for_device "$disk"
    # Disks may change their names, so what openQRM has formatted is known by its UUID.
    ours=$(findfs "UUID=$volume_uuid" 2>/dev/null) || ours=
    disk=${ours:-$disk}
    name=${disk#/dev/}
    volume_found "$name"
    [ "$volume_install" = no ] || see_that_it_is_ours
    held=$(signature)
    need_module "${held:-$volume_filesystem}"
    [ "$prefix" = install ] && mode=ro || mode=rw
    mount -t "$held" -o "$mode,noatime" "$disk" "$1" || stop "$name holds ${held:-nothing}, which cannot be mounted."
}

# The last MiB is no part of the file system: while that is made a mark stands there, so that a formatting which was
# broken off is not taken for somebody's data.
see_that_it_is_ours() {
    read -r sectors <"/sys/class/block/$name/size"
    last=$((sectors - 2048)) begun=openqrm-formats-$volume_uuid
    [ -n "$ours" ] || format
    mark ''
}

format() {
    is_begun || is_empty || may_overwrite ||
        stop "$name holds $(held=$(signature); echo "${held:-data}") that openQRM did not put there; it was left as it is."
    mark "$begun"
    clear_sectors 0 2048
    clear_sectors "$((last + 1))" 2047
    /bin/mke2fs -q -F -t "$volume_filesystem" -U "$volume_uuid" "$disk" "${last}s" || stop "$name cannot be formatted."
}

# Where signatures are: mke2fs leaves some of those that were there before.
clear_sectors() { # FIRST COUNT
    dd if=/dev/zero of="$disk" bs=512 seek="$1" count="$2" conv=notrunc,fsync 2>/dev/null
}

mark() { # TEXT
    printf %-512s "$1" | dd of="$disk" bs=512 seek="$last" conv=notrunc,fsync 2>/dev/null
}

is_begun() {
    dd if="$disk" bs=512 skip="$last" count=1 2>/dev/null | grep -q "^$begun "
}

# A transfer was confirmed by the volume's name; what else fills a root was not.
may_overwrite() {
    [ "$prefix" = transfer ] && [ "$volume_overwrite" = yes ]
}

# Without a signature, and nothing but zeros at its beginning. What cannot be read is not empty.
is_empty() {
    [ -z "$(signature)" ] && [ "$(head -c 1048576 "$disk" | tr -cd '\0' | wc -c)" = 1048576 ]
}

signature() { # of a file system, swap, RAID, LVM, or of partitions
    found=0
    told=$(/bin/blkid -p -o value -s TYPE -s PTTYPE "$disk") || found=$?
    case $found in
        0 | 2) echo $told ;; # 2: none
        *) echo several ;;
    esac
}

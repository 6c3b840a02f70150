# The two transfers between the root and another volume. Comes with the initrd only when one is due.

transfer() {
    if [ -n "$fact_install_type" ]; then
        mount_volume_of install /transfer
        copy /transfer /newroot
        umount /transfer
    fi
    if [ -n "$fact_transfer_type" ]; then
        mount_volume_of transfer /transfer
        copy /newroot /transfer
        umount /transfer
    fi
}

# Empty is a disk that begins with nothing but zeros, and on which no signature is known anywhere: RAID and partitions have
# theirs at its end. No file system is overwritten. What cannot be read is not empty, and then is not mounted either.
format_if_empty() { # DISK
    [ "$(head -c 1048576 "$1" | tr -cd '\0' | wc -c)" = 1048576 ] || return 0
    found=0
    told=$(/bin/blkid -p "$1" 2>&1) || found=$?
    [ "$found" = 2 ] && [ -z "$told" ] || return 0
    /bin/mke2fs -q -t "${volume_filesystem:-ext4}" "$1" || stop "$1 cannot be formatted."
}

# How far it is goes up with the statistics.
copy() { # FROM TO
    say "copying $1 to $2"
    keep=-aHAXxS
    ! grep -qE ' (/newroot|/transfer) (nfs4?|tmpfs) ' /proc/mounts || keep=-aHx # no ACLs, no capabilities
    {
        code=0
        rsync "$keep" --numeric-ids --delete --exclude=/lost+found --no-h --no-i-r --info=progress2 "$1/" "$2/" || code=$?
        echo "$code" >/tmp/copied
    } | note_progress
    rm -f "$agent/copied"
    read -r code </tmp/copied
    case $code in
        0 | 24) ;; # 24: files went away meanwhile
        *) stop "Copying $1 to $2 failed, rsync says $code." ;;
    esac
}

# Standard input is what rsync tells, lines that end where they began, one a file: so by one process, and what is new.
note_progress() {
    awk -v "copied=$agent/copied" '
        BEGIN { RS = "\r" }
        $1 ~ /^[0-9]+$/ && $2 ~ /^[0-9]+%$/ && $2 != told { told = $2; print $1, $2 + 0 >copied; close(copied) }'
}

# The two transfers between the root and another volume. Comes with the initrd only when one is due.

transfer() {
    if [ -n "$(fact install_type)" ]; then
        mount_volume_of install /transfer
        copy /transfer /newroot
        umount /transfer
    fi
    if [ -n "$(fact transfer_type)" ]; then
        mount_volume_of transfer /transfer
        copy /newroot /transfer
        umount /transfer
    fi
}

# One side is NFS, which carries neither ACLs nor capabilities of files.
copy() { # FROM TO
    say "copying $1 to $2"
    code=0
    rsync -aHx --numeric-ids --delete --exclude=/lost+found "$1/" "$2/" || code=$?
    case $code in
        0 | 24) ;; # 24: files went away meanwhile
        *) stop "Copying $1 to $2 failed, rsync says $code." ;;
    esac
}

# Volumes, by the fragments of their types.

# What fragments can do before the machine is known.
prepare_volumes() {
    for fragment in /volumes/*.sh; do
        [ ! -r "$fragment" ] || (prepare_fragment "$fragment") || return 1
    done
}

prepare_fragment() { # SCRIPT
    ahead() { :; }
    # shellcheck source=/dev/null
    . "$1"
    ahead
}

mount_volume_of() ( # PREFIX FOLDER: a subshell, so that each fragment has names of its own
    prefix=$1
    eval "type=\$fact_${prefix}_type"
    volume_install=no
    case $prefix-$fact_install_type in
        transfer-* | root-?*) volume_install=yes ;;
    esac
    [ -r "/volumes/$type.sh" ] || stop "This initrd has no fragment for volumes of type \"$type\"."
    volume_facts "$prefix"
    # shellcheck source=/dev/null
    . "/volumes/$type.sh"
    mkdir -p "$2"
    mount_volume "$2"
)

# For fragments: the storage has answered. Only the root's is a milestone.
volume_found() { # TEXT
    [ "$prefix" != root ] || milestone root-found "$1"
}

# For fragments: a module whose name is known only now, such as that of a file system. It may be part of the kernel.
need_module() { # NAME
    [ ! -d "/sys/module/$1" ] || return 0
    ! modprobe -q "$1" 2>/dev/null || return 0
    echo "$1" >/tmp/needed
    ! fetch_modules /tmp/needed || { join_index && modprobe -q "$1"; } || true
}

# For fragments: a disk appears some time after its login.
wait_for_device() { # PATH
    for _ in $(seq 100); do
        [ ! -e "$1" ] || return 0
        sleep 0.1
    done
    stop "$1 did not appear within 10 seconds."
}

# For fragments: a disk that is to be filled, and has nothing on it, gets a file system first.
format_if_due() { # DISK
    [ "$volume_install" = yes ] || return 0
    load_transfer
    format_if_empty "$1"
}

transfer_if_due() {
    [ -n "$fact_install_type$fact_transfer_type" ] || return 0
    load_transfer
    transfer
}

load_transfer() {
    [ -r /volumes/transfer.sh ] || stop "This initrd has nothing to copy volumes with."
    . /volumes/transfer.sh
}

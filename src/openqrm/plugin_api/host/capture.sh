# Copies the root of this running system into a volume that is granted to this machine, and makes the copy bootable
# elsewhere.
#
#   sh capture.sh start|look|halt|clear|tidy NAME=VALUE…      id=WHOSE kind=nfs|iscsi|aoe, and as they are for a kind:
#
#   nfs    address=ADDRESS path=FOLDER version=4.2 options=WORDS
#   iscsi  address=ADDRESS port=3260 path=IQN unit=NUMBER initiator=IQN user=NAME filesystem=ext4
#   aoe    path=eSHELF.SLOT filesystem=ext4
#
# The password of iSCSI is in the environment, as `secret`.
#
# `start` leaves a worker behind that writes how far it is into a note; `look` changes nothing and tells, in one line:
# none | working BYTES TOTAL | broken-off BYTES TOTAL | copied BYTES TOTAL WHAT-WAS-LEFT-OUT | failed WHY; `halt` ends the
# worker and lets go of the volume; `clear` empties the folder, too, where this copy filled it; `tidy` takes the notes
# away. A folder that holds anything else is never touched. The note is there before the volume is touched, and outlives
# a crash of the machine: the copy goes on where it was.
set -eu
umask 022
export LC_ALL=C
verb=$1
shift
for word; do
    export "$word"
done
base=/var/lib/openqrm-capture
place=$base/$id
note=$place/note target=$place/target
mark=etc/openqrm-capture # within the copy: whose it is
sessions=/sys/class/iscsi_session

refuse() {
    echo "$1" >&2
    exit 1
}

write_note() {
    printf '%s\n' "$*" >"$place/note.new"
    mv "$place/note.new" "$note"
}

look() {
    [ -e "$note" ] || { echo none; return; }
    read -r state rest <"$note" || true
    if [ "$state" = working ] && flock -n "$place/lock" true; then
        read -r state rest <"$note" # the worker may have come to its end meanwhile
        [ "$state" != working ] || state=broken-off
    fi
    echo "$state $rest"
}

mount_target() {
    mkdir -p "$target"
    mountpoint -q "$target" || "attach_$kind"
}

# Twice, or without an attach_target before, changes nothing more.
leave_target() {
    ! mountpoint -q "$target" || umount "$target"
    "leave_$kind"
}

attach_nfs() {
    case $version in
        3) type=nfs own=nfsvers=3,proto=tcp,nolock,port=2049,mountproto=tcp,mountport=20048 ;;
        *) type=nfs4 own=vers=$version,clientaddr=0.0.0.0 ;;
    esac
    modprobe "nfsv${version%%.*}" 2>/dev/null || true
    # -i: without mount.nfs, which the machine may not have
    mount -i -t "$type" -o "$own,addr=$address,rw,noatime${options:+,$options}" -- "$address:$path" "$target" ||
        refuse "$address does not let this machine mount $path"
}

leave_nfs() {
    :
}

attach_aoe() {
    modprobe aoe 2>/dev/null || true # it may be in the kernel
    disk=/dev/etherd/$path
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        [ ! -b "$disk" ] || break
        [ ! -c /dev/etherd/discover ] || echo >/dev/etherd/discover
        sleep 1
    done
    [ -b "$disk" ] || refuse "no AoE storage serves $path to this machine: are both on one Ethernet?"
    mount_disk
}

leave_aoe() {
    [ ! -c /dev/etherd/flush ] || echo "$path" >/dev/etherd/flush || true
}

attach_iscsi() {
    for tool in iscsiadm iscsid; do
        command -v "$tool" >/dev/null || refuse "this machine has no $tool: install open-iscsi"
    done
    modprobe iscsi_tcp 2>/dev/null || true
    modprobe sd_mod 2>/dev/null || true
    disk=$(find_disk)
    [ -n "$disk" ] || log_in
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        disk=$(find_disk)
        [ -z "$disk" ] || break
        sleep 1
    done
    [ -b "$disk" ] || refuse "$path has no disk $unit"
    mount_disk
}

# The disk of this LUN in a session with this target by this portal; nothing while there is none.
find_disk() {
    for found in "$sessions"/session*/device/target*/*:"$unit"/block/*; do
        session=${found%/device/target*}
        if [ -e "$found" ] && [ "$(cat "$session/targetname")" = "$path" ] && is_by_portal; then
            echo "/dev/${found##*/}"
            return
        fi
    done
}

is_by_portal() {
    for connection in "$session"/device/connection*/iscsi_connection/connection*; do
        [ "$(cat "$connection/persistent_address"):$(cat "$connection/persistent_port")" != "$address:$port" ] || return 0
    done
    return 1
}

# By an account and under an initiator's name of its own; what else this machine reaches by iSCSI is left alone. The
# password goes straight into the record, where iscsiadm would take it as an argument.
log_in() {
    is_heard || { iscsid 9>&- && : >"$place/iscsid"; } || refuse "iscsid does not start"
    {
        iscsiadm -m iface -I openqrm -o new || true
        iscsiadm -m iface -I openqrm -o update -n iface.initiatorname -v "$initiator"
        of_node -o new
        of_node -o update -n node.startup -v manual
        if [ -n "${secret:-}" ]; then
            of_node -o update -n node.session.auth.authmethod -v CHAP
            of_node -o update -n node.session.auth.username -v "$user"
            printf 'node.session.auth.password = %s\n' "$secret" >>"/etc/iscsi/nodes/$path/$address,$port,1/openqrm"
        fi
        of_node --login
    } >"$place/login" 2>&1 || refuse "$address does not let this machine log in to $path: $(tail -n 1 "$place/login")"
}

# Where somebody listens for it, as systemd does until iscsid is needed, another one could not start.
is_heard() {
    grep -q @ISCSIADM_ABSTRACT_NAMESPACE /proc/net/unix
}

of_node() {
    iscsiadm -m node -T "$path" -p "$address:$port,1" -I openqrm "$@"
}

leave_iscsi() {
    command -v iscsiadm >/dev/null || return 0
    of_node --logout >/dev/null 2>&1 || true
    of_node -o delete >/dev/null 2>&1 || true
    iscsiadm -m iface -I openqrm -o delete >/dev/null 2>&1 || true
    [ ! -e "$place/iscsid" ] || iscsiadm -k 0 >/dev/null 2>&1 || true
    rm -f "$place/iscsid"
}

mount_disk() {
    modprobe "$filesystem" 2>/dev/null || true
    [ ! -e "$place/formatting" ] || make_blank # it was broken off
    if is_blank; then
        command -v "mkfs.$filesystem" >/dev/null || refuse "this machine has no mkfs.$filesystem"
        : >"$place/formatting"
        sync -f "$place"
        "mkfs.$filesystem" -q "$disk" || { make_blank || true; refuse "$path cannot be formatted"; }
        rm "$place/formatting"
    fi
    mount -t "$filesystem" -o rw,noatime "$disk" "$target" || refuse "$path holds something else than $filesystem"
}

# Nothing on it has a signature, and it begins with nothing but zeros. What cannot be read is not blank.
is_blank() {
    [ "$(head -c 1048576 "$disk" | tr -cd '\0' | wc -c)" = 1048576 ] || return 1
    found=0
    told=$(blkid -p "$disk" 2>&1) || found=$?
    case $found$told in
        0* | 8*) return 1 ;; # one, or several
        2) ;;
        *) refuse "blkid cannot tell whether $path is empty: it ended with $found $told" ;;
    esac
}

make_blank() {
    dd if=/dev/zero of="$disk" bs=1048576 count=1 conv=notrunc,fsync 2>/dev/null
}

size_of() { # FIELD FOLDER: in bytes, without blanks
    echo $(($(df --output="$1" -B 1 "$2" | tail -n 1)))
}

is_ours() {
    [ -e "$target/$mark" ] && [ "$(head -n 1 "$target/$mark")" = "$id" ]
}

# All that a copy leaves which was broken off at its beginning, whoever's it was, is a folder and a mark in it.
demand_empty() {
    held=$(find "$target" -mindepth 1 -path "$target/lost+found" -prune -o \
        ! -path "$target/etc" ! -path "$target/$mark*" -print | head -n 1)
    [ -n "$held" ] || return 0
    [ ! -e "$target/$mark" ] ||
        refuse "$path holds what another plan copied and did not take back: remove the volume, and make another one"
    refuse "$path is not empty"
}

start() {
    for tool in rsync flock setsid stdbuf mountpoint awk; do
        command -v "$tool" >/dev/null || refuse "this machine has no $tool"
    done
    mkdir -p "$place"
    chmod 700 "$base"
    exec 9>"$place/lock"
    flock -n 9 || return 0 # it is at work
    case $(cat "$note" 2>/dev/null) in
        copied*) return 0 ;;
        '') trap tidy EXIT ;; # what is refused leaves no trace
    esac
    total=$(size_of used /)
    export total
    if [ ! -s "$note" ]; then
        write_note working 0 "$total"
        sync -f "$place"
    fi
    mount_target
    if ! is_ours; then
        demand_empty
        free=$(size_of avail "$target")
        [ "$free" -gt "$total" ] ||
            refuse "the volume has $((free >> 20)) MiB free, and the root of this machine takes $((total >> 20)) MiB"
        mkdir -p "$target/etc"
        echo "$id" >"$target/$mark"
    fi
    write_note working 0 "$total"
    trap - EXIT
    unset secret
    setsid sh "$0" work "$@" </dev/null >/dev/null 2>"$place/errors" &
}

work() {
    echo $$ >"$place/pid"
    trap 'write_note failed "it ended: $(tail -n 1 "$place/errors")"' EXIT
    copy
    copy # what changed meanwhile
    detach
    left_out=$(awk '$1 ~ "^/dev/" && $2 != "/" { print $2 }' /proc/mounts | sort -u | tr '\n' ' ')
    trap - EXIT
    sync -f "$target"
    leave_target
    write_note copied "$total" "$total" "$left_out"
}

# NFS carries neither ACLs nor capabilities of files.
copy() {
    case $kind in
        nfs) keep=-aHxS ;;
        *) keep=-aHAXxS ;;
    esac
    swap=$(awk 'NR > 1 && $2 == "file" { print "--exclude=" $1 }' /proc/swaps)
    rm -f "$place/status"
    {
        code=0
        # shellcheck disable=SC2086 # one word each
        rsync "$keep" --numeric-ids --delete --no-h --info=progress2 --exclude="/$mark" --exclude=/lost+found \
            --exclude="$base*" --exclude='/dev/*' --exclude='/proc/*' --exclude='/run/*' --exclude='/sys/*' --exclude='/tmp/*' \
            $swap / "$target/" || code=$?
        echo "$code" >"$place/status"
    } | stdbuf -oL tr '\r' '\n' | while read -r bytes _; do
        case $bytes in
            '' | *[!0-9]*) ;;
            *) write_note working "$bytes" "$total" ;;
        esac
    done
    read -r code <"$place/status"
    [ "$code" = 0 ] || [ "$code" = 24 ] || exit 1 # 24: files went away meanwhile
}

aside() { # FILE: what was there is kept under another name
    [ ! -e "$target/$1" ] || mv "$target/$1" "$target/$1.before-openqrm"
}

# What ties the copy to this machine: its disks, its cards and their addresses. Elsewhere the network is up before the
# system starts, and its root lies on it.
detach() {
    if [ -e "$target/etc/fstab" ]; then
        cp -p "$target/etc/fstab" "$target/etc/fstab.before-openqrm"
        sed -E 's,^[[:space:]]*(/dev/|UUID=|LABEL=|PARTUUID=|PARTLABEL=|/swap),# not here: &,' \
            "$target/etc/fstab.before-openqrm" >"$target/etc/fstab"
    fi
    aside etc/crypttab
    aside etc/udev/rules.d/70-persistent-net.rules
    if [ -e "$target/etc/network/interfaces" ]; then
        aside etc/network/interfaces
        printf '# the network is up before this system starts\nauto lo\niface lo inet loopback\n' >"$target/etc/network/interfaces"
    fi
    if [ -d "$target/etc/systemd/network" ]; then
        printf '[Match]\nName=*\n[Link]\nUnmanaged=yes\n' >"$target/etc/systemd/network/00-openqrm.network"
    fi
    if [ -d "$target/etc/NetworkManager" ]; then
        mkdir -p "$target/etc/NetworkManager/conf.d"
        printf '[keyfile]\nunmanaged-devices=*\n' >"$target/etc/NetworkManager/conf.d/00-openqrm.conf"
    fi
    # openQRM's own leave to come in is of the machine, not of its copies
    keys=$target/root/.ssh/authorized_keys
    [ ! -e "$keys" ] || sed -i '/ openqrm-local-server\(:[a-z]*\)\{0,1\}$/d' "$keys"
}

end_worker() {
    exec 9>>"$place/lock"
    tries=0
    until flock -n 9; do
        [ "$tries" -lt 300 ] || refuse "the worker does not end"
        tries=$((tries + 1))
        worker=$(cat "$place/pid" 2>/dev/null) || true # by this number it may be another process since
        [ ! "/proc/$worker/fd/9" -ef "$place/lock" ] || kill -KILL "-$worker" 2>/dev/null || true
        sleep 0.1
    done
}

halt() {
    [ -e "$note" ] || return 0
    end_worker
    leave_target
}

clear() {
    mkdir -p "$place"
    end_worker
    mount_target
    if is_ours; then
        find "$target" -mindepth 1 -xdev ! -path "$target/etc" ! -path "$target/$mark" ! -path "$target/lost+found" -delete
        rm "$target/$mark" # last: until then it is known whose it is
        rmdir "$target/etc"
    fi
    tidy
}

tidy() {
    leave_target
    rm -rf "$place"
    rm -f "$base/program"
    rmdir "$base" 2>/dev/null || true
}

"$verb" "$@"

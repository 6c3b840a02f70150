# Copies the root of this running system into a folder that an NFS service lends, and makes the copy bootable elsewhere.
#
#   sh capture.sh start|look|clear|tidy ID SERVER PATH VERSION OPTIONS
#
# `start` leaves a worker behind that writes how far it is into a note; `look` changes nothing and tells, in one line:
# none | working BYTES TOTAL | broken-off BYTES TOTAL | copied BYTES TOTAL WHAT-WAS-LEFT-OUT | failed WHY; `clear` ends the
# worker and empties the folder, where this copy filled it; `tidy` takes the notes away. A folder that holds anything else
# is never touched. The notes outlive a crash of the machine: the copy goes on where it was.
set -eu
umask 022
export LC_ALL=C
verb=$1 id=$2 server=$3 path=$4 version=$5 options=$6
base=/var/lib/openqrm-capture
place=$base/$id
note=$place/note target=$place/target
mark=etc/openqrm-capture # within the copy: whose it is

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
        state=broken-off
    fi
    echo "$state $rest"
}

mount_target() {
    mkdir -p "$target"
    ! mountpoint -q "$target" || return 0
    case $version in
        3) kind=nfs own=nfsvers=3,proto=tcp,nolock,port=2049,mountproto=tcp,mountport=20048 ;;
        *) kind=nfs4 own=vers=$version,clientaddr=0.0.0.0 ;;
    esac
    modprobe "nfsv${version%%.*}" 2>/dev/null || true
    # -i: without mount.nfs, which the machine may not have
    mount -i -t "$kind" -o "$own,addr=$server,rw,noatime${options:+,$options}" -- "$server:$path" "$target" ||
        refuse "$server does not let this machine mount $path"
}

is_ours() {
    [ -e "$target/$mark" ] && [ "$(head -n 1 "$target/$mark")" = "$id" ]
}

start() {
    for tool in rsync flock setsid stdbuf mountpoint; do
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
    mount_target
    if ! is_ours; then
        [ -z "$(ls -A "$target")" ] || refuse "$path is not empty"
        mkdir "$target/etc"
        echo "$id" >"$target/$mark"
    fi
    total=$(df --output=used -B 1 / | tail -n 1)
    total=$((total)) # without blanks
    export total
    write_note working 0 "$total"
    trap - EXIT
    setsid sh "$0" work "$id" "$server" "$path" "$version" "$options" </dev/null >/dev/null 2>"$place/errors" &
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
    umount "$target"
    write_note copied "$total" "$total" "$left_out"
}

# One side is NFS, which carries neither ACLs nor capabilities of files.
copy() {
    swap=$(awk 'NR > 1 && $2 == "file" { print "--exclude=" $1 }' /proc/swaps)
    rm -f "$place/status"
    {
        code=0
        # shellcheck disable=SC2086 # one word each
        rsync -aHxS --numeric-ids --delete --no-h --info=progress2 --exclude="/$mark" --exclude=/lost+found \
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

clear() {
    mkdir -p "$place"
    exec 9>>"$place/lock"
    if ! flock -n 9; then
        kill -KILL "-$(cat "$place/pid")" 2>/dev/null || true
        flock -w 30 9 || refuse "the worker does not end"
    fi
    mount_target
    if is_ours; then
        find "$target" -mindepth 1 -xdev ! -path "$target/etc" ! -path "$target/$mark" -delete
        rm "$target/$mark" # last: until then it is known whose it is
        rmdir "$target/etc"
    fi
    tidy
}

tidy() {
    ! mountpoint -q "$target" || umount "$target"
    rm -rf "$place"
    rm -f "$base/program"
    rmdir "$base" 2>/dev/null || true
}

"$verb"

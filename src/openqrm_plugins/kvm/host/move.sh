# Moves a VM that runs to another host, and goes on by itself.
#
#   sh move.sh start UUID WORD…    WORDs: virsh's for the move
#   sh move.sh look|halt UUID
#
# `start` leaves a worker behind that holds a lock on the VM's note for as long as it lives, and waits a moment for it:
# a short move has come to its end then. What went wrong is told once, by the `start` that waited or by the next one.
# `look` changes nothing and tells: none | working | failed; `halt` ends the move, which libvirt may finish first.
set -eu
umask 077
export LC_ALL=C
verb=$1 uuid=$2
shift 2
place=/run/openqrm-kvm # a boot ends every move
note=$place/$uuid.move
short_s=3

virsh() {
    timeout 30 virsh --quiet --connect qemu:///system "$@"
}

is_at_work() {
    [ -e "$note" ] && ! flock --shared --nonblock "$note" true
}

is_leaving() {
    virsh domjobinfo --domain "$uuid" 2>/dev/null | grep -q '^Operation: *Outgoing migration'
}

start() {
    mkdir -p "$place"
    exec 9>>"$note"
    flock --timeout 1 9 || return 0 # it is at work
    if [ ! -s "$note" ]; then
        setsid sh -c 'virsh "$@" || echo "it ended with $?"' sh --quiet --connect qemu:///system "$@" \
            </dev/null >>"$note" 2>&1 &
        exec 9>&-
        flock --timeout "$short_s" "$note" true || return 0
        if [ ! -s "$note" ]; then
            rm -f "$note"
            return
        fi
    fi
    cat "$note" >&2
    rm "$note"
    exit 1
}

look() {
    if is_at_work; then
        echo working
    elif [ -s "$note" ]; then
        echo failed
    else
        echo none
    fi
}

halt() {
    for _ in $(seq 150); do
        if is_leaving; then
            virsh domjobabort --domain "$uuid" >/dev/null 2>&1 || true
        elif ! is_at_work; then
            rm -f "$note"
            return
        fi
        sleep 0.2
    done
    echo "error: the move does not end" >&2
    exit 1
}

"$verb" "$@"

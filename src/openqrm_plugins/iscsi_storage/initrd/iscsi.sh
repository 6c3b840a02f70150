# A disk that an iSCSI target serves.
#
#   server=ADDRESS  port=3260  target=IQN  lun=NUMBER  initiator=IQN  filesystem=ext4
#   user=NAME  secret=PASSWORD (CHAP; both or none)

# A root has no other way to its disk, and iscsistart, which logs in, does not stay to log in again. So nothing gives the
# connection up that only waits: no pings that time out, no deadline of a command, and TCP sends again for a quarter of an
# hour when the storage is away, or the VM that this is stands still.
PATIENCE_S=86400

ahead() {
    modprobe -a iscsi_tcp sd_mod
    modprobe -q ext4 || true # most roots are
}

mount_volume() { # FOLDER
    log_in
    disk=$(find_disk)
    echo "$PATIENCE_S" >"/sys/class/block/${disk##*/}/device/timeout"
    volume_found "$volume_target $disk"
    need_module "${volume_filesystem:-ext4}"
    format_if_due "$disk"
    mount -t "${volume_filesystem:-ext4}" -o rw,noatime "$disk" "$1" ||
        stop "$volume_target holds no ${volume_filesystem:-ext4} file system, or a broken one."
}

# iscsistart takes the password as an argument and no other way. Nobody else is on the machine at this point.
log_in() {
    set -- -i "$volume_initiator" -t "$volume_target" -g 1 -a "$volume_server" -p "${volume_port:-3260}"
    for name in interval timeout; do
        set -- "$@" -P "node.conn[0].timeo.noop_out_$name=0"
    done
    set -- "$@" -P "node.session.timeo.replacement_timeout=$PATIENCE_S"
    [ -z "${volume_secret:-}" ] || set -- "$@" -u "$volume_user" -w "$volume_secret"
    iscsistart "$@" >/tmp/iscsi.log 2>&1 &
    wake "$!"
    wait "$!" || stop "$volume_target at $volume_server: $(grep . /tmp/iscsi.log | tail -n 1)"
}

# iscsistart has a half that logs in and one that asks it to, which first sleeps for a second, lest nobody listen yet. A
# signal that it catches ends its sleep, and nothing but a sleep may be ended.
wake() { # PROCESS
    for _ in $(seq 20); do
        ! grep -q @ISCSIADM_ABSTRACT_NAMESPACE /proc/net/unix || break
        sleep 0.02
    done
    for _ in $(seq 10); do # it listens before it is asked: the other half may not sleep yet
        case $(cat "/proc/$1/wchan" 2>/dev/null) in
            *nanosleep) kill -INT "$1" 2>/dev/null && return 0 ;;
        esac
        sleep 0.02
    done
}

# The disk of this LUN among those of the new session; it comes some time after the login.
find_disk() {
    for _ in $(seq 100); do
        for path in /sys/class/iscsi_session/session*/device/target*/*:"${volume_lun:-1}"/block/*; do
            [ -e "$path" ] || continue
            [ "$(cat "${path%/device/target*}/targetname")" = "$volume_target" ] || continue
            wait_for_device "/dev/${path##*/}"
            echo "/dev/${path##*/}"
            return 0
        done
        sleep 0.1
    done
    stop "$volume_target has no LUN ${volume_lun:-1}."
}

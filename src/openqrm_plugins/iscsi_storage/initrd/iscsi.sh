# A disk that an iSCSI target serves.
#
#   server=ADDRESS  port=3260  target=IQN  lun=NUMBER  initiator=IQN  filesystem=ext4
#   user=NAME  secret=PASSWORD (CHAP; both or none)

# A root has no other way to its disk. So nothing gives the connection up that only waits: no pings that time out, no
# deadline of a command, and TCP sends again for a quarter of an hour when the storage is away, or the VM that this is
# stands still. What breaks the connection all the same, such as a restart of the service, has a day to be over.
PATIENCE_S=86400
# A connection that nobody answers on is given up, and another one is tried. That many of the first login make the quarter
# of an hour that iscsistart takes for it anyway.
LOGIN_S=4
LOGINS=225
SAYS=/tmp/iscsi.says

ahead() {
    modprobe -a iscsi_tcp sd_mod || return
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
    settle_daemon "$1"
}

# iscsistart takes the password as an argument and no other way. Nobody else is on the machine at this point. A root's
# begins with what tells systemd to leave a process alone that a root hangs on.
log_in() {
    set -- -i "$volume_initiator" -t "$volume_target" -g 1 -a "$volume_server" -p "${volume_port:-3260}"
    for setting in "conn[0].timeo.noop_out_interval=0" "conn[0].timeo.noop_out_timeout=0" \
        "conn[0].timeo.login_timeout=$LOGIN_S" "session.initial_login_retry_max=$LOGINS" \
        "session.timeo.replacement_timeout=$PATIENCE_S"; do
        set -- "$@" -P "node.$setting"
    done
    : "${volume_secret:=}"
    [ -z "$volume_secret" ] || set -- "$@" -u "$volume_user" -w "$volume_secret" # the last word: see hide_secret
    mkfifo "$SAYS"
    (trap '' PIPE && exec -a @iscsistart /bin/iscsistart "$@") >"$SAYS" 2>&1 & # nobody listens to it in the end
    asking=$! daemon='' said=''
    exec 8<"$SAYS"
    rm "$SAYS"
    if ask && is_logged_in && [ "$prefix" = root ]; then
        end "$asking"
        hide_secret
    else
        daemon=''
        kill -CONT "$asking" 2>/dev/null || true
        while hear; do :; done
        wait "$asking" || stop "$volume_target at $volume_server: $said"
    fi
    exec 8<&-
}

# iscsistart is two processes: a daemon, which logs in, and again whenever the connection breaks; and one that asks it to,
# and to end once that is done. This one we halt when it has asked, and let the daemon live. Where that does not work out,
# as with an iscsistart of another make, it goes on, and ends the daemon: the machine boots all the same.
#
# The one that asks first sleeps for a second, lest nobody listen yet; the signal ends that, and does no harm later. It has
# asked when it waits for an answer, which a halted daemon does not give.
ask() {
    until has_said ' version '; do
        hear || return 1
    done
    read -r daemon _ 2>/dev/null <"/proc/$asking/task/$asking/children" || true # its line has no end
    [ -n "$daemon" ] && kill -STOP "$daemon" || return 1
    for _ in $(seq 150); do
        where=''
        read -r where 2>/dev/null <"/proc/$asking/wchan" || true
        case $where in
            *poll* | unix_stream*) kill -STOP "$asking" && break ;;
            *nanosleep) kill -INT "$asking" || break ;;
        esac
        sleep 0.01
    done
    kill -CONT "$daemon"
}

is_logged_in() {
    until has_said ' is operational now'; do
        hear -t 1 || is_waiting || return 1
    done
}

# The one that asks waits for an answer as long as the daemon has its connection.
is_waiting() {
    [ "$(grep -c "@ISCSIADM_ABSTRACT_NAMESPACE-$daemon\$" /proc/net/unix)" -gt 1 ]
}

# Sets $said to the next line; false at the end. What it is about to do iscsistart tells last of all, when it has failed.
hear() { # [-t SECONDS]
    read -r "$@" line <&8 || return 1
    case $line in
        '' | *': Logging into '*) ;;
        *) said=$line ;;
    esac
}

has_said() { # TEXT
    case $said in
        *"$1"*) ;;
        *) return 1 ;;
    esac
}

# Users of the image see the words of a process: the password, which is the last one, goes.
hide_secret() {
    [ -n "$volume_secret" ] && read -r stat 2>/dev/null <"/proc/$daemon/stat" || return 0
    # shellcheck disable=SC2086  # words, none of which has blanks
    set -- $stat
    dd if=/dev/zero of="/proc/$daemon/mem" bs=1 seek="$((${49} - 1 - ${#volume_secret}))" count="${#volume_secret}" \
        conv=notrunc 2>/dev/null || end "$daemon"
}

end() { # PROCESS
    kill -KILL "$1" 2>/dev/null || true
}

# The daemon looks for its session in /sys, and stays in the initrd's root when /sys moves to the image: one stays there.
settle_daemon() { # FOLDER
    [ -n "$daemon" ] || return 0
    mount --bind /sys /sys
    if has_iscsid "$1"; then
        end "$daemon"
    elif [ "$volume_install" = yes ]; then
        yield_to_iscsid "$1" >/dev/null 2>&1 &
    fi
}

# An image's own iscsid takes the session over, and two would fight about it. What fills the root may bring one. The
# hand-over takes away what this sleeps with, and so ends it.
yield_to_iscsid() { # FOLDER
    while sleep 0.2; do
        ! has_iscsid "$1" || { end "$daemon" && return; }
    done
}

has_iscsid() { # FOLDER
    [ -x "$1/usr/sbin/iscsid" ] || [ -x "$1/sbin/iscsid" ]
}

# The disk of this LUN among those of the new session; it comes some time after the login.
find_disk() {
    for _ in $(seq 500); do
        for path in /sys/class/iscsi_session/session*/device/target*/*:"${volume_lun:-1}"/block/*; do
            [ -e "$path" ] || continue
            [ "$(cat "${path%/device/target*}/targetname")" = "$volume_target" ] || continue
            wait_for_device "/dev/${path##*/}"
            echo "/dev/${path##*/}"
            return 0
        done
        sleep 0.02
    done
    stop "$volume_target has no LUN ${volume_lun:-1}."
}

# Commands from the server, run in the root of PID 1: the initrd's while the machine is idle, then the image's.

limit=2048 # blocks of 512 bytes kept of each stream

decode() { # FILE with base64, or - for nothing; takes the file away
    read -r -n 1 first <"$1"
    [ "${first:--}" = - ] || base64 -d "$1"
    rm "$1"
}

run_command() { # ID SECONDS ARGV STDIN
    job=/jobs/$1
    mkdir "$job" 2>/dev/null || return 0 # it runs already: the server asked twice
    mkfifo "$job/ends" "$job/out.pipe" "$job/err.pipe"
    decode "$3" >"$job/argv"
    decode "$4" >"$job/stdin"
    exec 7<>"$job/ends"
    keep "$job/out" &
    keep "$job/err" &
    start_command "$job" &
    wait_for_ends "$2"
    {
        printf 'done %s %s ' "$1" "$status"
        encode <"$job/out"
        printf ' '
        encode <"$job/err"
        echo
    } | post
    rm -r "$job"
}

# A stream's beginning, at once; the rest is read too, or the command would hang.
keep() { # FILE
    {
        (ulimit -f "$limit" && exec cat >"$1")
        cat >/dev/null
    } <"$1.pipe"
    echo stream >&7
}

start_command() { # JOB
    # with exec, for the shell that waits would write "Killed" to where the command wrote
    (exec setsid sh /agent/command.sh "$1" <"$1/stdin" >"$1/out.pipe" 2>"$1/err.pipe" 5>&- 7>&-)
    echo "exit $?" >&7
}

# Waits for the command and for the ends of its two streams. A daemon that it leaves behind may hold them open for ever:
# they get one second more. Sets $status.
wait_for_ends() { # SECONDS
    status='' waited=0 left=3
    now
    deadline=$((now + $1))
    while [ "$left" -gt 0 ] && now && [ "$now" -lt "$deadline" ]; do
        read -r -t "$((deadline - now))" what code <&7 || break
        left=$((left - 1))
        [ "$what" != exit ] || { status=$code; deadline=$((now + 2)); }
    done
    [ -n "$status" ] || kill_command
}

kill_command() {
    status=124
    read -r group <"$job/group" && kill -KILL "-$group"
    for _ in 1 2 3; do # its end, and those of its streams
        read -r -t 1 _ <&7 || break
    done
}

now() {
    read -r up _ </proc/uptime
    now=${up%.*}
}

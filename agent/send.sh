# Standard output is the uplink: what lies in the spool, and statistics every 10 seconds. Descriptor 5 wakes it.
set -u
interval=10
agent=
. /agent/post.sh
. /agent/patience.sh
. /agent/machine.sh
. /agent/watch.sh

# What is written before the server listens would be lost when the login is refused.
wait_until_ready() {
    while read -r word number <&5; do
        [ "${number:-}" = "$connection" ] || continue
        [ "$word" = ready ] || exit 0
        [ -e /uplink-told ] || post_milestone uplink ""
        : >/uplink-told
        : >/ready
        return
    done
}

send_milestone() { # standard input: its name, and what is told with it
    read -r name text
    [ -z "$text" ] || text=$(printf '%s' "$text" | encode)
    printf 'milestone %s %s\n' "$name" "${text:--}"
}

send_spool() {
    for file in /spool/*; do
        [ -f "$file" ] || continue
        case $file in
            *.milestone) send_milestone <"$file" ;;
            *) cat "$file" ;;
        esac || exit 0
        rm "$file"
    done
}

now() {
    read -r up _ </proc/uptime
    now=${up%.*}
}

wait_until_ready
now
due=$now
while :; do
    be_patient
    watch_for_init
    send_spool
    now
    if [ "$now" -ge "$due" ]; then
        statistics
        due=$((now + interval))
    fi
    pause=$((due - now))
    [ "$watching" = no ] || pause=0.1
    word='' number=''
    read -r -t "$pause" word number <&5
    [ "$word $number" != "closed $connection" ] || exit 0
done

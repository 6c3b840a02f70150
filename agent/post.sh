# Lines for the server: each a file in the spool, so that none is lost while there is no uplink and none is mixed with
# another. $agent is where the agent's root lies from here: nothing, for the agent itself.

post() { # standard input: one line
    name_letter
    cat >"$agent/spool/.$letter"
    hand_in
}

post_milestone() { # NAME TEXT of one line: it is encoded when it is sent, for then the boot does not wait
    post_line "$1 $2" .milestone
}

post_line() { # TEXT [SUFFIX]: without a process of its own
    name_letter
    letter=$letter${2:-}
    printf '%s\n' "$1" >"$agent/spool/.$letter"
    hand_in
}

name_letter() { # sets $letter
    read -r up _ </proc/uptime
    up=0000000000${up%.*}${up#*.}
    letter=${up#"${up%????????????}"}-$$-$RANDOM # of twelve digits, so that names sort by time
}

hand_in() {
    mv "$agent/spool/.$letter" "$agent/spool/$letter"
    echo post 1<>"$agent/control" # opened for both, it never waits for a reader
}

encode() { # standard input
    text=$(base64 -w 0)
    printf '%s' "${text:--}"
}

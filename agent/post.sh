# Lines for the server: each a file in the spool, so that none is lost while there is no uplink and none is mixed with
# another. $agent is where the agent's root lies from here: nothing, for the agent itself.

post() { # standard input: one line
    read -r up _ </proc/uptime
    up=0000000000${up%.*}${up#*.}
    name=${up#"${up%????????????}"}-$$-$RANDOM # of twelve digits, so that names sort by time
    cat >"$agent/spool/.$name"
    mv "$agent/spool/.$name" "$agent/spool/$name"
    echo post 1<>"$agent/control" # opened for both, it never waits for a reader
}

post_milestone() { # NAME TEXT
    printf 'milestone %s %s\n' "$1" "$(printf '%s' "$2" | encode)" | post
}

encode() { # standard input
    text=$(base64 -w 0)
    printf '%s' "${text:--}"
}

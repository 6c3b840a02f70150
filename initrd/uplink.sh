# The agent's own root in /run/openqrm: it is a tmpfs that outlives the initrd, and the agent stays in it.

install_agent() {
    read -r files </openqrm/agent.list
    cd /
    # shellcheck disable=SC2086  # their names have no blanks
    cp -a --parents -t /run/openqrm $files
    mount -t proc proc /run/openqrm/proc
}

# A key of this boot, known to nobody else.
make_key() {
    umask 077
    dropbearkey -t ed25519 -f /run/openqrm/secret/key >/tmp/key.out 2>&1 || stop "No key could be made."
}

start_agent() {
    server=${uplink%:*}
    echo "$server ssh-ed25519 $hostkey" >/run/openqrm/.ssh/known_hosts
    echo "$server ${uplink##*:} boot-$boot" >/run/openqrm/etc/uplink
    echo "$card ${address%/*}" >/run/openqrm/etc/lease
    # a root that needs no secrets is mounted at once, and goes before the agent
    [ "$fact_profile" != none ] || : >/run/openqrm/patient
    setsid chroot /run/openqrm /bin/sh /agent/agent.sh </dev/null >/dev/null 2>&1 &
}

# Asks for what the HTTP answer must not hold, and waits for it.
fetch_profile() {
    [ "$fact_profile" != none ] || return 0
    exec 6<>/run/openqrm/profile.arrived # open before it is asked for, or the news could come too early
    post_line profile
    read -r -t 60 _ <&6 || stop "The server sent no profile within 60 seconds: the uplink is down, or was refused."
    check_facts /run/openqrm/secret/profile
    read_facts /run/openqrm/secret/profile
}

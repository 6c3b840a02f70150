# The agent's own root in /run/openqrm: it is a tmpfs that outlives the initrd, and the agent stays in it.

install_agent() {
    (cd / && xargs cp -a --parents -t /run/openqrm </openqrm/agent.list)
    cd /run/openqrm
    mkdir -p dev proc etc jobs .ssh
    mkdir -m 700 -p secret
    ln -sf busybox bin/sh
    mknod -m 666 dev/null c 1 3
    mknod -m 666 dev/urandom c 1 9
    mknod -m 600 dev/kmsg c 1 11
    echo 'root:x:0:0:root:/:/bin/sh' >etc/passwd
    mkfifo -m 600 profile.arrived
    mount -t proc proc proc
    cd /
}

# A key of this boot, known to nobody else.
make_key() {
    (umask 077 && dropbearkey -t ed25519 -f /run/openqrm/secret/key >/tmp/key.out 2>&1)
}

start_agent() {
    server=${uplink%:*}
    echo "$server ssh-ed25519 $hostkey" >/run/openqrm/.ssh/known_hosts
    echo "$server ${uplink##*:} boot-$boot" >/run/openqrm/etc/uplink
    echo "$card ${address%/*}" >/run/openqrm/etc/lease
    # a root that needs no secrets is mounted at once, and goes before the agent
    [ "$(fact profile)" != none ] || : >/run/openqrm/patient
    setsid chroot /run/openqrm /bin/sh /agent/agent.sh </dev/null >/dev/null 2>&1 &
}

# Asks for what the HTTP answer must not hold, and waits for it.
fetch_profile() {
    [ "$(fact profile)" != none ] || return 0
    exec 6<>/run/openqrm/profile.arrived # open before it is asked for, or the news could come too early
    echo profile | post
    read -r -t 60 _ <&6 || stop "The server sent no profile within 60 seconds: the uplink is down, or was refused."
    check_facts /run/openqrm/secret/profile
}

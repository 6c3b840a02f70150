# Puts a network card of this host into a bridge, and goes back by itself unless somebody says in time, over a new
# connection, that the host still answers.
#
#   sh bridge.sh look|hang-up|hold|revert BRIDGE CARD VLAN
#   sh bridge.sh settle BRIDGE CARD VLAN SERVICE
#   sh bridge.sh try BRIDGE CARD VLAN ADDRESS GATEWAY SECONDS
#
# VLAN 0: none. ADDRESS empty: without a VLAN the bridge takes over the card's addresses and routes, with one it has none.
# `look` tells in one line: none | trying | held | kept SERVICE | reverting | reverted WHY | other (a bridge that nobody tries here).
# `hold` ends the time that is tried for; `settle` notes that the host's own network service knows the bridge, too. All
# notes are in /run: until it knows, a boot goes back.
set -eu
export LC_ALL=C
verb=$1 bridge=$2 card=$3 vlan=$4
run=/run/openqrm-network place=/run/openqrm-network/$2
port=$card
[ "$vlan" = 0 ] || port=$card.$vlan

refuse() {
    echo "$1" >&2
    exit 1
}

exists() {
    [ -e "/sys/class/net/$1" ]
}

look() {
    if [ -e "$place/state" ]; then
        cat "$place/state"
    elif exists "$bridge"; then
        echo other
    else
        echo none
    fi
}

note() {
    echo "$*" >"$place/state.new"
    mv "$place/state.new" "$place/state"
}

# Commands that give the addresses and routes of one device to another.
moving() { # FROM TO
    for family in -4 -6; do
        ip -o "$family" addr show dev "$1" scope global | while read -r _ _ _ net _; do
            echo "ip $family addr replace $net dev $2"
        done
        ip "$family" route show dev "$1" | grep -v -e 'proto kernel' -e 'proto ra' |
            sed "s/ linkdown//;s/^/ip $family route replace /;s/$/ dev $2/"
    done
}

try() {
    address=$5 gateway=$6 seconds=$7
    ! exists "$bridge" || refuse "there is an interface $bridge already"
    exists "$card" || refuse "there is no network card $card"
    ! exists "$port/master" || refuse "$port is in a bridge already"
    [ "$vlan" = 0 ] || ! exists "$port" || refuse "there is an interface $port already"
    rm -rf "$place"
    mkdir -p "$place"
    chmod 700 "$run"
    echo "$card $vlan" >"$place/of"
    echo "${SSH_CONNECTION:-}" >"$place/connection"
    if [ "$vlan" = 0 ]; then
        moving "$card" "$card" >"$place/back"
        [ -n "$address" ] || moving "$card" "$bridge" >"$place/take"
    fi
    note trying
    # from here on without whoever asked: his connection may be gone any moment
    setsid sh "$0" work "$bridge" "$card" "$vlan" "$address" "$gateway" "$seconds" </dev/null >/dev/null 2>"$place/errors" &
}

work() {
    address=$5 gateway=$6 seconds=$7
    echo $$ >"$place/pid"
    if ! change; then
        back "it did not work: $(tail -n 1 "$place/errors")"
        exit 0
    fi
    left=$seconds
    while [ "$left" -gt 0 ]; do
        sleep 1
        left=$((left - 1))
        [ ! -e "$place/held" ] || exit 0
    done
    back "nobody came over a new connection within $seconds seconds"
}

change() { # each by itself: set -e does not reach in here
    ip link add name "$bridge" type bridge stp_state 0 forward_delay 0 || return 1
    if [ "$vlan" != 0 ]; then
        ip link add link "$card" name "$port" type vlan id "$vlan" || return 1
    else
        # the network knows this host by its card's address
        ip link set dev "$bridge" address "$(cat "/sys/class/net/$card/address")" || return 1
        ip addr flush dev "$card" scope global || return 1
    fi
    ip link set dev "$card" up || return 1
    ip link set dev "$port" master "$bridge" up || return 1
    ip link set dev "$bridge" up || return 1
    [ ! -e "$place/take" ] || sh -e "$place/take" || return 1
    [ -z "$address" ] || ip addr replace "$address" dev "$bridge" || return 1
    [ -z "$gateway" ] || ip route replace default via "$gateway" dev "$bridge" || return 1
}

back() { # WHY
    ! exists "$bridge" || ip link del dev "$bridge"
    if [ "$vlan" != 0 ]; then
        ! exists "$port" || ip link del dev "$port"
    else
        ip link set dev "$card" up
        [ ! -e "$place/back" ] || sh "$place/back" || true
    fi
    note "reverted $1"
}

# The next command has to come over a new connection: this one proves nothing about those to come.
hang_up() {
    [ "$(cat "$place/connection")" = "${SSH_CONNECTION:-}" ] || return 0
    case $(cat "/proc/$PPID/comm") in
        sshd*) ;;
        *) refuse "this command did not come by SSH" ;;
    esac
    # shellcheck disable=SC2016 # the inner shell's
    setsid sh -c 'sleep 0.3; kill "$0"' "$PPID" </dev/null >/dev/null 2>&1 &
}

hold() {
    [ "$(look)" = trying ] || return 0
    if [ "$(cat "$place/connection")" = "${SSH_CONNECTION:-}" ]; then
        echo same
        return
    fi
    : >"$place/held"
    note held
}

settle() {
    [ "$(look)" != held ] || note kept "$5"
}

# Whatever was tried or kept: the card has its addresses again, and nothing tells of the bridge.
revert() {
    mkdir -p "$place"
    if exists "$bridge" && [ "$vlan" = 0 ]; then
        [ -e "$place/back" ] || moving "$bridge" "$card" >"$place/back"
    fi
    note reverting
    setsid sh "$0" end "$bridge" "$card" "$vlan" </dev/null >/dev/null 2>"$place/errors" &
}

end() {
    [ ! -e "$place/pid" ] || [ -e "$place/held" ] || kill -KILL "-$(cat "$place/pid")" 2>/dev/null || true
    back "it was asked for"
    rm -rf "$place"
}

case $verb in
    hang-up) hang_up ;;
    *) "$verb" "$@" ;;
esac

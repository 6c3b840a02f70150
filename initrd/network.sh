# The network card that the firmware booted from, with the address that the firmware was given.

configure_network() {
    ip link set lo up
    find_card
    ip link set "$card" up
    wait_for_link
    if [ -n "$ip" ]; then
        configure_as_told
    else
        udhcpc -q -f -n -t 10 -T 1 -i "$card" -s /openqrm/dhcp.sh >/dev/null || stop "No DHCP server answered on $card."
    fi
    address=$(address_of_card)
    say "network: $card $address"
}

# Sets $card. Drivers may take their time: wait for it.
find_card() {
    mac=$(echo "${bootif#01-}" | tr 'A-Z-' 'a-z:')
    for _ in $(seq 100); do
        for path in /sys/class/net/*; do
            card=${path##*/}
            [ -e "$path/device" ] || continue
            read -r found <"$path/address" || continue
            [ -z "$mac" ] || [ "$found" = "$mac" ] || continue
            return 0
        done
        sleep 0.1
    done
    stop "No network card${mac:+ with the address $mac}: its driver is missing, or the card is."
}

wait_for_link() {
    for _ in $(seq 150); do
        [ "$(cat "/sys/class/net/$card/carrier" 2>/dev/null)" != 1 ] || return 0
        sleep 0.1
    done
    stop "No link on $card: look at its cable and its switch."
}

# ip=ADDRESS:SERVER:GATEWAY:MASK:…
configure_as_told() {
    rest=${ip#*:*:}
    gateway=${rest%%:*} rest=${rest#*:}
    mask=${rest%%:*}
    ip addr add "${ip%%:*}/${mask:-24}" dev "$card" || stop "The address in ip=$ip cannot be used."
    case $gateway in
        '' | 0.0.0.0) ;;
        *) ip route add default via "$gateway" dev "$card" || stop "The gateway in ip=$ip cannot be used." ;;
    esac
}

address_of_card() {
    ip -4 -o addr show dev "$card" | awk '{ print $4; exit }'
}

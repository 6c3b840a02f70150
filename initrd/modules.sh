# Kernel modules by hardware: what the devices ask for and the initrd has, then what the server has for the rest.

read -r release </proc/sys/kernel/osrelease
modules=/lib/modules/$release

# Some devices have no module, or none here: what was tried once is not tried again, unless modules have come.
load_modules_for_devices() {
    join_index
    echo >/tmp/tried # a blank line: busybox takes an empty file of patterns for one that matches all
    # a bus driver brings devices of its own to light, so look again until nothing new asks
    while waiting_devices | grep -vxFf /tmp/tried >/tmp/wanted; do
        tr '\n' '\0' </tmp/wanted | xargs -0 modprobe -q -a 2>/dev/null || true
        cat /tmp/wanted >>/tmp/tried
    done
}

fetch_modules_for_devices() {
    grep -q . /tmp/tried || return 0
    if fetch_modules /tmp/tried; then
        load_modules_for_devices
    else
        say "no further modules from the server: $(cat /tmp/fetch.err)"
    fi
}

fetch_modules() { # FILE of modaliases and names, one a line
    timeout 60 wget -q -O /tmp/modules.gz --post-file "$1" "$http/boot/kernel/$kernel/modules" 2>/tmp/fetch.err &&
        zcat /tmp/modules.gz 2>/tmp/fetch.err | (cd / && cpio -idu 2>/tmp/fetch.err) &&
        rm /tmp/modules.gz
}

# The modaliases of devices without a driver, each once. By bus, because a walk through all of /sys/devices takes long.
waiting_devices() {
    for path in /sys/bus/*/devices/*/modalias; do
        [ -e "${path%/*}/driver" ] || { read -r alias <"$path" && printf '%s\n' "$alias"; }
    done | sort -u
}

# Every module comes with lines of its own for modprobe.
join_index() {
    [ -d "$modules/index" ] || return 0
    for kind in dep alias; do # in one piece: another modprobe may be at work
        cat "$modules/index"/*."$kind" >"$modules/.$kind"
        mv "$modules/.$kind" "$modules/modules.$kind"
    done
}

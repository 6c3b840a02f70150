# What init and its parts tell an operator who looks at the screen.

say() { # SENTENCE
    read -r up _ </proc/uptime
    printf 'openqrm [%s] %s\n' "$up" "$1" >/dev/console
}

stop() { # SENTENCE: ends this part of the boot, which then failed for this reason
    printf '%s\n' "$1" >&2
    exit 1
}

# What the server said about this boot: KEY=VALUE lines, the public ones from the registration, the others from the
# profile that the uplink brought.

facts_files="/run/openqrm/facts /run/openqrm/secret/profile"

fact() { # KEY: prints its value, nothing when there is none
    for file in $facts_files; do
        [ -e "$file" ] || continue
        while read -r line; do
            [ "${line%%=*}" != "$1" ] || { printf '%s\n' "${line#*=}"; return; }
        done <"$file"
    done
}

volume_facts() { # PREFIX: turns PREFIX_key=value into the variable volume_key
    for file in $facts_files; do
        [ -e "$file" ] || continue
        while read -r line; do
            case $line in
                "$1"_*) export "volume_${line#"$1"_}" ;;
            esac
        done <"$file"
    done
}

check_facts() { # FILE: nothing but keys and values that a shell may read
    ! grep -vqE '^[a-z][a-z0-9_]*=[A-Za-z0-9._:/@+=,-]*$' "$1" || stop "The server's answer is not of its form."
}

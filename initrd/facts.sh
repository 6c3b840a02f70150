# What the server said about this boot: KEY=VALUE lines, the public ones from the registration, the others from the
# profile that the uplink brought. Each is a variable, fact_KEY: these may be missing in the answer.

fact_role='' fact_resource='' fact_hostname='' fact_profile='' fact_authorized_keys='' fact_root_password_hash=''
fact_root_type='' fact_install_type='' fact_transfer_type=''
facts_files=

check_facts() { # FILE: nothing but keys and values that a shell may read
    ! grep -vqE '^[a-z][a-z0-9_]*=[A-Za-z0-9._:/@+=,-]*$' "$1" || stop "The server's answer is not of its form."
}

read_facts() { # FILE that was checked
    while read -r line; do
        eval "fact_${line%%=*}=\${line#*=}"
    done <"$1"
    facts_files="$facts_files $1"
}

volume_facts() { # PREFIX: turns PREFIX_key=value into the variable volume_key
    for file in $facts_files; do
        while read -r line; do
            case $line in
                "$1"_*) export "volume_${line#"$1"_}" ;;
            esac
        done <"$file"
    done
}

# Standard input is the uplink: what the server asks for.
set -uf
agent=
. /agent/post.sh
. /agent/machine.sh
. /agent/run.sh

keep_profile() { # FILE
    (umask 077 && decode "$1" >/secret/profile.new && mv /secret/profile.new /secret/profile)
    : >/patient # what the root needs is there: the rest can wait
    echo profile 1<>/profile.arrived
}

end_machine() { # reboot | poweroff
    sync
    # an OS ends its services itself; where it cannot, the wish stands
    in_initrd || (enter_machine "$1") || true
    in_initrd || sleep 60
    "$1" -f
}

awk -f /agent/lines.awk | while read -r verb first second third fourth; do
    case $verb in
        ready) echo "ready $connection" >&5 ;;
        profile) keep_profile "$first" ;;
        run) run_command "$first" "$second" "$third" "$fourth" & ;;
        reboot | poweroff) end_machine "$verb" & ;;
    esac
done
echo "closed $connection" >&5

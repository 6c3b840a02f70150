# While an appliance boots the processor is the boot's: a login takes a good part of a second of a slow one, and each letter
# a few hundredths. So whoever is patient waits until half of it has no work, nor waits for a disk; yet not too long, for
# whoever waits for this boot wants to hear of it.
. /agent/statistics.sh

be_patient() {
    [ -e /patient ] || return 0
    (wait_for_processor)
    rm /patient
}

wait_for_processor() {
    read_processor
    read -r begun _ </proc/uptime
    latest=$((${begun%.*} + 20))
    while read -r up _ </proc/uptime && [ "${up%.*}" -lt "$latest" ]; do
        read -r -t 0.3 _ <>/pause # without a process: nobody writes there
        read_processor
        [ "$free" -le 50 ] || break
    done
}

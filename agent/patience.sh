# While an appliance boots the processor is the boot's: a login takes a good part of a second of a slow one. So this ends
# when half of it has no work, nor waits for a disk; yet not too late, for whoever waits for this boot wants to hear of
# it.
set -u
. /agent/statistics.sh

longest=20 # seconds
step=0.3

read_processor
read -r begun _ </proc/uptime
latest=$((${begun%.*} + longest))
while read -r up _ </proc/uptime && [ "${up%.*}" -lt "$latest" ]; do
    read -r -t "$step" _ <>/profile.arrived # a pause without a process: nobody writes there before he was asked
    read_processor
    [ "$free" -le 50 ] || break
done

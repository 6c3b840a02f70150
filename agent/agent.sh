# Keeps the uplink: what others post goes up, what comes down is done. Lives in a root of its own, /run/openqrm, from the
# registration until the machine is switched off.
set -u
export PATH=/bin HOME=/ connection=0
cd /
umask 022
echo -900 >/proc/self/oom_score_adj # when memory runs out, the way to the machine goes last
. /agent/patience.sh
exec 5<>/control
be_patient
. /agent/lease.sh
read -r address port user </etc/uplink

delay=1
while :; do
    connection=$((connection + 1))
    rm -f /ready
    sh /agent/send.sh | dbclient -T -K 10 -i /secret/key -p "$port" "$user@$address" uplink 2>/log | sh /agent/receive.sh
    [ ! -e /ready ] || delay=1
    # told once, not at every try: the console belongs to the image
    [ "$delay" != 1 ] || echo "<3>openqrm: the uplink is down: $(tr '\n' ' ' </log | cut -c 1-300)" >/dev/kmsg
    sleep "$((delay / 2)).$((RANDOM % 10))" # from half the delay …
    sleep "$((RANDOM % (delay + 1)))" # … to one and a half
    delay=$((delay < 16 ? delay * 2 : 30))
done

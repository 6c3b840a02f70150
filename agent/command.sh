# One command in a session of its own, so that it can be ended with all it started.
. /agent/machine.sh
echo $$ >"$1/group"
echo 0 >/proc/self/oom_score_adj
set -f
job=$1
set --
while IFS= read -r -d '' word; do
    set -- "$@" "$word"
done <"$job/argv"
enter_machine "$@"

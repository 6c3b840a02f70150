# Facts of this boot for the server. They wait in the agent's spool until there is an uplink.

agent=/run/openqrm
. /agent/post.sh

milestone() { # NAME [TEXT]
    say "$1${2:+: $2}"
    post_milestone "$1" "${2:-}"
}

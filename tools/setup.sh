#!/bin/sh
# Makes this machine ready for a make command: Debian packages, then .venv as requirements.lock says.
#
#   tools/setup.sh                             Python only: what make check needs
#   tools/setup.sh machines database           and these groups of tools/debian-packages.txt
#   tools/setup.sh --if-possible machines      where they cannot be had, say so and go on
#   tools/setup.sh --no-python serving         packages alone
#
# A second call finds everything in place and takes a fraction of a second.
set -eu
cd "$(dirname "$0")/.."
log=build/setup.log

say() { printf 'setup: %s\n' "$*" >&2; }
stop() { say "$*"; exit 1; }

main() {
    mkdir -p build
    exec 9>build/setup.lock
    flock 9
    required=true python=true
    need_packages base false
    for group in "$@"; do
        case $group in
            --if-possible) required=false ;;
            --no-python) python=false ;;
            *) need_packages "$group" $required ;;
        esac
    done
    ! $python || need_python
}

packages_of() {
    sed -n "/^\[$1\]/,/^\[/ s/^\([a-z0-9][a-z0-9.+-]*\) .*/\1/p" tools/debian-packages.txt
}

missing_of() {
    installed=$(packages_of "$1" | xargs dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')
    packages_of "$1" | grep -vxF "${installed:-none}" | tr '\n' ' '
}

need_packages() { # GROUP REQUIRED
    [ -n "$(packages_of "$1")" ] || stop "tools/debian-packages.txt has no group [$1]."
    if ! command -v dpkg-query >/dev/null; then
        [ "$1" = base ] || say "this is not Debian: what [$1] of tools/debian-packages.txt names must be there already."
        return 0
    fi
    missing=$(missing_of "$1")
    [ -n "$missing" ] || return 0
    if [ "$(id -u)" = 0 ]; then
        install_packages "$missing"
        return 0
    fi
    say "Debian packages are missing. As root: apt-get install --no-install-recommends $missing"
    [ "$2" = false ] || exit 1
}

install_packages() {
    say "installing $1(log: $log)"
    keep_daemons_down
    {
        apt-get update -q
        # shellcheck disable=SC2086  # a list of names
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 $1
    } >"$log" 2>&1 </dev/null || { tail -n 20 "$log" >&2; stop "apt-get failed; the whole story is in $log."; }
}

# Some of these packages bring services that would take ports of the machine. Debian asks policy-rc.d before it starts one.
keep_daemons_down() {
    policy=/usr/sbin/policy-rc.d
    [ ! -e $policy ] || return 0
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' >$policy
    chmod 755 $policy
}

need_python() {
    wanted=$(cat requirements.lock pyproject.toml | sha256sum)
    grep -qsF "$PWD/.venv" .venv/pyvenv.cfg && .venv/bin/python -c '' 2>/dev/null || make_venv
    [ "$wanted" != "$(cat .venv/ready 2>/dev/null)" ] || return 0
    say "installing Python packages into .venv (log: $log)"
    {
        .venv/bin/python -m pip install --no-deps --require-hashes --only-binary :all: -r requirements.lock &&
            .venv/bin/python -m pip install --no-deps --no-build-isolation --editable .
    } >"$log" 2>&1 </dev/null || { tail -n 20 "$log" >&2; stop "pip failed; the whole story is in $log."; }
    printf '%s\n' "$wanted" >.venv/ready
}

make_venv() {
    for python in python3.11 python3 python3.12 python3.13; do
        if "$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            "$python" -m venv --clear .venv
            return 0
        fi
    done
    stop "Python 3.11 or later with its venv module is needed. As root: apt-get install python3-venv"
}

main "$@"

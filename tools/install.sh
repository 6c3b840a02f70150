#!/bin/sh
# Puts openQRM on this machine, apart from this clone: `make install`, and the same again to upgrade.
#
#   PREFIX  below it each installation has a folder of its own, the last two are kept   [/opt/openqrm]
#   BIN     where the command `openqrm` is                                              [/usr/local/bin]
#   UNITS   where systemd's units are; nothing is started here                          [/etc/systemd/system]
#
# The command is changed last, in one step: until then, and when something fails, the installation before is in use.
set -eu
cd "$(dirname "$0")/.."
prefix=${PREFIX:-/opt/openqrm} bin=${BIN:-/usr/local/bin} units=${UNITS:-/etc/systemd/system}
log=build/install.log

say() { printf 'install: %s\n' "$*" >&2; }
stop() { tail -n 20 "$log" >&2; say "$* The whole story is in $log."; exit 1; }

main() {
    mkdir -p build "$prefix" "$bin"
    exec 9>"$prefix/lock"
    flock 9
    new=$prefix/$(date -u +%Y%m%dT%H%M%SZ)
    trap 'rm -rf "$new"' EXIT
    say "$new (log: $log)"
    make_venv >"$log" 2>&1 </dev/null || stop "it could not be made."
    "$new/bin/openqrm" --version >&2 || stop "what was made does not run."
    trap - EXIT
    place_unit
    ln -s "$new/bin/openqrm" "$new/command"
    mv -T "$new/command" "$bin/openqrm"
    remove_old
    tell
}

make_venv() {
    python3 -m venv "$new"
    "$new/bin/python" -m pip install --no-deps --require-hashes --only-binary :all: -r requirements-serving.lock
    "$new/bin/python" -m pip install --no-deps .
}

place_unit() {
    [ -d "$units" ] || return 0
    sed "s,@BIN@,$bin," tools/openqrm.service >"$units/.openqrm.service"
    mv "$units/.openqrm.service" "$units/openqrm.service"
}

remove_old() {
    for old in $(ls -d "$prefix"/2*Z | sort -r | tail -n +3); do
        rm -rf "$old"
    done
}

tell() {
    say "$bin/openqrm is there."
    if [ -d "$units" ]; then
        say "Now: systemctl daemon-reload && systemctl enable openqrm && systemctl restart openqrm"
    else
        say "Now: $bin/openqrm serve"
    fi
}

main

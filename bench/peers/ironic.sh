#!/bin/sh
# OpenStack's Ironic from PyPI into build/bench/peers/ironic, an environment of its own.
set -eu
cd "$(dirname "$0")/../.."
place=build/bench/peers/ironic
[ ! -e "$place/ready" ] || exit 0
.venv/bin/python -m venv --clear "$place"
"$place/bin/pip" install -q 'ironic>=39,<40' >&2
touch "$place/ready"

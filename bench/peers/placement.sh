#!/bin/sh
# OpenStack's Placement from PyPI into build/bench/peers/placement, an environment of its own.
set -eu
cd "$(dirname "$0")/../.."
place=build/bench/peers/placement
[ ! -e "$place/ready" ] || exit 0
.venv/bin/python -m venv --clear "$place"
"$place/bin/pip" install -q 'openstack-placement>=16,<17' >&2
touch "$place/ready"

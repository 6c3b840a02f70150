#!/bin/sh
# A static web server into build/bench/peers/nginx: Debian's package unpacked, not installed, so nothing starts by itself.
set -eu
cd "$(dirname "$0")/../.."
place=build/bench/peers/nginx
[ ! -x "$place/usr/sbin/nginx" ] || exit 0
mkdir -p "$place"
cd "$place"
apt-get download -q nginx >&2
dpkg -x nginx_*.deb .
rm nginx_*.deb
./usr/sbin/nginx -v

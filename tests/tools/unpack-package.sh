#!/bin/sh
# unpack-package.sh PACKAGE DIR - a Debian package's files, without installing it
#
# For programs that a test runs as an oracle or a generator, but whose
# installation would change the machine.
set -eu
package=$1
mkdir -p "$2"
dir=$(cd "$2" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/p2v-unpack.XXXXXX")
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get -q -o APT::Sandbox::User=root download "$package" >"$work/log" 2>&1 || {
	cat "$work/log" >&2
	exit 1
}
dpkg-deb -x "$work"/*.deb "$dir"

#!/bin/sh
# install.t - what `make install` puts where, and that it works from there
. "$(dirname "$0")/../lib.sh"

dest=$T/dest
check "make install into DESTDIR" make -C "$ROOT" --no-print-directory BUILD="$B" \
	SAN="$(test "${B%/san}" = "$B" || echo address,undefined)" install DESTDIR="$dest" PREFIX=/usr

for name in p2v-push p2v-receive p2v-boot p2v-initrd p2v-takeover p2v-instance p2v-relay; do
	check "$name --help works where it was installed" "$dest/usr/bin/$name" --help
	check "$name has a manual page" test -s "$dest/usr/share/man/man8/$name.8"
done
for name in fixups/lib.sh fixups/undo hooks/lib.sh hooks/files/forced-command initrd/common.sh; do
	check "$name is installed" test -s "$dest/usr/lib/p2v-target/$name"
done
check "the static programs are installed" test -x "$dest/usr/lib/p2v-target/initrd/p2v-wrap-init"
check_fails "their source is not" test -e "$dest/usr/lib/p2v-target/initrd/relay/wrap-init.c"
check "fixups are executable" test -x "$dest/usr/lib/p2v-target/fixups/10-fstab"
for name in p2v-push p2v-boot; do
	check "bash completion for $name" test -s "$dest/usr/share/bash-completion/completions/$name"
done

done_testing

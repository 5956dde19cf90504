#!/bin/sh
# install.t - what `make install` puts where, and that it works from there
. "$(dirname "$0")/../lib.sh"

dest=$T/dest
# install_into FOLDER TARGET
install_into() {
	make -C "$ROOT" --no-print-directory BUILD="$B" \
		SAN="$(test "${B%/san}" = "$B" || echo address,undefined)" "$2" DESTDIR="$1" PREFIX=/usr
}
check "make install into DESTDIR" install_into "$dest" install

for name in p2v-push p2v-receive p2v-boot p2v-initrd p2v-takeover p2v-instance p2v-relay; do
	check "$name --help works where it was installed" "$dest/usr/bin/$name" --help
	check "$name has a manual page" test -s "$dest/usr/share/man/man8/$name.8"
done
for name in fixups/lib.sh fixups/undo hooks/lib.sh initrd/files/forced-command initrd/ramboot/ramboot.sh; do
	check "$name is installed" test -s "$dest/usr/lib/p2v-target/$name"
done
check_eq "the receiver looks beside itself" "$("$dest/usr/bin/p2v-receive" --print-libexec)" \
	"$(readlink -f "$dest/usr/lib/p2v-target")"
check "the static programs are installed" test -x "$dest/usr/lib/p2v-target/initrd/p2v-wrap-init"
check_fails "their source is not" test -e "$dest/usr/lib/p2v-target/initrd/relay/wrap-init.c"
check "fixups are executable" test -x "$dest/usr/lib/p2v-target/fixups/10-fstab"
for name in p2v-push p2v-boot; do
	check "bash completion for $name" test -s "$dest/usr/share/bash-completion/completions/$name"
done

# By component: the parts are the whole, and have nothing in common.
tree() { (cd "$1" && find . ! -type d -printf '%m %p\n' | sort); }
for part in push target tools instance ganeti; do
	check "make install-$part" install_into "$T/$part" "install-$part"
	tree "$T/$part" >>"$T/parts"
done
tree "$dest" >"$T/whole"
sort "$T/parts" >"$T/parts.sorted"
check "the components are what make install installs" diff "$T/whole" "$T/parts.sorted"
check_eq "no file is in two of them" "" "$(uniq -d "$T/parts.sorted")"
check "p2v-push runs from its own" "$T/push/usr/bin/p2v-push" --help
check "and is all that there is" test "$(find "$T/push" -path '*/bin/*' | wc -l)" = 1
check "p2v-receive runs from its own" "$T/target/usr/bin/p2v-receive" --help
check "with the fixups" test -x "$T/target/usr/lib/p2v-target/fixups/10-fstab"
for name in p2v-initrd p2v-takeover p2v-relay; do
	check "$name runs from its own" "$T/tools/usr/bin/$name" --help
done
check "its parts are one with those of the tools" cp -a "$T/tools/." "$T/instance/"
check "p2v-instance runs from both" "$T/instance/usr/bin/p2v-instance" --help
check "Ganeti finds its scripts" test -x "$T/ganeti/usr/lib/ganeti/os/p2v-target/create"

# Nothing of the tree was forgotten.
for file in "$ROOT"/docs/man/*.8.rst; do
	name=${file##*/}
	check "the manual page $name is installed" test -s "$dest/usr/share/man/man8/${name%.rst}"
done
for file in "$ROOT"/docs/completion/*.bash; do
	name=${file##*/}
	check "the completion $name is installed" \
		test -s "$dest/usr/share/bash-completion/completions/${name%.bash}"
done
# Each finds its own parts there, and those of the others that it may use.
need cpio busybox sshd depmod modprobe
mkdir -p "$T/root/lib/modules/6.0.0-test"
touch "$T/root/lib/modules/6.0.0-test/modules.order" "$T/root/lib/modules/6.0.0-test/modules.builtin"
check_status "a standalone initrd is built from there" 0 "$dest/usr/bin/p2v-initrd" build --standalone \
	--kernel 6.0.0-test --modules-from "$T/root" --programs "$dest/usr/bin" --compress none -o "$T/initrd"
cpio -it --quiet <"$T/initrd" >"$T/names"
for name in init etc/ssh/sshd_config usr/lib/p2v-target/forced-command usr/lib/p2v-target/fixups/lib.sh \
	usr/lib/p2v-target/standalone/network.sh; do
	check "it has $name" grep -qxF "$name" "$T/names"
done
check_fails "and nothing that builds it" grep -q 'standalone/build' "$T/names"
check_status "it is configured from there" 0 "$dest/usr/bin/p2v-initrd" configure "$T/initrd" --set ip=dhcp -o "$T/initrd"
check_status "the moving initramfs says what it lacks" 2 "$dest/usr/bin/p2v-initrd" build --ramboot --kernel 0-none -o "$T/x"
check_has "by itself" "$T/err" "no modules in /lib/modules/0-none"
check_status "so does check" 4 "$dest/usr/bin/p2v-initrd" check "$T/none" --this-machine
check_has "by itself" "$T/err" "$T/none is not a readable file"
check_status "an instance is refused from there" 2 "$dest/usr/bin/p2v-instance" create --disk "$T/disk" \
	--hostname h --ssh-key "$T/none"
check_has "by what is missing, not by a part" "$T/err" "cannot read the ssh key file"

done_testing

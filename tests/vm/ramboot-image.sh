#!/bin/sh
# ramboot-image.sh - the disks of the ramboot tests, into build/images
#
#   ramboot.img            what p2v-instance makes, with a rescue shell and
#                          lvm2, plus /srv/fixture: one of each kind of file
#   ramboot-whole.img      the same root on a disk without a partition table
#   ramboot-vmlinuz, ramboot-initrd, ramboot.facts (what fixture.sh says of
#                          /srv/fixture)
#
# Kept for as long as what they are made from is the same. Needs root.
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=script.sh
. "$ROOT/tests/vm/script.sh"
I=$B/images
HERE=$ROOT/tests/vm

image_key() {
	find "$ROOT/hooks" "$ROOT/initrd" "$ROOT/fixups" "$HERE"/ramboot-*.sh "$B/p2v-receive" "$B/p2v-boot" \
		-type f -exec sha256sum '{}' + | sort | sha256sum
}

# One file of each kind that a copy can get wrong.
make_fixture() (
	mkdir -p "$1"
	cd "$1"
	echo plain >plain
	cp /bin/true with-capability
	setcap cap_net_raw+ep with-capability
	echo acl >with-acl
	setfacl -m u:33:rw- with-acl
	mkdir dir-acl
	setfacl -d -m g:33:rx dir-acl
	echo linked >link-a
	ln link-a link-b
	ln -s plain symlink
	ln -s /nowhere/at/all dangling
	truncate -s 300M sparse
	printf end | dd of=sparse bs=1 seek=200M conv=notrunc status=none
	# shellcheck disable=SC2016 # the name is meant so
	echo odd >' -odd
name * $(x) é'
	echo hidden >.hidden
	mkdir .hidden-dir
	echo x >.hidden-dir/x
	echo setuid >setuid
	chown 33:44 setuid
	chmod 6711 setuid
	mkfifo fifo
	mknod null c 1 3
	mknod block b 7 77
	: >empty
	echo user >with-user-attribute
	setfattr -n user.note -v lost with-user-attribute
	touch -d '2001-02-03 04:05:06.123456789' plain
	touch -h -d '2002-03-04 05:06:07.5' symlink
	touch -d '1999-01-01 00:00:00.25' .hidden-dir
)

attach() {
	loop=$(losetup -f --show "$1")
	on_exit "partx -d '$loop' 2>/dev/null || true; losetup -d '$loop'"
	partx -a "$loop" 2>/dev/null || true
}

build() {
	new=$I/ramboot-new.img
	rm -f "$I/ramboot.key" "$new" "$I"/ramboot*.img
	p2v-instance create --disk "$new" --size 2G --hostname ramboot --with lvm2 \
		--ssh-key "$I/keys/operator.pub" --rescue-shell --programs "$B" --cache "$B/cache"
	mkdir "$T/root" "$T/whole"
	attach "$new"
	mount "${loop}p1" "$T/root"
	cp "$T/root"/vmlinuz-* "$I/ramboot-vmlinuz"
	cp "$T/root"/initrd.img-* "$I/ramboot-initrd"
	umount "$T/root"
	mount "${loop}p2" "$T/root"
	on_exit "umount '$T/root'"
	make_fixture "$T/root/srv/fixture"
	(cd "$T/root/srv/fixture" && sh "$HERE/ramboot-fixture.sh") >"$I/ramboot.facts"
	truncate -s 1G "$I/ramboot-whole.img"
	mke2fs -q -F -t ext4 "$I/ramboot-whole.img"
	attach "$I/ramboot-whole.img"
	mount "$loop" "$T/whole"
	on_exit "umount '$T/whole'"
	cp -ax "$T/root/." "$T/whole/"
}

mkdir -p "$I/keys"
exec 9>"$I/.ramboot-lock"
flock 9
PATH=$ROOT/hooks:$PATH
[ -e "$I/keys/operator" ] || ssh-keygen -q -t ed25519 -N '' -C operator -f "$I/keys/operator"
key=$(image_key)
if [ "$key" != "$(cat "$I/ramboot.key" 2>/dev/null)" ]; then
	build >&2
	# What was mounted is complete only when it is unmounted.
	sync
	eval "$script_cleanup"
	script_cleanup=
	mv "$I/ramboot-new.img" "$I/ramboot.img"
	echo "$key" >"$I/ramboot.key"
fi

#!/bin/sh
# dracut hook, before the pivot: the root disk is mounted on $NEWROOT with all
# that belongs to it: move it into RAM and let go of it.
#
# shellcheck disable=SC1091,SC2034,SC2154 # what it sources is inside the initramfs

# In a function of its own shell: dracut's hooks share one, with its options.
p2v_ramboot() (
	PATH=/usr/lib/p2v-ramboot:$PATH
	ramboot_root=${NEWROOT:-/sysroot}
	. "${p2v_tools:-/usr/lib/p2v-ramboot}/ramboot.sh"
	# systemd makes every mount shared, and such a one cannot be moved.
	ramboot_step mount --make-rprivate / || {
		ramboot_say "$ramboot_error"
		exit 1
	}
)

# Leaving the emergency shell means "try again"; rd.shell=0, rd.emergency=
# and panic= decide otherwise, as with everything in dracut. There is no way
# on with half a copy.
type getarg >/dev/null 2>&1 || . /lib/dracut-lib.sh
until p2v_ramboot; do
	if ! getargbool 1 rd.shell; then
		die "p2v-ramboot: the root file system could not be moved into RAM"
	fi
	emergency_shell -n p2v-ramboot "the root file system could not be moved into RAM"
done

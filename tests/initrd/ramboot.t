#!/bin/sh
# common.t - the functions that move a root into RAM, on trees of our own,
# under each shell that may run them
#
# shellcheck disable=SC2016 # the inner shell expands

. "$(dirname "$0")/../lib.sh"
need dash busybox find getfattr setfattr

# inside SHELL SCRIPT: runs it with ramboot.sh loaded and its paths in $T/fake.
inside() {
	inside_shell=$1
	shift
	# shellcheck disable=SC2086 # "busybox sh" is two words
	ramboot_root=$T/fake/root ramboot_dest=$T/fake/ram ramboot_proc=$T/fake/proc \
		ramboot_sys=$T/fake/sys ramboot_state=$T/fake/state ramboot_tools=$T/fake/tools \
		ramboot_console=$T/fake/console ramboot_conf=$T/fake/conf \
		ramboot_pause=0 ramboot_initramfs=$T/fake/initramfs/ ramboot_mount="$T/fake/tools/mount" \
		ramboot_umount="$T/fake/tools/umount" fake=$T/fake \
		$inside_shell -c ". '$ROOT/initrd/ramboot/ramboot.sh'; $1"
}

make_fake() {
	rm -rf "$T/fake"
	mkdir -p "$T/fake/root/etc/lvm" "$T/fake/ram" "$T/fake/proc" "$T/fake/sys" \
		"$T/fake/state" "$T/fake/tools" "$T/fake/initramfs/usr/lib/modules"
	for tool in find cp getfattr; do
		ln -s "$(command -v $tool)" "$T/fake/tools/$tool"
	done
	for tool in mount umount; do
		printf '#!/bin/sh\necho "%s $*" >>"%s"\n' "$tool" "$T/fake/calls" >"$T/fake/tools/$tool"
		chmod +x "$T/fake/tools/$tool"
	done
	: >"$T/fake/console"
	: >"$T/fake/calls"
	echo '12.34 20.00' >"$T/fake/proc/uptime"
	echo 'quiet' >"$T/fake/proc/cmdline"
	echo "/dev/vda1 $T/fake/root ext4 ro 0 0" >"$T/fake/proc/mounts"
	memory 300000
}

memory() {
	printf 'MemTotal: 400000 kB\nMemAvailable: %s kB\n' "$1" >"$T/fake/proc/meminfo"
}

cmdline() {
	echo "$1" >"$T/fake/proc/cmdline"
}

fill_root() {
	head -c 10000 /dev/zero | tr '\0' x >"$T/fake/root/ten-thousand"
	ln "$T/fake/root/ten-thousand" "$T/fake/root/linked"
	truncate -s 50M "$T/fake/root/sparse"
	echo hidden >"$T/fake/root/.hidden"
	ln -s nowhere "$T/fake/root/dangling"
	mkfifo "$T/fake/root/fifo"
	echo odd >"$T/fake/root/ -odd name *"
	: >"$T/fake/root/empty"
}

test_configuration() {
	make_fake
	check_eq "$1: off unless asked for" "$(inside "$1" 'ramboot_configure; echo $ramboot_wanted')" off
	echo ramboot_wanted=on >"$T/fake/conf"
	check_eq "$1: on by configuration" "$(inside "$1" 'ramboot_configure; echo $ramboot_wanted')" on
	cmdline 'ro p2v.ramboot=off quiet'
	check_eq "$1: off by command line" "$(inside "$1" 'ramboot_configure; echo $ramboot_wanted')" off
	cmdline 'p2v.ramboot=offf p2v.ramboot_reserve=100'
	check_eq "$1: nonsense changes nothing, the reserve is in MiB" \
		"$(inside "$1" 'ramboot_configure; echo $ramboot_wanted $ramboot_reserve')" 'on 102400'
	cmdline 'p2v.ramboot_reserve=$(reboot) p2v.ramboot_reserve=99999999'
	check_eq "$1: a strange reserve is ignored" \
		"$(inside "$1" 'ramboot_configure; echo $ramboot_reserve')" 65536
	check_has "$1: and named on the console" "$T/fake/console" 'ramboot_reserve=$(reboot) is not a number'
}

test_measure() {
	make_fake
	fill_root
	# 10000 bytes are 3 pages, once for two names; the two short files a page
	# each; nothing for the hole; 1 KiB for each of the 9 inodes (etc and lvm,
	# the root and 6 kinds of files among them).
	inodes=$(find "$T/fake/root" -printf '%i\n' | sort -u | wc -l)
	check_eq "$1: pages, holes and links are counted as tmpfs does" \
		"$(inside "$1" "ramboot_measure '$T/fake/root'")" \
		"$((12 + 4 + 4 + inodes)) $inodes $((10000 + 7 + 4 + 52428800))"
	check_eq "$1: fits" "$(inside "$1" 'ramboot_fits 100 200 100 && echo yes')" yes
	check_eq "$1: does not fit by one" "$(inside "$1" 'ramboot_fits 101 200 100 || echo no')" no
	check_eq "$1: the tmpfs may not take all memory" \
		"$(inside "$1" 'ramboot_tmpfs_size 160000 400000 60000')" 265000
}

test_space() {
	make_fake
	fill_root
	memory 1000
	inside "$1" 'ramboot_check_space || echo "$ramboot_error"' >"$T/out"
	for figure in 'needed     1 MiB' 'reserve    64 MiB' 'available  1 MiB' 'missing    64 MiB'; do
		check_has "$1: too little RAM, the figure: $figure" "$T/out" "$figure"
	done
	check_fails "$1: the initramfs' modules were given up before refusing" \
		test -e "$T/fake/initramfs/usr/lib/modules"
	: >"$T/fake/proc/mounts"
	inside "$1" 'ramboot_check_space || echo "$ramboot_error"' >"$T/out"
	check_has "$1: no root mounted is an error" "$T/out" 'nothing is mounted'
}

test_copy() {
	make_fake
	fill_root
	setfattr -n user.note -v here "$T/fake/root/.hidden"
	printf 'UUID=1 / ext4 ro 0 1\n/dev/vda5 none swap sw 0 0\ntmpfs /tmp tmpfs rw 0 0\n# UUID=9 /x\n' \
		>"$T/fake/root/etc/fstab"
	check "$1: the move succeeds" inside "$1" 'ramboot_run'
	check "$1: the copy is the same" inside "$1" "
		ramboot_list '$T/fake/root' '' | grep -v fstab | grep -v '^d' >'$T/a'
		ramboot_list '$T/fake/ram' '' | grep -v -e fstab -e lvmlocal | grep -v '^d' >'$T/b'
		sort '$T/a' >'$T/a.s'; sort '$T/b' >'$T/b.s'; diff '$T/a.s' '$T/b.s'"
	check_eq "$1: the attribute came along" \
		"$(cd "$T/fake/ram" && getfattr --only-values -n user.note .hidden)" here
	check_eq "$1: mount, unmount, exchange, in this order" "$(cut -d' ' -f1-3 "$T/fake/calls" | tr '\n' ';')" \
		"mount -t tmpfs;umount $T/fake/root;mount -o move;"
	check_eq "$1: only entries without a disk stay in fstab" \
		"$(grep -v '^#' "$T/fake/ram/etc/fstab")" 'tmpfs /tmp tmpfs rw 0 0'
	check "$1: the old fstab is beside it" \
		cmp "$T/fake/root/etc/fstab" "$T/fake/ram/etc/fstab.p2v"
	check_has "$1: no volume group comes up by itself" "$T/fake/ram/etc/lvm/lvmlocal.conf" \
		'auto_activation_volume_list = []'
	check_has "$1: the marker has the figures" "$T/fake/state/ramboot" 'started=12.34'
	check_has "$1: and the number of lost attributes" "$T/fake/state/ramboot" 'lost_attributes=0'
}

# broken TOOL SCRIPT: a tool that does something else.
broken() {
	rm -f "$T/fake/tools/$1"
	printf '#!/bin/sh\n%s\n' "$2" >"$T/fake/tools/$1"
	chmod +x "$T/fake/tools/$1"
}

# refused SHELL WHAT TEXT: the move fails with this text, and nothing is put in
# the place of the disk.
refused() {
	inside "$1" 'ramboot_run && echo DONE || echo "$ramboot_error"' >"$T/out" 2>&1
	check_has "$1: $2" "$T/out" "$3"
	check_fails "$1: $2: no exchange" grep -q 'mount -o move' "$T/fake/calls"
	check_fails "$1: $2: no marker" test -e "$T/fake/state/ramboot"
	check "$1: $2: the memory is given back" grep -q "umount $T/fake/ram" "$T/fake/calls"
}

test_failures() {
	real_cp=$(command -v cp)
	make_fake
	fill_root
	broken cp "$real_cp \"\$@\"; exit 1"
	refused "$1" "cp fails" 'cp ended with status 1'
	check_has "$1: with figures" "$T/out" 'available at the start'

	make_fake
	fill_root
	broken cp "$real_cp \"\$@\"; rm -f '$T/fake/ram/.hidden'"
	refused "$1" "a file is missing in the copy" 'differs from the disk in 2 files'
	check_has "$1: it is named" "$T/out" './.hidden'

	make_fake
	fill_root
	broken cp "$real_cp \"\$@\"; touch '$T/fake/ram/empty'"
	refused "$1" "a time differs" 'differs from the disk in 1 files'

	make_fake
	fill_root
	broken getfattr "for last; do :; done; case \$PWD in */root) echo '# file: x'; echo security.capability=0x01;; esac"
	refused "$1" "a capability is lost" 'lost 1 attributes'

	make_fake
	fill_root
	broken getfattr "case \$PWD in */root) echo '# file: x'; echo user.a=0x01; echo user.b=0x02;; esac"
	check "$1: lost user attributes do not stop it" inside "$1" 'ramboot_run'
	check_has "$1: they are counted on the console" "$T/fake/console" 'no room for 2 user attributes'
	check_has "$1: and in the marker" "$T/fake/state/ramboot" 'lost_attributes=2'

	make_fake
	fill_root
	broken umount "echo \"umount \$*\" >>'$T/fake/calls'; case \$1 in */root) echo target is busy >&2; exit 1;; esac"
	refused "$1" "the disk cannot be unmounted" 'target is busy'
}

test_usr() {
	make_fake
	fill_root
	mkdir "$T/fake/root/usr"
	echo "/dev/vda2 $T/fake/root/usr ext4 ro 0 0" >>"$T/fake/proc/mounts"
	inside "$1" 'ramboot_run' >"$T/out" 2>&1
	check_eq "$1: a separate /usr is unmounted first" "$(grep '^umount' "$T/fake/calls" | tr '\n' ';')" \
		"umount $T/fake/root/usr;umount $T/fake/root;"
}

test_release() {
	make_fake
	dev=$T/fake/sys/dev/block
	mkdir -p "$dev/254:0/dm" "$dev/254:0/slaves/vda2" "$T/fake/sys/vda/vda2"
	echo 'DEVNAME=dm-0' >"$dev/254:0/uevent"
	echo LVM-abc >"$dev/254:0/dm/uuid"
	echo vg0-root >"$dev/254:0/dm/name"
	echo 252:2 >"$dev/254:0/slaves/vda2/dev"
	ln -s ../../vda/vda2 "$dev/252:2"
	echo 'DEVNAME=vda2' >"$T/fake/sys/vda/vda2/uevent"
	echo 2 >"$T/fake/sys/vda/vda2/partition"
	echo 'DEVNAME=vda' >"$T/fake/sys/vda/uevent"
	cat >"$T/fake/tools/lvm" <<-EOF
		#!/bin/sh
		echo "lvm \$*" >>"$T/fake/calls"
		case \$1 in
		lvs) echo "  vg0" ;;
		vgchange) rm -rf "$dev/254:0" ;;
		esac
	EOF
	chmod +x "$T/fake/tools/lvm"
	release="PATH=$T/fake/tools:\$PATH; ramboot_disks=; ramboot_release 254:0; echo \$ramboot_disks"
	check_eq "$1: the disk below a logical volume is found" "$(inside "$1" "$release")" vda
	check_has "$1: its volume group is deactivated" "$T/fake/calls" 'lvm vgchange -q -an vg0'
	check_fails "$1: and nobody warns" grep -q warning "$T/fake/console"
}

for shell in dash 'busybox sh'; do
	test_configuration "$shell"
	test_measure "$shell"
	test_space "$shell"
	test_copy "$shell"
	test_failures "$shell"
	test_usr "$shell"
	test_release "$shell"
done
done_testing

#!/bin/sh
# takeover.t - what p2v-takeover finds out, concludes and packs: on made-up
# machines, under each shell that may run it
#
# shellcheck disable=SC2016 # the inner shell expands

. "$(dirname "$0")/../lib.sh"
need dash busybox cpio zstd gzip ssh-keygen jq sha256sum

fake=$T/fake
F=$fake

# inside SHELL SCRIPT: with all functions, and facts of a machine that may be
# taken over in every way.
inside() {
	# shellcheck disable=SC2086 # "busybox sh" is two words
	net_root=$fake probe_root=$fake access_root=$fake access_proc=$fake/proc access_sshd=$fake/sshd \
		stage_root=$fake probe_systemctl=$fake/systemctl probe_machine_name=x86_64 SSH_CONNECTION='' SSH_USER_AUTH='' \
		F=$fake T=$T home=$ROOT/initrd \
		$1 -c '
		program_name=p2v-takeover; . "$home/files/program.sh"
		for part in lib probe network access image verdict stage kexec pivot; do . "$home/takeover/$part.sh"; done
		work=$T method=pivot deadman=5 finally=stay services= then= with= append= stage=
		fact_mem_total=500000 fact_mem_available=400000 fact_swap_used=0 fact_run_free=40000
		fact_machine=x86_64 fact_kexec_why= fact_kexec_caution= fact_init=systemd fact_systemd_version=252
		fact_container= fact_root_type=ext4 fact_root_source=/dev/vda1 fact_remote= fact_stack=
		fact_carried=0 fact_drivers=" virtio_net" fact_watchdog= fact_uid=0
		fact_image_kernel=8000 fact_image_initrd=16000 fact_image_unpacked=60000 fact_image_modules="virtio_net ext4"
		fact_image_modules_size=0 fact_image_boot=0 fact_image_tools= fact_image_machine=x86_64 fact_image_why=
		fact_keys=1 fact_keys_left=0 fact_access=good fact_access_key= fact_arrival=192.0.2.9
		fact_arrival_device=52:54:00:12:34:56 fact_addresses=1
		'"$2"
}

verdict() { inside "$1" "$2"'; lines=$(verdict_all); echo "$lines"; c=$(verdict_choose ${m:-auto} "$lines"); echo "=${c:-none}: $(verdict_why ${m:-auto} "$c" "$lines")"'; }

# says SHELL WHAT FACTS TEXT...: the verdict's lines hold every TEXT.
says() {
	says_shell=$1
	says_what=$2
	verdict "$says_shell" "$3" >"$T/verdict"
	shift 3
	for says_text; do
		check_has "$says_shell: $says_what: ${says_text%%:*}" "$T/verdict" "$says_text"
	done
}

test_verdict() {
	verdict "$1" : >"$T/verdict"
	check_eq "$1: nothing speaks against it" "$(tr -d '\n' <"$T/verdict")" \
		'=kexec: there are no objections to starting a fresh kernel'
	says "$1" "no kexec" 'fact_kexec_why="this kernel was built without kexec"' \
		'refuse kexec this kernel was built without kexec' '=pivot: this kernel stays, because this kernel was built'
	says "$1" "caution" 'fact_kexec_caution="kexec is untried"' 'avoid kexec kexec is untried' '=pivot:'
	says "$1" "caution, and no pivot" 'fact_kexec_caution="kexec is untried" fact_init=launchd' \
		'refuse pivot PID 1 is launchd' '=kexec:'
	says "$1" "kexec asked for" 'fact_kexec_caution=x m=kexec' '=kexec: --method kexec was asked for'
	says "$1" "kexec asked for in vain" 'fact_kexec_why=x m=kexec' '=none:'
	# Two copies of 24000 KiB and 8 MiB; 16000 + 60000 KiB and 96 MiB.
	says "$1" "RAM for loading" 'fact_mem_available=56191 m=kexec' \
		'refuse kexec not enough RAM: kernel and initrd, held twice while they are loaded: needs 55 MiB, has 55 MiB, missing 1 MiB' '=none'
	says "$1" "RAM for loading, just enough" 'fact_mem_available=56192 m=kexec' '=kexec'
	says "$1" "RAM for starting" 'fact_mem_total=174303 m=kexec' 'missing 1 MiB (swap does not count)' '=none'
	says "$1" "RAM for a pivot" 'fact_mem_available=125535 m=pivot' \
		"refuse pivot not enough RAM: the bootstrap system's files and what it needs to run: needs 123 MiB, has 123 MiB, missing 1 MiB" '=none'
	says "$1" "RAM for a pivot, just enough" 'fact_mem_available=125536 m=pivot fact_swap_used=100' '=pivot' \
		'note any 1 MiB is in swap'
	says "$1" "services need RAM, too" 'fact_mem_available=125536 m=pivot fact_carried=1' 'missing 1 MiB' '=none'
	says "$1" "modules of another kernel stay out" 'fact_image_modules_size=20000 fact_mem_available=105536 m=pivot' '=pivot'
	says "$1" "no driver" 'fact_drivers=" virtio-net e1000"' 'refuse kexec the image has no driver e1000 for a network card' '=pivot:'
	says "$1" "no kernel given" 'fact_image_kernel=' 'refuse kexec no kernel was given' '=pivot:'
	says "$1" "little room in /run" 'fact_run_free=100 fact_kexec_why=x' 'refuse pivot systemd needs 16 MiB free in /run' '=none'
	says "$1" "LVM" 'fact_stack="lvm md "' 'refuse pivot a disk in use is under lvm, and the image has no lvm' 'has no mdadm' '=kexec'
	says "$1" "LVM with its tool" 'm=pivot fact_stack="lvm " fact_image_tools=" lvm"' '=pivot'
	says "$1" "a network disk" 'm=pivot fact_stack="iscsi "' 'refuse pivot a disk is reached by iscsi' '=none'
	says "$1" "no key" 'fact_keys=0' 'refuse any nobody could log in afterwards' '=none'
	says "$1" "another key" 'fact_access=lost fact_access_key=SHA256:abc' 'refuse any the key that you logged in with (SHA256:abc)' '=none'
	says "$1" "password" 'fact_access=password' 'refuse any you logged in with a password' '=none'
	says "$1" "unknown key" 'fact_access=unknown' 'note any which key you logged in with is not recorded' '=kexec'
	says "$1" "by a tunnel" 'fact_arrival=10.9.9.9 fact_arrival_device=' 'refuse any your session arrives at 10.9.9.9' '=none'
	says "$1" "at the console" 'fact_arrival= fact_arrival_device= fact_access=local' '=kexec'
	says "$1" "no root" 'fact_uid=1000' 'refuse any this needs root' '=none'
	says "$1" "container" 'fact_container=yes' 'refuse any this is a container' '=none'
	says "$1" "another machine's image" 'fact_image_machine=aarch64' 'refuse any the image is made for aarch64' '=none'
	says "$1" "a strange image" 'fact_image_why="x is no initrd"' 'refuse any x is no initrd' '=none'
	says "$1" "watchdog" 'fact_watchdog=" watchdog0"' 'note any a watchdog is counting down: watchdog0' '=kexec'
}

make_machine() {
	rm -rf "$F"
	mkdir -p "$F/proc/1" "$F/proc/sys/kernel" "$F/sys/kernel/security" "$F/sys/hypervisor" "$F/sys/dev/block" \
		"$F/etc" "$F/run" "$F/dev" "$F/root/.ssh" "$F/mnt" "$F/media" "$F/var/log"
	printf 'MemTotal: 400000 kB\nMemAvailable: 300000 kB\nSwapTotal: 5000 kB\nSwapFree: 4000 kB\n' >"$F/proc/meminfo"
	ln -s /usr/lib/systemd/systemd "$F/proc/1/exe"
	echo systemd >"$F/proc/1/comm"
	printf 'A=b\000' >"$F/proc/1/environ"
	echo 0 >"$F/sys/kernel/kexec_loaded"
	printf '#!/bin/sh\necho "systemd 252 (252.39-1~deb12u1)"\n' >"$F/systemctl"
	printf '#!/bin/sh\nexit 1\n' >"$F/sshd"
	chmod +x "$F/systemctl" "$F/sshd"
	printf '/dev/root / btrfs rw 0 0\ntmpfs /run tmpfs rw 0 0\nsrv:/x /srv/x nfs4 rw 0 0\n' >"$F/proc/mounts"
	printf 'Filename Type Size Used Priority\n' >"$F/proc/swaps"
	echo 'root:x:0:0:root:/root:/bin/sh' >"$F/etc/passwd"
}

probe() { inside "$1" "probe_all; $2"; }

test_probe() {
	make_machine
	check_eq "$1: memory, swap" "$(probe "$1" 'echo $fact_mem_total $fact_mem_available $fact_swap_used')" '400000 300000 1000'
	check_eq "$1: systemd and its version" "$(probe "$1" 'echo $fact_init $fact_systemd_version $(pivot_way_of $fact_init $fact_systemd_version)')" 'systemd 252 switch-root'
	check_eq "$1: a later systemd" "$(probe "$1" 'pivot_way_of systemd 254')" soft-reboot
	check_eq "$1: root and network file systems" "$(probe "$1" 'echo $fact_root_type $fact_remote')" 'btrfs /srv/x'
	check_eq "$1: kexec can be used" "$(probe "$1" 'echo "[$fact_kexec_why$fact_kexec_caution]"')" '[]'
	echo '[none] integrity confidentiality' >"$F/sys/kernel/security/lockdown"
	check_eq "$1: not locked down" "$(probe "$1" 'echo "[$fact_kexec_why]"')" '[]'
	echo 'none [integrity] confidentiality' >"$F/sys/kernel/security/lockdown"
	probe "$1" 'echo "$fact_kexec_why"' >"$T/out"
	check_has "$1: lockdown" "$T/out" 'locked down'
	rm "$F/sys/kernel/security/lockdown"
	echo 1 >"$F/proc/sys/kernel/kexec_load_disabled"
	probe "$1" 'echo "$fact_kexec_why"' >"$T/out"
	check_has "$1: switched off" "$T/out" 'switched off'
	rm "$F/proc/sys/kernel/kexec_load_disabled"
	echo xen >"$F/sys/hypervisor/type"
	echo PV >"$F/sys/hypervisor/guest_type"
	probe "$1" 'echo "$fact_kexec_why"' >"$T/out"
	check_has "$1: Xen PV" "$T/out" 'paravirtual Xen guest'
	echo HVM >"$F/sys/hypervisor/guest_type"
	probe "$1" 'echo "[$fact_kexec_why] $fact_kexec_caution"' >"$T/out"
	check_has "$1: Xen HVM is a matter of caution" "$T/out" '[] kexec in a Xen HVM'
	rm "$F/sys/kernel/kexec_loaded"
	probe "$1" 'echo "$fact_kexec_why"' >"$T/out"
	check_has "$1: no CONFIG_KEXEC" "$T/out" 'without kexec'
	printf 'A=b\000container=lxc\000' >"$F/proc/1/environ"
	check_eq "$1: a container" "$(probe "$1" 'echo $fact_container')" yes
	for pair in busybox:busybox s6-svscan:s6 launchd:launchd init:sysvinit; do
		ln -sf "/sbin/${pair%:*}" "$F/proc/1/exe"
		: >"$F/run/initctl"
		check_eq "$1: PID 1 ${pair%:*}" "$(probe "$1" 'echo $fact_init')" "${pair#*:}"
	done
	rm "$F/run/initctl"
	check_eq "$1: an init that is not known" "$(probe "$1" 'echo $fact_init')" init
	check_eq "$1: another architecture" "$(probe "$1" 'fact_machine=ppc64le; probe_kexec; echo ${fact_kexec_caution:+caution}')" caution
}

# A root on LVM on RAID on two disks, and a loop device.
test_stack() {
	make_machine
	disks=$F/sys/devices/pci0
	mkdir -p "$disks/vda" "$disks/session3/sdb" "$disks/md0/md" "$disks/md0/slaves/vda" "$disks/md0/slaves/sdb" \
		"$disks/dm-0/dm" "$disks/dm-0/slaves/md0"
	echo 254:0 >"$disks/md0/slaves/vda/dev"
	echo 8:16 >"$disks/md0/slaves/sdb/dev"
	echo 9:0 >"$disks/dm-0/slaves/md0/dev"
	echo LVM-abc >"$disks/dm-0/dm/uuid"
	ln -s "$disks/vda" "$F/sys/dev/block/254:0"
	ln -s "$disks/session3/sdb" "$F/sys/dev/block/8:16"
	ln -s "$disks/md0" "$F/sys/dev/block/9:0"
	ln -s "$disks/dm-0" "$F/sys/dev/block/253:0"
	check_eq "$1: LVM on RAID, one of whose disks is iSCSI" \
		"$(inside "$1" 'probe_layers 253:0 | sort | tr "\n" " "')" 'iscsi lvm md '
	check_eq "$1: a plain disk" "$(inside "$1" 'probe_layers 254:0')" ''
}

test_access() {
	make_machine
	rm -f "$T/k1" "$T/k2" "$T/k1.pub" "$T/k2.pub"
	ssh-keygen -q -t ed25519 -N '' -C one -f "$T/k1"
	ssh-keygen -q -t ed25519 -N '' -C two -f "$T/k2"
	{
		echo '# a comment'
		cat "$T/k1.pub"
		echo
		sed 's/^/no-port-forwarding,no-X11-forwarding /' "$T/k2.pub"
		sed 's/^/from="192.0.2.0\/24" /; s/two/three/' "$T/k2.pub"
		sed 's/^/command="echo hi there",restrict /' "$T/k2.pub"
		sed 's/^/cert-authority /' "$T/k2.pub"
	} >"$F/root/.ssh/authorized_keys"
	check_eq "$1: plain keys are carried, bound ones are not" \
		"$(inside "$1" 'access_carry <"$F/root/.ssh/authorized_keys"')" "$(cat "$T/k1.pub" "$T/k2.pub")"
	check_eq "$1: and are counted" "$(inside "$1" 'access_left_behind "$F/root/.ssh/authorized_keys"')" 3
	check_eq "$1: root's file" "$(inside "$1" 'access_key_files root')" "$F/root/.ssh/authorized_keys"
	fingerprint=$(ssh-keygen -lf "$T/k1.pub" | cut -d' ' -f2)
	cat >"$F/var/log/auth.log" <<-X
		Nov 22 01:00:00 box sshd[10]: Accepted password for root from 192.0.2.7 port 4000 ssh2
		Nov 22 01:00:00 box sshd[11]: Accepted publickey for root from 192.0.2.7 port 40001 ssh2: ED25519 $fingerprint
		Nov 22 01:00:00 box sshd[12]: Accepted publickey for root from 192.0.2.7 port 400 ssh2: ED25519 SHA256:other
	X
	cp "$T/k1.pub" "$T/carried"
	state='journalctl() { return 1; }; access_check "$T/carried"; echo "$fact_access $fact_keys $fact_arrival"'
	check_eq "$1: the key of this session is carried" \
		"$(inside "$1" "SSH_CONNECTION='192.0.2.7 40001 192.0.2.9 22'; $state")" 'good 1 192.0.2.9'
	check_eq "$1: the key of this session is another" \
		"$(inside "$1" "SSH_CONNECTION='192.0.2.7 400 192.0.2.9 22'; $state")" 'lost 1 192.0.2.9'
	check_eq "$1: a password" \
		"$(inside "$1" "SSH_CONNECTION='192.0.2.7 4000 192.0.2.9 22'; $state")" 'password 1 192.0.2.9'
	check_eq "$1: no record" \
		"$(inside "$1" "SSH_CONNECTION='192.0.2.7 4 192.0.2.9 22'; $state")" 'unknown 1 192.0.2.9'
	mkdir -p "$F/proc/77"
	printf 'PPid:\t77\n' >"$F/proc/status"
	printf 'X=y\000SSH_CONNECTION=192.0.2.7 40001 192.0.2.9 22\000' >"$F/proc/77/environ"
	check_eq "$1: sudo hides the session in the parents" \
		"$(inside "$1" "mkdir -p \$F/proc/\$\$; cp \$F/proc/status \$F/proc/\$\$/; $state; rm -r \$F/proc/\$\$")" 'good 1 192.0.2.9'
	check_eq "$1: at the console" "$(inside "$1" "$state")" 'local 1 '
}

# What stands for an initrd: a tree with /init, p2v-boot, a driver.
make_image() {
	rm -rf "$T/tree"
	mkdir -p "$T/tree/usr/bin" "$T/tree/usr/lib/modules/9.9/kernel/net"
	ln -s usr/bin "$T/tree/bin"
	ln -s usr/lib "$T/tree/lib"
	head -c 10000 /dev/zero >"$T/tree/usr/bin/p2v-boot"
	head -c 5000 /dev/zero >"$T/tree/usr/lib/modules/9.9/kernel/net/virtio-net.ko.xz"
	echo '#!/bin/sh' >"$T/tree/init"
	{
		printf '\177ELF'
		head -c 14 /dev/zero
		printf '\076\000'
	} >"$T/tree/usr/bin/dash"
	(cd "$T/tree" && find . ! -name . | sed 's,^\./,,' | sort | cpio -o -H newc --quiet) >"$T/image.cpio"
	zstd -qf "$T/image.cpio" -o "$T/image.zst"
	gzip -nc "$T/image.cpio" >"$T/image.gz"
	printf '\000\000\000' >>"$T/image.zst"
	{
		head -c 514 /dev/zero
		printf HdrS
		head -c 5000 /dev/zero
	} >"$T/kernel"
	# One sector besides the first, and 281 paragraphs (4496 bytes).
	printf '\001' | dd of="$T/kernel" bs=1 seek=497 conv=notrunc 2>/dev/null
	printf '\031\001\000\000' | dd of="$T/kernel" bs=1 seek=500 conv=notrunc 2>/dev/null
}

test_image() {
	make_image
	for kind in cpio zst gz; do
		inside "$1" "image_look '$T/kernel' '$T/image.$kind' '$T/contents'
			echo \"\$fact_image_why|\$fact_image_machine|\$fact_image_modules|\$fact_image_kernel|\$image_version\"" >"$T/out"
		check_eq "$1: $kind is looked into" "$(cat "$T/out")" '|x86_64|virtio_net |6|9.9'
	done
	head -c 5500 "$T/kernel" >"$T/cut-kernel"
	inside "$1" "image_look '$T/cut-kernel' '$T/image.gz' '$T/contents'; echo \"\$fact_image_why\"" >"$T/out"
	check_has "$1: half a kernel is refused" "$T/out" 'its header says that there is more'
	# Of the driver two pages; 1 KiB for it and for each of three folders.
	inside "$1" "image_omits=yes; image_cpio=cpio; cpio -itv <'$T/image.cpio' 2>/dev/null | image_table >'$T/contents'
		image_judge '$T/contents' x; echo \"\$fact_image_modules_size \$((fact_image_unpacked > 38))\"" >"$T/out"
	check_eq "$1: sizes are read from the list" "$(cat "$T/out")" '12 1'
	check_eq "$1: the shell inside tells the machine" \
		"$(inside "$1" "image_look '' '$T/image.gz' '$T/contents'; echo \$fact_image_machine")" x86_64
	mkdir -p "$T/out.d"
	inside "$1" "image_look '' '$T/image.zst' '$T/contents'; image_unpack '$T/image.zst' '$T/out.d'"
	check "$1: unpacked" cmp "$T/tree/usr/bin/p2v-boot" "$T/out.d/usr/bin/p2v-boot"
	if [ "$1" = dash ]; then
		check_fails "$1: without modules of another kernel" test -e "$T/out.d/usr/lib/modules/9.9/kernel"
	fi
	rm -rf "$T/out.d"
	echo 'no image' >"$T/text"
	inside "$1" "image_look '' '$T/text' '$T/contents'; echo \"\$fact_image_why\"" >"$T/out"
	check_has "$1: rubbish is refused" "$T/out" 'is not an initrd of p2v-initrd'
	(cd "$T" && echo kernel | cpio -o -H newc --quiet | gzip -n) >"$T/other.gz"
	inside "$1" "image_look '' '$T/other.gz' '$T/contents'; echo \"\$fact_image_why\"" >"$T/out"
	check_has "$1: another initrd is refused" "$T/out" 'does not hold /init and p2v-boot'
	head -c 300 "$T/image.gz" >"$T/cut.gz"
	inside "$1" "image_look '' '$T/cut.gz' '$T/contents'; echo \"\$fact_image_why\"" >"$T/out"
	check_has "$1: half an initrd is refused" "$T/out" 'p2v-initrd build --standalone'
}

# The archive that this machine's part travels in, read by cpio.
test_pack() {
	rm -rf "$T/overlay" "$T/read"
	mkdir -p "$T/overlay/etc/p2v" "$T/read"
	chmod 700 "$T/overlay/etc/p2v"
	printf 'secret' >"$T/overlay/etc/p2v/key"
	chmod 600 "$T/overlay/etc/p2v/key"
	: >"$T/overlay/etc/empty"
	echo run >"$T/overlay/etc/p2v/after it"
	chmod 755 "$T/overlay/etc/p2v/after it"
	ln -s p2v/key "$T/overlay/etc/link"
	head -c 100001 /dev/urandom >"$T/overlay/etc/big"
	inside "$1" 'image_pack "$T/overlay" "$T/overlay.cpio"'
	check "$1: cpio reads it" sh -c "cd '$T/read' && cpio -idm --quiet <'$T/overlay.cpio'"
	check "$1: the same files" diff -r "$T/overlay" "$T/read"
	check_eq "$1: the same modes" "$(cd "$T/read" && find . ! -name . ! -type l -printf '%m %p\n' | sort)" \
		"$(cd "$T/overlay" && find . ! -name . ! -type l -printf '%m %p\n' | sort)"
	check_eq "$1: a multiple of four" "$(($(wc -c <"$T/overlay.cpio") % 4))" 0
	check_eq "$1: all root's" "$(cpio -itvn --quiet <"$T/overlay.cpio" | awk '{ print $3, $4 }' | sort -u)" '0 0'
}

test_stage() {
	make_machine
	check_eq "$1: an empty folder for the new root" "$(inside "$1" stage_place)" "$F/mnt"
	: >"$F/mnt/used"
	check_eq "$1: not one in use" "$(inside "$1" stage_place)" "$F/media"
	echo "x $F/media tmpfs rw 0 0" >>"$F/proc/mounts"
	check_eq "$1: nor a mount" "$(inside "$1" stage_place)" ''
	check_fails "$1: none under /run" inside "$1" 'stage_check_place /run/x'
	check_eq "$1: the command line keeps consoles and hardware only" \
		"$(inside "$1" 'append="a=b"; stage_cmdline "BOOT_IMAGE=/vmlinuz root=UUID=1 ro quiet console=tty0 console=ttyS0,115200 init=/x acpi=off"')" \
		' console=tty0 console=ttyS0,115200 acpi=off panic=30 a=b'
	printf '%s\n' 'cron.service loaded active running x' 'ssh.service loaded' 'apt-daily.timer x' 'networking.service x' \
		'systemd-udevd.service x' 'mariadb.service x' 'getty@tty1.service x' 'rsyslog.service x' 'dbus.socket x' 'init.scope x' >"$T/units"
	check_eq "$1: what is stopped first" "$(inside "$1" 'pivot_units <"$T/units" | tr "\n" " "')" \
		'cron.service apt-daily.timer mariadb.service rsyslog.service '
	cat >"$T/quote.sh" <<-'X'
		eval "set -- $(quoted "a b" "it's" '$x')"
		printf '%s|' "$@"
	X
	check_eq "$1: quoted for another shell" "$(inside "$1" '. "$T/quote.sh"')" "a b|it's|\$x|"
	inside "$1" 'json_text "a \"b\" \\ c"' >"$T/out"
	check_eq "$1: JSON text" "$(jq -r . <"$T/out")" 'a "b" \ c'
	check_eq "$1: empty JSON text" "$(inside "$1" 'json_text ""')" '""'
}

# The jump must have left the session before the session may end, however slow it
# is in doing so.
test_jump() {
	make_machine
	jump='fact_init=busybox stage_session_seconds=0 stage_proc=$F/proc'
	rm -f "$T/left" "$T/jumped"
	check "$1: a slow jump is waited for" inside "$1" "$jump"'
		setsid() { sleep 2; command setsid "$@"; }
		stage_jump "echo \"\$tries\" >\"$T/jumped\"" && test -e "$T/left"'
	check "$1: and then jumps" test_until 10 test -s "$T/jumped"
	rm -f "$T/left"
	check_fails "$1: one that does not get away is a failure" inside "$1" "$jump"'
		stage_left_seconds=1
		setsid() { :; }
		stage_jump :'
	check_eq "$1: the session is the ssh server's" "$(inside "$1" "$jump"'
		mkdir -p "$F/proc/$$" "$F/proc/70" "$F/proc/71"
		echo sh >"$F/proc/$$/comm"
		printf "Name:\tsh\nPPid:\t70\n" >"$F/proc/$$/status"
		echo sudo >"$F/proc/70/comm"
		printf "PPid:\t71\n" >"$F/proc/70/status"
		echo sshd-session >"$F/proc/71/comm"
		stage_session')" 71
	check "$1: without one it is this shell's" inside "$1" 'stage_proc=$F/proc; [ "$(stage_session)" = $$ ]'
}

test_until() {
	test_tries=$1
	shift
	until "$@"; do
		test_tries=$((test_tries - 1))
		[ "$test_tries" -gt 0 ] || return 1
		sleep 1
	done
}

# The dead-man switch's eye: processes as /proc shows them.
process() {
	mkdir -p "$F/proc/$1"
	echo "$1 ($2) S $3 1 1 0 -1" >"$F/proc/$1/stat"
}

test_after() {
	make_machine
	mkdir -p "$F/here/services" "$F/rundir"
	echo 'takeover_deadman=0' >"$F/here/config"
	echo '100.5 1' >"$F/proc/uptime"
	after="after_here=$F/here after_run=$F/rundir after_proc=$F/proc after_console=$F/console; set -- functions; . '$ROOT/initrd/takeover/after'"
	process 1 init 0
	process 50 sshd 1
	process 51 sshd 50
	check_fails "$1: somebody knocks" inside "$1" "$after; logged_in"
	process 52 'a (name) of' 51
	check "$1: somebody is in" inside "$1" "$after; logged_in"
	process 52 sleep 1
	check_fails "$1: and out" inside "$1" "$after; logged_in"
	: >"$F/rundir/login"
	check "$1: somebody was in" inside "$1" "$after; logged_in"
	rm "$F/rundir/login"
	echo 'takeover_deadman=1' >"$F/here/config"
	inside "$1" "$after; restart() { echo restart; }; sleep() { echo '200.0 1' >\$F/proc/uptime; }; dead_man" >"$T/out"
	check_eq "$1: nobody came" "$(cat "$T/out")" restart
	echo '100.5 1' >"$F/proc/uptime"
	inside "$1" "$after; restart() { echo restart; }; sleep() { : >$F/rundir/login; }; dead_man" >"$T/out"
	check_eq "$1: somebody came in time" "$(cat "$T/out")" ''
	check_has "$1: it is said" "$F/console" 'this machine stays'
	rm -f "$F/rundir/login"
	for name in 10-a.once 20-b.once; do
		printf '#!/bin/sh\necho "%s" >>"%s"\n' "$name" "$F/order" >"$F/here/services/$name"
		chmod +x "$F/here/services/$name"
	done
	echo 'not a program' >"$F/here/services/15-data"
	inside "$1" "$after; start_services"
	check_eq "$1: services in the order of their names" "$(tr '\n' ' ' <"$F/order")" '10-a.once 20-b.once '
	printf '#!/bin/sh\necho out; exit 3\n' >"$F/here/then"
	chmod +x "$F/here/then"
	inside "$1" "$after; then_command"
	check_eq "$1: the status of --then" "$(cat "$F/rundir/then.status")" 3
	check_eq "$1: its log" "$(cat "$F/rundir/then.log")" out
}

for shell in dash 'busybox sh'; do
	test_verdict "$shell"
	test_probe "$shell"
	test_stack "$shell"
	test_access "$shell"
	test_image "$shell"
	test_pack "$shell"
	test_stage "$shell"
	test_jump "$shell"
	test_after "$shell"
done

p2v-takeover --help >"$T/help"
check_has "help has an example" "$T/help" 'Example:'
for bad in '--method warp' '--deadman soon' '--finally sleep' '--way up' '--nonsense' '--initrd' \
	'--host -oProxyCommand=x' '--image one'; do
	# shellcheck disable=SC2086 # options
	check_status "refused: $bad" 1 p2v-takeover --initrd /dev/null $bad
done
check_status "an initrd must be named" 1 p2v-takeover --dry-run
check_status "and be there" 2 p2v-takeover --dry-run --initrd "$T/nothing"

# What goes to another machine is complete: over there the program finds its parts.
cat >"$T/ssh" <<X
#!/bin/sh
mkdir "$T/there" && tar -C "$T/there" -xf - && exec sh "$T/there/p2v-takeover" --help
X
chmod +x "$T/ssh"
check_status "from afar" 0 p2v-takeover --host root@there --ssh "$T/ssh" --dry-run --initrd "$T/help"
check "it runs as it does here" cmp "$T/out" "$T/help"
for file in initrd ramboot/ramboot.sh takeover/first takeover/after; do
	check "$file goes along" test -s "$T/there/$file"
done
done_testing

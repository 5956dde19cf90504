#!/bin/sh
# builders.t - the hooks for dracut and mkinitcpio: what they put into an
# initramfs, and what they do there, with the builders' functions played by ours
# shellcheck disable=SC2016 # the inner shells expand
. "$(dirname "$0")/../lib.sh"
need bash busybox find

# --- what goes in -----------------------------------------------------------------
# installs HOOK FUNCTION: calls the function of a hook, and prints what it installs.
installs() {
	P2V_INITRD_DIR=$ROOT/initrd/ramboot P2V_RAMBOOT=on P2V_RESERVE=${reserve:-} initdir=$T/initramfs \
		moddir=$ROOT/initrd/ramboot/dracut/90p2v-ramboot bash -c '
		inst() { echo "$1 $2"; }
		inst_simple() { echo "$1 $2"; }
		inst_hook() { echo "$3 hook/$1"; }
		add_binary() { echo "$1 $2"; }
		add_file() { echo "$1 $2"; }
		add_runscript() { echo runscript; }
		derror() { echo "error $*"; }
		error() { echo "error $*"; }
		. "$1" && "$2"' sh "$1" "$2"
}
programs=$(sed -n "/^ramboot_programs=/,/'\$/p" "$ROOT/initrd/ramboot/ramboot.sh" | tr -d "'" | sed 's/.*=//')

check_status "dracut's module installs" 0 installs "$ROOT/initrd/ramboot/dracut/90p2v-ramboot/module-setup.sh" install
check_has "the functions" "$T/out" "$ROOT/initrd/ramboot/ramboot.sh /usr/lib/p2v-ramboot/ramboot.sh"
check_has "the hook before the pivot" "$T/out" "p2v-ramboot.sh hook/pre-pivot"
check_fails "nothing was missing" grep error "$T/out"
for program in $programs; do
	check "dracut: $program" grep -q "^/[^ ]* /usr/lib/p2v-ramboot/$program\$" "$T/out"
done
check_has "it is on by itself" "$T/initramfs/conf/p2v-ramboot.conf" "ramboot_wanted=on"
reserve=80
check_status "with a reserve" 0 installs "$ROOT/initrd/ramboot/dracut/90p2v-ramboot/module-setup.sh" install
check_has "in KiB" "$T/initramfs/conf/p2v-ramboot.conf" "ramboot_reserve=81920"
check_status "dracut takes it only when asked" 255 \
	bash -c '. "$1"; check' sh "$ROOT/initrd/ramboot/dracut/90p2v-ramboot/module-setup.sh"

check_status "mkinitcpio's hook installs" 0 installs "$ROOT/initrd/ramboot/mkinitcpio/install/p2v-ramboot" build
check_has "the functions, too" "$T/out" "$ROOT/initrd/ramboot/ramboot.sh /usr/lib/p2v-ramboot/ramboot.sh"
check_has "the runtime hook" "$T/out" "runscript"
for program in $programs; do
	check "mkinitcpio: $program" grep -q "^/[^ ]* /usr/lib/p2v-ramboot/$program\$" "$T/out"
done
check_status "it explains itself" 0 bash -c '. "$1"; help' sh "$ROOT/initrd/ramboot/mkinitcpio/install/p2v-ramboot"
check_has "by the word for the command line" "$T/out" "p2v.ramboot=on"

# --- the list is what the functions call ----------------------------------------------
# With these programs alone on the PATH a whole move succeeds.
mkdir -p "$T/tools" "$T/fake/root/etc" "$T/fake/ram" "$T/fake/proc" "$T/fake/sys" "$T/fake/state"
for program in $programs; do
	ln -s "$(readlink -f "$(command -v "$program")")" "$T/tools/$program"
done
for program in mount umount; do
	rm "$T/tools/$program"
	printf '#!/bin/sh\necho "%s $*" >>"%s"\n' "$program" "$T/calls" >"$T/tools/$program"
	chmod +x "$T/tools/$program"
done
cp "$ROOT/initrd/ramboot/ramboot.sh" "$T/tools/"
echo "/dev/vda1 $T/fake/root ext4 ro 0 0" >"$T/fake/proc/mounts"
echo 'MemAvailable: 300000 kB' >"$T/fake/proc/meminfo"
echo '12.34 20.00' >"$T/fake/proc/uptime"
echo 'p2v.ramboot=on' >"$T/fake/proc/cmdline"
echo content >"$T/fake/root/file"
echo 'UUID=1 / ext4 ro 0 1' >"$T/fake/root/etc/fstab"

# runs HOOK CALL: in busybox' shell, with what the initramfs would have.
runs() {
	busybox=$(command -v busybox)
	env -i PATH="$T/tools" p2v_tools="$T/tools" p2v_new_root="$T/fake/root" NEWROOT="$T/fake/root" \
		ramboot_dest="$T/fake/ram" ramboot_proc="$T/fake/proc" ramboot_sys="$T/fake/sys" \
		ramboot_state="$T/fake/state" ramboot_tools="$T/tools" ramboot_console="$T/console" \
		ramboot_mount="$T/tools/mount" ramboot_umount="$T/tools/umount" \
		ramboot_conf="$T/none" ramboot_pause=0 ramboot_initramfs="$T/fake/initramfs/" shells="$T/shells" \
		"$busybox" sh -c '
		launch_interactive_shell() { echo shell >>"$shells"; [ "$(cat "$shells" | wc -l)" -lt 2 ] || exit 7; }
		emergency_shell() { launch_interactive_shell; }
		getarg() { return 1; }
		getargbool() { return 0; }
		. "$1"; eval "$2"' sh "$1" "$2"
}
check_status "mkinitcpio: the root goes into RAM" 0 runs "$ROOT/initrd/ramboot/mkinitcpio/hooks/p2v-ramboot" run_latehook
check "mkinitcpio: the file is there" cmp "$T/fake/root/file" "$T/fake/ram/file"
check_eq "mkinitcpio: mount, unmount, exchange" "$(cut -d' ' -f1-3 "$T/calls" | tr '\n' ';')" \
	"mount -t tmpfs;umount $T/fake/root;mount -o move;"
check_fails "mkinitcpio: no shell opened" test -e "$T/shells"
rm -rf "$T/fake/ram"
mkdir "$T/fake/ram"
check_status "dracut: the root goes into RAM" 0 runs "$ROOT/initrd/ramboot/dracut/90p2v-ramboot/p2v-ramboot.sh" :
check "dracut: the file is there" cmp "$T/fake/root/file" "$T/fake/ram/file"
rm -f "$T/shells"

echo 'quiet' >"$T/fake/proc/cmdline"
: >"$T/calls"
check_status "mkinitcpio: only when asked" 0 runs "$ROOT/initrd/ramboot/mkinitcpio/hooks/p2v-ramboot" run_latehook
check_eq "mkinitcpio: nothing was mounted" "$(cat "$T/calls")" ""

echo 'p2v.ramboot=on' >"$T/fake/proc/cmdline"
echo 'MemAvailable: 1000 kB' >"$T/fake/proc/meminfo"
check_status "mkinitcpio: without RAM there is no way on" 7 runs "$ROOT/initrd/ramboot/mkinitcpio/hooks/p2v-ramboot" run_latehook
check_eq "mkinitcpio: leaving the shell tries again" "$(wc -l <"$T/shells")" 2
check_has "mkinitcpio: the console has the figures" "$T/console" "not enough RAM"
done_testing

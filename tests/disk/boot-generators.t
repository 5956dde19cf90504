#!/bin/sh
# p2v-boot on what the real generators write: Debian's u-boot-update, the heir
# of extlinux-update, and GRUB legacy's update-grub. Neither is installed: the
# scripts run from their unpacked packages, in a mount table of the test's own
# where /boot and /etc/default are replaced.
. "$(dirname "$0")/../lib.sh"
need_root
need unshare apt-get dpkg-deb dpkg

P=$T/package
for package in u-boot-menu grub-legacy linux-base; do
	check "$package is unpacked" "$ROOT/tests/tools/unpack-package.sh" "$package" "$P"
done

mkdir -p "$T/root/boot/grub" "$T/default" "$T/bin"
for v in 6.1.0-56-amd64 6.1.0-9-amd64; do
	for name in vmlinuz initrd.img config; do
		echo "$v" >"$T/root/boot/$name-$v"
	done
done

# GRUB legacy's script asks grub-probe about the running system's disks.
cat >"$T/bin/grub-probe" <<'END'
#!/bin/sh
case "$*" in
*"-t device"*) echo /dev/sda1 ;;
*"-t drive"*) echo "(hd0,0)" ;;
*"-t abstraction"*) ;;
*fs_uuid*) echo 3f1a8c2e-6d0b-4f7e-9a55-0c1de2f3a4b5 ;;
esac
END
chmod +x "$T/bin/grub-probe"
echo "(hd0) /dev/sda" >"$T/root/boot/grub/device.map"

# generate PROGRAM [NAME=VALUE...]
generate() {
	program=$1
	shift
	# shellcheck disable=SC2016 # the inner shell expands
	env "$@" T="$T" P="$P" PROGRAM="$program" PERL5LIB="$P/usr/share/perl5" \
		PATH="$T/bin:$P/usr/sbin:$P/usr/bin:$PATH" unshare -m sh -eu -c '
		mount --make-rprivate /
		mount --bind "$T/root/boot" /boot
		mount --bind "$T/default" /etc/default
		sh "$P/usr/sbin/$PROGRAM"'
}

list() { p2v-boot list --json --platform pc --root "$T/root" "$@" >"$T/list.json" 2>"$T/warnings"; }
# field NAME: of the default entry.
field() { jq -r ".[] | select(.default) | .$1" "$T/list.json"; }
need jq

check "u-boot-update runs" generate u-boot-update \
	"U_BOOT_ROOT=root=UUID=3f1a8c2e-6d0b-4f7e-9a55-0c1de2f3a4b5" "U_BOOT_PARAMETERS=ro quiet" \
	"U_BOOT_MENU_LABEL=Debian"
check "its extlinux.conf is read" list --config /boot/extlinux/extlinux.conf
check_eq "all entries" "$(jq length "$T/list.json")" 4
check_eq "without a warning" "$(cat "$T/warnings")" ""
check_eq "the default" "$(field id)" l0
check_eq "its title" "$(field title)" "Debian 6.1.0-56-amd64"
check_eq "its kernel" "$(field kernel)" root:/boot/vmlinuz-6.1.0-56-amd64
check_eq "its initrd" "$(field 'initrd[0]')" root:/boot/initrd.img-6.1.0-56-amd64
check_eq "its command line" "$(field cmdline)" \
	"root=UUID=3f1a8c2e-6d0b-4f7e-9a55-0c1de2f3a4b5 ro quiet"

check "update-grub of GRUB legacy runs" generate update-grub
check "its menu.lst is read" list --config /boot/grub/menu.lst
check_eq "all entries again" "$(jq length "$T/list.json")" 4
check_eq "without a warning again" "$(cat "$T/warnings")" ""
check_eq "the default is the newest" "$(field kernel)" root:/boot/vmlinuz-6.1.0-56-amd64
check_eq "with its initrd" "$(field 'initrd[0]')" root:/boot/initrd.img-6.1.0-56-amd64
check_has "and root=" "$T/list.json" "root=/dev/sda1 ro"

# A saved default, by the program that writes it.
sed -i 's/^default.*/default saved/' "$T/root/boot/grub/menu.lst"
check "grub-set-default writes" sh "$P/usr/sbin/grub-set-default" --root-directory="$T/root" 2
check "the list is read again" list --config /boot/grub/menu.lst
check_eq "the third title is the default" "$(field kernel)" root:/boot/vmlinuz-6.1.0-9-amd64

check "without --config both are found" list
check_eq "GRUB legacy first on a PC" "$(jq -r '.[0].reader' "$T/list.json")" legacy
check_eq "extlinux behind it" "$(jq -r '.[-1].reader' "$T/list.json")" syslinux

done_testing

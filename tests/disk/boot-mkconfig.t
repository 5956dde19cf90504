#!/bin/sh
# p2v-boot on what the real grub-mkconfig writes. It looks at the running
# system's /boot and asks grub-probe about the running system's disks, so both
# are replaced, in a mount table of the test's own.
. "$(dirname "$0")/../lib.sh"
need_root
need grub-mkconfig grub-script-check unshare

uuid=3f1a8c2e-6d0b-4f7e-9a55-0c1de2f3a4b5
mkdir -p "$T/root/boot/grub" "$T/default"
for v in 6.1.0-56-amd64 6.1.0-9-amd64; do
	touch "$T/root/boot/vmlinuz-$v" "$T/root/boot/initrd.img-$v"
done

cat >"$T/grub-probe" <<'END'
#!/bin/sh
for a; do
	case $a in
	--target=device) echo /dev/vda2 ;;
	--target=fs_uuid) echo 3f1a8c2e-6d0b-4f7e-9a55-0c1de2f3a4b5 ;;
	--target=partuuid) echo 11111111-2222-3333-4444-555555555555 ;;
	--target=fs) echo ext2 ;;
	--target=partmap) echo gpt ;;
	--target=*_hint*) echo hd0,gpt2 ;;
	--target=hints_string) echo "--hint-bios=hd0,gpt2 --hint-efi=hd0,gpt2 " ;;
	--target=drive) echo "(hd0,gpt2)" ;;
	esac
done
END
cat >"$T/grub-mkrelpath" <<'END'
#!/bin/sh
for a; do last=$a; done
echo "$last"
END
chmod +x "$T/grub-probe" "$T/grub-mkrelpath"

# shellcheck disable=SC2016 # the inner shell expands
# make_config LINE...: grub-mkconfig with that /etc/default/grub.
make_config() {
	printf '%s\n' "$@" "GRUB_DISABLE_OS_PROBER=true" "GRUB_DISABLE_LINUX_UUID=true" >"$T/default/grub"
	T=$T unshare -m sh -eu -c '
		mount --make-rprivate /
		mount --bind "$T/root/boot" /boot
		mount --bind "$T/default" /etc/default
		mount --bind "$T/grub-probe" /usr/sbin/grub-probe
		mount --bind "$T/grub-mkrelpath" /usr/bin/grub-mkrelpath
		grub-mkconfig -o /boot/grub/grub.cfg'
}

field() { # NAME: of the default entry
	p2v-boot show --quiet --root "$T/root" "$(p2v-boot list --root "$T/root" |
		sed -n 's/^\* *\([0-9]*\) .*/\1/p')" | sed -n "s/^$1  *//p"
}

check "grub-mkconfig runs" make_config GRUB_DISTRIBUTOR=Debian \
	'GRUB_CMDLINE_LINUX_DEFAULT="quiet splash"' 'GRUB_CMDLINE_LINUX="console=ttyS0,115200"'
check_eq "all its entries are read" "$(p2v-boot list --root "$T/root" | wc -l)" 5
check_eq "the default" "$(field id)" "gnulinux-simple-$uuid"
check_eq "its kernel" "$(field kernel)" root:/boot/vmlinuz-6.1.0-56-amd64
check_eq "its initrd" "$(field initrd)" root:/boot/initrd.img-6.1.0-56-amd64
check_eq "its command line" "$(field cmdline)" \
	"root=/dev/vda2 ro console=ttyS0,115200 quiet splash"

check "grub-mkconfig runs with a saved default" make_config GRUB_DISTRIBUTOR=Debian \
	GRUB_DEFAULT=saved
grub-editenv "$T/root/boot/grub/grubenv" set \
	"saved_entry=gnulinux-advanced-$uuid>gnulinux-6.1.0-9-amd64-advanced-$uuid"
check_eq "grub-editenv's block names the default" "$(field kernel)" root:/boot/vmlinuz-6.1.0-9-amd64
grub-editenv "$T/root/boot/grub/grubenv" set "next_entry=1>1"
check_eq "next_entry comes before it" "$(field id)" "gnulinux-6.1.0-56-amd64-recovery-$uuid"
check_eq "and is still there" \
	"$(grub-editenv "$T/root/boot/grub/grubenv" list | grep -c next_entry=1)" 1

done_testing

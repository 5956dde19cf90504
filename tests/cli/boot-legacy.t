#!/bin/sh
# p2v-boot on menu.lst and grub.conf.
. "$(dirname "$0")/../lib.sh"
F=$ROOT/tests/cli/boot

# expect NAME TREE...: the fixture's list.
expect() {
	name=$1
	shift
	for tree; do
		set -- "$@" --tree "$F/$name/$tree"
		shift
	done
	p2v-boot list --json --platform pc "$@" >"$T/got.json" 2>"$T/warnings" &&
		diff -u "$F/$name/list.json" "$T/got.json"
}

check "Debian: update-grub's comments, another system" expect legacy-debian root,name=root
check_eq "without a warning" "$(cat "$T/warnings")" ""
check "CentOS: /boot of its own, the second title is the default" expect legacy-centos \
	root,name=vda2,grub=hd0,msdos2 boot,name=vda1,grub=hd0,msdos1
check_has "Xen is left out" "$T/warnings" \
	"vda1:/grub/grub.conf:15: the entry 'CentOS Xen (2.6.18-419.el5xen)' is left out"
check "EC2's pv-grub: (hd0) is the file system" expect legacy-ec2 root,name=vda1,grub=hd0,msdos1
check "Gentoo: continued lines, equals signs" expect legacy-gentoo \
	root,name=vda2,grub=hd0,msdos2 boot,name=vda1,grub=hd0,msdos1
check "SUSE: the default file" expect legacy-suse root,name=vda2,grub=hd0,gpt2
check "Ubuntu: uuid" expect legacy-ubuntu \
	root,name=vda2,uuid=6b9f3c1e-2a7d-4f63-9b8a-5c4d3e2f1a0b \
	boot,name=vda1,uuid=1D2C3B4A-5e6f-4a1b-8c9d-0e1f2a3b4c5d
check_has "a disk that is gone" "$T/warnings" "no file system has the UUID 00000000-"
check "a fallback on another disk, device.map, configfile" expect legacy-fallback \
	first,name=sda1,grub=hd0,msdos1 second,name=nvme0n1p5
check_has "why not the default" "$T/warnings" "'New kernel' is left out: /boot/bzImage-new does not exist"
check_has "another kind of kernel" "$T/warnings" "'BSD' is left out: it starts no Linux kernel"
check "a hostile one" expect legacy-hostile root,name=root
check_has "a path that would leave" "$T/warnings" "etc/passwd does not exist"

# /boot was a partition and is a directory now: as in a copied image.
mkdir -p "$T/merged"
cp -R "$F/legacy-centos/boot" "$T/merged/boot"
check_status "a merged /boot" 0 p2v-boot list --quiet --json --root "$T/merged"
check_has "is found" "$T/out" "root:/boot/vmlinuz-2.6.32-754.35.1.el6.x86_64"

mkdir -p "$T/big/boot/grub"
echo k >"$T/big/k"
awk 'BEGIN { for (i = 0; i < 6000; i++) print "title same\nkernel /k a" i }' \
	>"$T/big/boot/grub/menu.lst"
check_status "thousands of titles" 0 timeout 120 p2v-boot list --json --root "$T/big"
check_has "the limit is said" "$T/err" "the rest is left out"
check_eq "ids stay unique" "$(grep '"id"' "$T/out" | sort -u | wc -l)" "$(grep -c '"id"' "$T/out")"
truncate -s 5M "$T/big/boot/grub/menu.lst"
check_status "a huge file" 2 p2v-boot list --root "$T/big"
check_has "is refused" "$T/err" "it is too large"
head -c 200000 /dev/urandom >"$T/big/boot/grub/menu.lst"
check_status "binary rubbish" 2 timeout 60 p2v-boot list --root "$T/big"

done_testing

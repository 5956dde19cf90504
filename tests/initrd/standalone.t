#!/bin/sh
# standalone.t - the functions of the standalone initrd, on fake trees, under
# dash and busybox: settings, keys, modules, the loader
#
# shellcheck disable=SC2016,SC2086,SC2115 # inner shells expand; "busybox sh" is words
. "$(dirname "$0")/../lib.sh"
need dash busybox ssh-keygen

D=$ROOT/initrd/standalone
key="ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGrT"
mkdir -p "$T/bin"

# fresh: an empty machine in $T/m.
fresh() {
	rm -rf "$T/m"
	mkdir -p "$T/m/proc" "$T/m/sys/devices" "$T/m/sys/block" "$T/m/sys/class/net" "$T/m/etc/p2v" "$T/m/etc/ssh" \
		"$T/m/run" "$T/m/dev" "$T/m/home"
	: >"$T/m/dev/console"
	: >"$T/m/proc/cmdline"
	echo '12.34 20.00' >"$T/m/proc/uptime"
}

# inside SHELL TEXT: runs TEXT with all functions, on the machine in $T/m.
inside() {
	env PATH="$T/bin:$PATH" p2v_proc="$T/m/proc" p2v_sys="$T/m/sys" p2v_dev="$T/m/dev" p2v_etc="$T/m/etc" \
		p2v_run="$T/m/run" p2v_root_home="$T/m/home" p2v_lib="$ROOT/initrd" p2v_modprobe="$T/bin/modprobe" \
		p2v_ip="$T/bin/ip" p2v_sshd=/bin/true \
		$1 -c "set -u; for part in base settings network cloud ssh console loader; do . '$D/'\$part.sh; done; $2"
}

# A program that notes how it was called.
fake() {
	printf '#!/bin/sh\necho "%s $*" >>"%s/calls"\n%s\n' "$1" "$T" "${2:-}" >"$T/bin/$1"
	chmod 755 "$T/bin/$1"
}

for shell in dash 'busybox sh'; do
	fresh
	printf 'p2v.mode=receive\n' >"$T/m/etc/p2v/defaults"
	printf 'p2v.mode="menu"\np2v.note="two words"\n' >"$T/m/etc/p2v/settings"
	printf 'root=/dev/x quiet p2v.authorized-key="%s a b" p2v.authorized_key=%s p2v.timeout=x p2v.wait=7 ip=dhcp\n' \
		"$key" "ssh-rsa%20AAAAB3%2b/1%20me%0Aevil" >"$T/m/proc/cmdline"
	check_eq "$shell: what is packed in wins over what is built in" "$(inside "$shell" 'settings_read; settings_get p2v.mode')" menu
	check_eq "$shell: a quoted value keeps its blanks" "$(inside "$shell" 'settings_read; settings_get p2v.note')" 'two words'
	check_eq "$shell: keys by quotes and by percent signs, no line end inside" \
		"$(inside "$shell" 'settings_read; settings_all p2v.authorized_key')" "$key a b
ssh-rsa AAAAB3+/1 meevil"
	check_eq "$shell: what is no number is not taken" \
		"$(inside "$shell" 'settings_read; settings_number p2v.timeout 30; settings_number p2v.wait 30')" "30
7"
	check_has "$shell: and the console says so" "$T/m/dev/console" 'p2v.timeout=x is not a number'
	printf 'p2v.mode=loader\n' >>"$T/m/proc/cmdline"
	check_eq "$shell: the kernel command line wins" "$(inside "$shell" 'settings_read; settings_get p2v.mode')" loader
	check_eq "$shell: a word that is no mode leaves it at what was built" \
		"$(echo 'p2v.mode=lader' >"$T/m/proc/cmdline"; inside "$shell" 'settings_read; settings_mode; echo $p2v_mode')" receive
	rm "$T/m/etc/p2v/settings"
	echo 'p2v.mode=loader' >"$T/m/etc/p2v/defaults"
	check_eq "$shell: which is never something that can be erased" \
		"$(inside "$shell" 'settings_read; settings_mode; echo $p2v_mode')" loader

	# Keys.
	fresh
	printf '# a comment\n%s one\n%s again\ncommand="sh" %s x\n' "$key" "$key" "$key" >"$T/m/etc/p2v/authorized_keys"
	mkdir "$T/m/run/cloud"
	echo 'ssh-rsa AAAAB3NzaC1 cloud' >"$T/m/run/cloud/authorized_keys"
	check "$shell: there are keys" inside "$shell" 'settings_read; ssh_authorize'
	check_eq "$shell: each key once, each behind the door" "$(cat "$T/m/home/.ssh/authorized_keys")" \
		"restrict,pty,command=\"$ROOT/initrd/standalone/door\" $key
restrict,pty,command=\"$ROOT/initrd/standalone/door\" ssh-rsa AAAAB3NzaC1"
	check_eq "$shell: nobody else reads them" "$(stat -c %a "$T/m/home/.ssh/authorized_keys")" 600
	check_has "$shell: a key with options of its own is named" "$T/m/dev/console" 'not an authorized key, ignored: command='
	fresh
	check_fails "$shell: no key, no door" inside "$shell" 'settings_read; ssh_authorize'
	check_fails "$shell: then no server is started" inside "$shell" 'settings_read; ssh_start'
	ssh-keygen -q -t ed25519 -N '' -f "$T/m/etc/p2v/ssh_host_ed25519_key"
	want=$(ssh-keygen -lf "$T/m/etc/p2v/ssh_host_ed25519_key.pub" | cut -d ' ' -f 2)
	inside "$shell" ssh_host_keys
	check_has "$shell: the fingerprint of the host key that was packed in" "$T/m/run/fingerprints" "$want"
	check_fails "$shell: which is not a new one" test -e "$T/m/run/host-key-is-new"
	check_eq "$shell: and which nobody else reads" "$(stat -c %a "$T/m/etc/ssh/ssh_host_ed25519_key")" 600
	fresh
	inside "$shell" ssh_host_keys
	check "$shell: without one, one is made" test -s "$T/m/etc/ssh/ssh_host_ed25519_key"
	check "$shell: and is said to be new" test -e "$T/m/run/host-key-is-new"

	# Modules: by what the devices say, in rounds.
	fresh
	fake modprobe "mkdir -p $T/m/sys/devices/pci/virtio0; echo virtio:d1 >$T/m/sys/devices/pci/virtio0/modalias"
	mkdir "$T/m/sys/devices/pci"
	echo 'pci:v1AF4d1 x' >"$T/m/sys/devices/pci/modalias"
	: >"$T/calls"
	check "$shell: drivers are loaded" inside "$shell" base_modules
	check_eq "$shell: also of what the first ones show" "$(cat "$T/calls")" "modprobe -a -q -b -- pci:v1AF4d1 x
modprobe -a -q -b -- pci:v1AF4d1 x virtio:d1"
	check_fails "$shell: with nothing new nothing is called" inside "$shell" base_modules
	check_eq "$shell: (really)" "$(wc -l <"$T/calls")" 2

	# The loader.
	fresh
	mkdir "$T/m/sys/block/vda" "$T/m/sys/block/loop0" "$T/m/sys/block/sr0"
	echo 100 >"$T/m/sys/block/vda/size"
	echo 100 >"$T/m/sys/block/loop0/size"
	echo 0 >"$T/m/sys/block/sr0/size"
	check_eq "$shell: disks, but none that is empty or a loop" "$(inside "$shell" block_devices)" vda
	fake p2v-boot 'case $1 in list) printf "no\tgrub\tc\tk\t\t\t\t1\tOther\nyes\tgrub\tc\tk\t\t\t\t0\tThe default\n" ;; kexec) echo no such kernel >&2; exit 2 ;; esac'
	: >"$T/calls"
	inside "$shell" 'settings_read; loader_boot || loader_fail'
	check_eq "$shell: the default entry is started with the guard word" "$(tail -n 1 "$T/calls")" \
		'p2v-boot kexec --append p2v.loaded=1'
	check_has "$shell: the console says which" "$T/m/dev/console" 'booting The default'
	check_has "$shell: and why it could not be" "$T/m/dev/console" 'no such kernel'
	echo 'quiet p2v.loaded=1' >"$T/m/proc/cmdline"
	: >"$T/calls"
	inside "$shell" 'settings_read; loader_boot || loader_fail'
	check_eq "$shell: with the guard word nothing is started" "$(cat "$T/calls")" ''
	check_has "$shell: and the console says why" "$T/m/dev/console" 'the loader itself'
	echo 'p2v.wait=0' >"$T/m/proc/cmdline"
	rm -r "$T/m/sys/block/vda"
	inside "$shell" 'settings_read; loader_boot || loader_fail'
	check_has "$shell: a machine without a disk says so" "$T/m/dev/console" 'no disk at all'

	# What the machine shows.
	fresh
	fake ip 'echo "2: eth0 inet 192.0.2.7/24 scope global eth0"'
	inside "$shell" 'p2v_mode=receive; : >$p2v_run/keys; console_show'
	check_has "$shell: without a key the banner says so" "$T/m/dev/console" 'NO KEY'
	inside "$shell" 'p2v_mode=receive; echo k >$p2v_run/keys; echo "256 SHA256:x" >$p2v_run/fingerprints; console_show; console_show'
	check_has "$shell: with one, what to run" "$T/m/dev/console" 'p2v-push root@192.0.2.7'
	fake ip
	inside "$shell" 'p2v_mode=menu; echo k >$p2v_run/keys; echo "DHCP on eth0 does not answer" >$p2v_run/network.state; console_show'
	check_has "$shell: without an address, why" "$T/m/dev/console" 'NO ADDRESS YET: DHCP on eth0 does not answer'
done
done_testing

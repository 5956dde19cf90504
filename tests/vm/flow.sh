# flow.sh - the main job as functions, for the push tests and the demo; to be
# sourced after lib.sh (POSIX sh)

I=$B/images
# Large enough for the bootstrap system and a kexec load, small enough to show
# that the target needs little.
FLOW_MEM=512
FLOW_SERIAL=TARGET-DISK-1

# flow_images WHAT...: makes what is missing of the disks.
flow_images() { sh "$ROOT/tests/vm/images.sh" "$@"; }

# flow_new_disk FILE: a fresh bootstrap disk.
flow_new_disk() { cp --sparse=always "$I/instance.img" "$1"; }

# flow_start NAME FILE [VM-OPTION...]: the machine that is to be the target, or
# is it by now; through firmware and boot loader, from its own disk.
flow_start() {
	flow_name=$1
	flow_file=$2
	shift 2
	vm_start "$flow_name" --mem "$FLOW_MEM" --disk "$flow_file,serial=$FLOW_SERIAL" \
		--forward 8000 "$@"
}

# flow_wait_bootstrap NAME: until the bootstrap system answers, in RAM.
flow_wait_bootstrap() { vm_wait_ssh "$1" 90 'test -e /run/p2v/ramboot'; }

# The machine that came over has an fstab with our service's file beside it;
# the bootstrap system has not.
flow_wait_migrated() { vm_wait_ssh "$1" 120 'test -e /srv/hello/text'; }

# flow_fingerprint: of the bootstrap system's host key, for --host-key.
flow_fingerprint() {
	ssh-keygen -lf "$I/instance-hostkeys/ssh_host_ed25519_key.pub" | cut -d' ' -f2
}

# flow_push NAME SOURCE OPTION...: p2v-push onto NAME's disk.
flow_push() {
	flow_name=$1
	flow_source=$2
	shift 2
	p2v-push --source "$flow_source" --target-disk /dev/vda --yes-erase "$FLOW_SERIAL" \
		--identity "$VM_KEY" --host-key "$(flow_fingerprint)" "$@" \
		"root@127.0.0.1:$(vm_port "$flow_name")"
}

# flow_manifest NAME DIR...: what the machine has there now (see manifest.sh).
flow_manifest() {
	flow_name=$1
	shift
	vm_ssh "$flow_name" "cat >/run/manifest.sh && cd / && sh /run/manifest.sh $*" \
		<"$ROOT/tests/vm/manifest.sh"
}

# flow_packages NAME: fails when a file of a Debian package is not what the
# package brought. (Documentation was never installed, hence ignore-missing.)
flow_packages() {
	vm_ssh "$1" 'cd / && cat var/lib/dpkg/info/*.md5sums | md5sum -c --quiet --ignore-missing'
}

# flow_service NAME: what the service on port 8000 says.
flow_service() {
	vm_ssh "$1" 'exec 3<>/dev/tcp/127.0.0.1/8000 && cat <&3'
}

# flow_systemd NAME: "running" when everything is up.
flow_systemd() {
	vm_ssh "$1" 'systemctl is-system-running --wait; systemctl --failed --no-legend'
}

# flow_partuuids FILE: the table as far as it is the machine's identity.
flow_partuuids() {
	sfdisk -d "$1" | sed -n "s/^label-id: //p; s#^[^ ]*\\([0-9]\\) : .*\\(start=.*\\)#\\1 \\2#p" |
		tr -s ' '
}

# The checks that every migrated machine has to pass; for tests (TAP).
# flow_check NAME WHAT SOURCE DIR...: WHAT says how it was started, SOURCE is
# mbr or gpt, DIR the folders with markers.
flow_check() {
	flow_name=$1
	flow_what=$2
	flow_kind=$3
	shift 3
	check "$flow_what: the migrated machine answers over ssh" flow_wait_migrated "$flow_name"
	check_eq "$flow_what: systemd has everything up" "$(flow_systemd "$flow_name" 2>&1)" running
	check_eq "$flow_what: the service answers" "$(flow_service "$flow_name" 2>&1)" \
		"hello from src$flow_kind
the file that the service serves"
	check_eq "$flow_what: it has the source's ssh host key" \
		"$(vm_host_key "$flow_name")" "$(cat "$I/source-hostkey.pub")"
	flow_manifest "$flow_name" "$@" >"$T/manifest"
	check "$flow_what: every marker file is the same in every property" \
		diff "$I/source-$flow_kind.manifest" "$T/manifest"
	check "$flow_what: swap is on" vm_ssh "$flow_name" 'swapon --show --noheadings | grep -q .'
}

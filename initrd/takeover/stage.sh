# stage.sh - what goes into RAM before the jump
#
# Everything is written into tmpfs; no directory is made on a disk. The overlay
# is what makes the general image this machine's: host keys, authorized keys,
# network, dead-man switch, services. A pivot copies it over the unpacked image,
# a kexec appends it as an archive.
#
# shellcheck shell=sh disable=SC2154,SC2034 # variables of p2v-takeover and its other files

: "${stage_mount:=mount}"
: "${stage_proc:=/proc}"
: "${stage_session_seconds:=10}" # that the session may take to end, once the jump is under way
: "${stage_left_seconds:=30}"    # that the jump may take to leave it

# A folder of our own in RAM: $work.
stage_work() {
	for stage_base in /dev/shm /run; do
		if [ -d "$stage_base" ] && [ -w "$stage_base" ] &&
			awk -v dir="$stage_base" '$2 == dir && $3 == "tmpfs" { found = 1 } END { exit !found }' /proc/mounts; then
			work=$stage_base/p2v-takeover.$$
			mkdir -m 700 "$work"
			on_exit "rm -rf '$work'"
			return
		fi
	done
	die 2 "neither /dev/shm nor /run is a tmpfs: there is no place in RAM to prepare anything"
}

# stage_place: prints an empty folder to mount the new root on. systemd carries
# /run, /proc, /sys and /dev over into the new root, so it must not be in there.
stage_place() {
	for stage_dir in ${stage_root:-}/mnt ${stage_root:-}/media ${stage_root:-}/srv ${stage_root:-}/opt ${stage_root:-}/home; do
		if [ -d "$stage_dir" ] && [ ! -L "$stage_dir" ] && [ -z "$(ls -A "$stage_dir")" ] &&
			! grep -q " $stage_dir " "${stage_root:-}/proc/mounts"; then
			echo "$stage_dir"
			return
		fi
	done
	return 1
}

# stage_check_place DIR: of --stage.
stage_check_place() {
	case $1 in
	/run | /run/* | /dev | /dev/* | /proc/* | /sys/* | / | *' '*) return 1 ;;
	/*) [ -d "$1" ] && [ "$(readlink -f "$1")" = "$1" ] ;;
	*) return 1 ;;
	esac
}

# stage_overlay DIR: from the variables of the command line and $work's files.
stage_overlay() {
	stage_etc=$1/etc/p2v
	mkdir -p "$stage_etc/takeover/services"
	chmod 700 "$stage_etc/takeover"
	install_file 600 "$work/keys" "$stage_etc/authorized_keys"
	access_host_keys | while read -r stage_key; do
		stage_host_key "$stage_key"
	done
	echo "taken over: whoever may log in was root here" >"$stage_etc/rescue-shell"
	net_capture "$method" "$work/devices" >"$stage_etc/network"
	echo 'p2v.mode=receive' >"$stage_etc/settings"
	# sshd runs this at each login, which disarms the dead-man switch.
	mkdir -p "$1/etc/ssh"
	echo ': >/run/p2v/login' >"$1/etc/ssh/sshrc"
	for stage_program in after first; do
		install_file 755 "$home/takeover/$stage_program" "$stage_etc/takeover/$stage_program"
	done
	install_file 644 "$home/ramboot/ramboot.sh" "$stage_etc/takeover/ramboot.sh"
	stage_config >"$stage_etc/takeover/config"
	stage_services
	stage_with "$1"
	find "$stage_etc" -type d -exec chmod go-w {} +
}

install_file() {
	cp "$2" "$3"
	chmod "$1" "$3"
}

# stage_carried: KiB of what the command line wants to have along.
stage_carried() {
	{
		[ -z "$services" ] || find "$services/." -maxdepth 1 -type f
		# shellcheck disable=SC2086 # a list of names
		[ -z "$with" ] || printf '%s\n' $with
	} | while read -r stage_file; do
		wc -c <"$stage_file"
	done | awk '{ kib += 1 + 4 * int(($1 + 4095) / 4096) } END { print kib + 0 }'
}

# Files of --with, at the same place. What a command names must be there.
stage_with() {
	for stage_file in $with; do
		mkdir -p "$1${stage_file%/*}"
		cp -p "$stage_file" "$1$stage_file" || die 2 "--with $stage_file cannot be carried over"
	done
}

# A key of a kind that the image's sshd knows, by the name that it looks for.
stage_host_key() {
	case $(ssh-keygen -y -P '' -f "$1" 2>/dev/null </dev/null) in
	ssh-ed25519*) stage_name=ssh_host_ed25519_key ;;
	ssh-rsa*) stage_name=ssh_host_rsa_key ;;
	ecdsa-*) stage_name=ssh_host_ecdsa_key ;;
	*)
		say "note: $1 is not a key that can be carried over"
		return 0
		;;
	esac
	install_file 600 "$1" "$stage_etc/$stage_name"
}

# Read by `first` and `after`, as shell.
stage_config() {
	echo "takeover_method=$method"
	echo "takeover_deadman=$deadman"
	echo "takeover_finally=$finally"
	echo "takeover_devices='$fact_devices'"
	echo "takeover_started=$(date +%s)"
}

# Run scripts of --services, and --then as the last of them.
stage_services() {
	if [ -n "$services" ]; then
		for stage_service in "$services"/*; do
			[ -f "$stage_service" ] || continue
			stage_mode=644
			[ ! -x "$stage_service" ] || stage_mode=755
			install_file "$stage_mode" "$stage_service" "$stage_etc/takeover/services/${stage_service##*/}"
		done
	fi
	if [ -n "$then" ]; then
		printf '#!/bin/sh\n%s\n' "$then" >"$stage_etc/takeover/then"
		chmod 700 "$stage_etc/takeover/then"
	fi
}

# stage_cmdline OLD: what the new kernel is told: consoles and what makes this
# hardware work, and none of what concerns the old root.
stage_cmdline() {
	stage_words=
	for stage_word in $1; do
		case $stage_word in
		console=* | earlycon* | earlyprintk* | acpi* | noapic | nolapic | pci=* | iommu=* | \
			intel_iommu=* | amd_iommu=* | nomodeset | clocksource=* | tsc=* | noacpi | nosmp | \
			maxcpus=* | nr_cpus=* | irqpoll | reboot=* | libata.* | nvme_core.* | swiotlb=* | mem=*)
			stage_words="$stage_words $stage_word"
			;;
		esac
	done
	# A system that dies in RAM must not stay dead.
	echo "$stage_words panic=30${append:+ $append}"
}

# stage_choose: --stage, or the first empty folder.
stage_choose() {
	if [ -n "$stage" ]; then
		echo "$stage"
	else
		stage_place
	fi
}

# stage_session: the process that ends with this session: the ssh server's that
# serves it, else this shell.
stage_session() {
	stage_pid=$$
	while [ "$stage_pid" -gt 1 ] && read -r stage_comm 2>/dev/null <"$stage_proc/$stage_pid/comm"; do
		case $stage_comm in sshd* | dropbear*)
			echo "$stage_pid"
			return
			;;
		esac
		stage_pid=$(sed -n 's/^PPid:[[:space:]]*//p' "$stage_proc/$stage_pid/status")
	done
	echo $$
}

# stage_jump TEXT: writes the commands of the jump and starts them where the end
# of this session cannot reach them. They say so by a file before this returns,
# and then wait until the session has ended: its peer is to hear the status.
stage_jump() {
	cat >"$work/jump" <<-X
		#!/bin/sh
		trap '' HUP
		: >'$work/left'
		tries=0
		while kill -0 $(stage_session) 2>/dev/null && [ \$tries -lt $stage_session_seconds ]; do
			sleep 1
			tries=\$((tries + 1))
		done
		$1
	X
	if [ "$fact_init" = systemd ] && have systemd-run; then
		systemd-run --quiet --collect --unit p2v-takeover --property DefaultDependencies=no \
			--property IgnoreOnIsolate=yes /bin/sh "$work/jump" || return
	else
		setsid sh "$work/jump" </dev/null >"$work/jump.log" 2>&1 &
	fi
	stage_tries=0
	until [ -e "$work/left" ]; do
		[ "$stage_tries" -lt "$stage_left_seconds" ] || return 1
		sleep 1
		stage_tries=$((stage_tries + 1))
	done
}

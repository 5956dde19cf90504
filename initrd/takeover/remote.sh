# remote.sh - p2v-takeover --host: the same from afar
#
# The program, the image and what is to be carried go into RAM over there, in
# one tar, and the program runs there. Then this side waits until the system in
# RAM answers, which is the proof that one can log in, and disarms the dead-man
# switch.
#
# shellcheck shell=sh disable=SC2154,SC2034 # variables of p2v-takeover and its other files

remote_run() {
	# shellcheck disable=SC2086 # --ssh is a command with arguments
	$ssh "$remote_host" "$@"
}

# remote_pack DIR: everything in one folder, here in RAM or /tmp, by links.
remote_pack() {
	mkdir -p "$1/takeover" "$1/ramboot" "$1/files"
	cp "$self" "$1/p2v-takeover"
	cp "$home"/takeover/* "$1/takeover/"
	cp "$home/ramboot/ramboot.sh" "$1/ramboot/"
	cp "$home/files/program.sh" "$1/files/"
	[ -z "$kernel" ] || ln -s "$(readlink -f "$kernel")" "$1/kernel"
	ln -s "$(readlink -f "$initrd")" "$1/initrd"
	[ -z "$keys_file" ] || ln -s "$(readlink -f "$keys_file")" "$1/keys"
	[ -z "$services" ] || ln -s "$(readlink -f "$services")" "$1/services"
}

# remote_arguments DIR: the options for over there.
remote_arguments() {
	set -- "$1" --initrd "$1/initrd" --method "$method" --deadman "$deadman" --finally "$finally"
	[ -z "$kernel" ] || set -- "$@" --kernel "$1/kernel"
	[ -z "$keys_file" ] || set -- "$@" --authorized-keys "$1/keys"
	[ -z "$services" ] || set -- "$@" --services "$1/services"
	[ -z "$then" ] || set -- "$@" --then "$then"
	[ -z "$append" ] || set -- "$@" --append "$append"
	[ -z "$stage" ] || set -- "$@" --stage "$stage"
	[ -z "$way" ] || set -- "$@" --way "$way"
	[ "$dry_run" = no ] || set -- "$@" --dry-run
	[ "$json" = no ] || set -- "$@" --json
	for remote_file in $with; do
		set -- "$@" --with "$remote_file"
	done
	shift
	quoted "$@"
}

# Runs over there first: a folder in RAM, unpack, run; all of it goes away again
# unless the jump has begun.
remote_script() {
	cat <<-X
		set -eu
		for base in /dev/shm /run; do
			[ -d "\$base" ] && grep -q " \$base tmpfs " /proc/mounts && break
		done
		dir=\$base/p2v-takeover-image
		sudo=
		[ "\$(id -u)" = 0 ] || sudo='sudo -n'
		\$sudo rm -rf "\$dir"
		\$sudo mkdir -m 700 "\$dir"
		\$sudo tar -C "\$dir" -xf - || { \$sudo rm -rf "\$dir"; exit 4; }
		status=0
		\$sudo sh "\$dir/p2v-takeover" $(remote_arguments "@DIR@" | sed "s|'@DIR@|\"\$dir\"'|g") || status=\$?
		[ "\$status" = 0 ] && [ $dry_run = no ] || \$sudo rm -rf "\$dir"
		exit "\$status"
	X
}

remote_takeover() {
	remote_work=$(mktemp -d "${TMPDIR:-/tmp}/p2v-takeover.XXXXXX")
	on_exit "rm -rf '$remote_work'"
	remote_pack "$remote_work/image"
	remote_start=$(date +%s)
	# In sh, whatever the login shell over there is.
	tar -C "$remote_work/image" -chf - . | remote_run "sh -c $(quoted "$(remote_script)")" || {
		remote_status=$?
		[ "$remote_status" != 255 ] || die 5 "no connection to $remote_host"
		exit "$remote_status"
	}
	[ "$dry_run" = no ] || exit 0
	remote_wait
}

# The old system answers for a while, so the question is one that only the new
# one can say yes to.
remote_wait() {
	remote_host=root@${remote_host##*@}
	remote_end=$((remote_start + wait_seconds))
	say "waiting up to $wait_seconds s for $remote_host to answer from RAM"
	while [ "$(date +%s)" -lt "$remote_end" ]; do
		if remote_run test -e /etc/p2v/takeover/config </dev/null 2>/dev/null; then
			say "$remote_host runs from RAM, $(($(date +%s) - remote_start)) s after the start; its disk can be pushed to"
			exit 0
		fi
		sleep 2
	done
	say "$remote_host does not answer from RAM after $wait_seconds s."
	[ "$deadman" = 0 ] || say "If nobody logs in, it returns to its old system $deadman minutes after the jump."
	exit 4
}

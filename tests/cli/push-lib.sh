# push-lib.sh - a small source image, a plain file as the target's disk, and a
# captive sshd; sourced by push-*.t after lib.sh

# sbin: sfdisk, mke2fs, sshd.
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
unset SSH_AUTH_SOCK

# make_source FILE: MBR, an ext4 with files in it, and swap; 48 MiB.
make_source() {
	truncate -s 48M "$1"
	printf 'label: dos\nlabel-id: 0x12345678\nstart=2048, size=73728, type=83, bootable\nstart=75776, size=16384, type=82\n' |
		sfdisk --quiet "$1"
	mkdir -p "$T/tree/etc"
	echo pushed >"$T/tree/etc/marker"
	head -c 6000000 /dev/urandom >"$T/tree/random"
	seq 1 900000 >"$T/tree/text"
	mke2fs -q -t ext4 -F -L root -d "$T/tree" -E offset=1048576 "$1" 36864k
	truncate -s 8M "$T/swap"
	mkswap -q -U 01234567-89ab-4cde-8f01-23456789abcd "$T/swap"
	dd if="$T/swap" of="$1" bs=512 seek=75776 conv=notrunc status=none
	rm -rf "$T/tree" "$T/swap"
}

# make_target FILE SIZE: a disk that holds something.
make_target() {
	rm -f "$1"
	truncate -s "$2" "$1"
	echo "somebody's data" | dd of="$1" bs=512 seek=9 conv=notrunc status=none
}

# partition FILE OUT: the ext4 of make_source's layout.
partition() { dd if="$1" of="$2" bs=512 skip=2048 count=73728 status=none; }

sum() { sha256sum "$1" | cut -d ' ' -f 1; }

# same_system SOURCE TARGET: table, boot gap and file system arrived.
same_system() {
	cmp -n 1048576 "$1" "$2" || return 1
	partition "$1" "$T/fs.source"
	partition "$2" "$T/fs.target"
	e2fsck -fn "$T/fs.target" || return 1
	for same_file in /random /text /etc/marker; do
		debugfs -R "dump $same_file $T/file.source" "$T/fs.source" 2>/dev/null
		debugfs -R "dump $same_file $T/file.target" "$T/fs.target" 2>/dev/null
		cmp "$T/file.source" "$T/file.target" || return 1
	done
	[ "$(blkid -p -O 38797312 -s UUID -o value "$2")" = 01234567-89ab-4cde-8f01-23456789abcd ]
}

# local_push ARGUMENT...: with the receiver as a child instead of ssh. There is
# no terminal to ask on, even when prove has one.
local_push() {
	setsid -w p2v-push --rsh env \
		--receiver "p2v-receive --disk $T/target.img --session-dir $T/session" \
		--source "$T/source.img" --fixups none --cutover none "$@" </dev/null
}

# start_sshd: on a port of 127.0.0.1 and ::1, with its keys and configuration
# in $T/ssh. Sets PORT.
start_sshd() {
	mkdir -p "$T/ssh"
	ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/host_ed25519"
	ssh-keygen -q -t rsa -b 2048 -N '' -f "$T/ssh/host_rsa"
	ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/id"
	ssh-keygen -q -t ed25519 -N '' -f "$T/ssh/stranger"
	cp "$T/ssh/id.pub" "$T/ssh/authorized_keys"
	# sshd as root insists on its directory.
	[ "$(id -u)" != 0 ] || mkdir -p /run/sshd
	sshd_try=0
	while [ "$sshd_try" -lt 20 ]; do
		sshd_try=$((sshd_try + 1))
		PORT=$(awk 'BEGIN { srand(); print 20000 + int(rand() * 40000) }')
		PORT=$((PORT + sshd_try))
		run_sshd "$PORT" && return 0
	done
	echo "Bail out! no sshd on any port"
	exit 1
}

# run_sshd PORT [OPTION...]: true once it listens there. Sets SSHD_PID.
run_sshd() {
	run_port=$1
	shift
	cat >"$T/ssh/config" <<-END
		ListenAddress 127.0.0.1:$run_port
		ListenAddress [::1]:$run_port
		PidFile none
		HostKey $T/ssh/host_ed25519
		HostKey $T/ssh/host_rsa
		AuthorizedKeysFile $T/ssh/authorized_keys
		StrictModes no
		UsePAM no
		PasswordAuthentication no
		KbdInteractiveAuthentication no
		PermitRootLogin yes
		MaxStartups 100
		SetEnv PATH=$PATH ASAN_OPTIONS=${ASAN_OPTIONS:-}
		RekeyLimit 4M
	END
	: >"$T/ssh/log"
	"$(command -v sshd)" -D -e -f "$T/ssh/config" "$@" >/dev/null 2>"$T/ssh/log" &
	SSHD_PID=$!
	on_exit "kill $SSHD_PID 2>/dev/null"
	run_tries=0
	while kill -0 "$SSHD_PID" 2>/dev/null && [ "$run_tries" -lt 300 ]; do
		grep -q "listening on 127.0.0.1" "$T/ssh/log" && return 0
		run_tries=$((run_tries + 1))
		sleep 0.1
	done
	return 1
}

fingerprint() { ssh-keygen -l -f "$1" | cut -d ' ' -f 2; }

# ssh_push HOST ARGUMENT...: over the captive sshd.
ssh_push() {
	push_host=$1
	shift
	setsid -w p2v-push --source "$T/source.img" --fixups none --cutover none \
		--receiver "p2v-receive --disk $T/target.img --session-dir $T/session" "$@" \
		"$push_host" </dev/null
}

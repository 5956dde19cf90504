#!/bin/sh
# partclone.sh - p2v-push beside the best pipeline of known tools, same data
#
#     make bench              (or: tests/bench/partclone.sh [RUNS])
#
# The demo machine's root file system goes from a plain image file through a
# private sshd on 127.0.0.1 into another file on the same file system:
#
#   push       p2v-push, with its read-back of what was written
#   push-nv    the same with --no-verify, which is what the others do
#   zstd       partclone.ext4 -c | zstd -1 -T0 | ssh | zstd -d | partclone.ext4 -r
#   plain      partclone.ext4 -c | ssh | partclone.ext4 -r
#
# They take turns, and the table has the run of median time for each. Seconds
# of CPU are user and system of all processes of both ends, sshd included: the
# sshd is a child of the command that is measured. Every run ends with a sync
# of the target file. Memory is the largest single process's.
set -eu
ROOT=$(cd "$(dirname "$0")/../.." && pwd)
# shellcheck source=../vm/script.sh
. "$ROOT/tests/vm/script.sh"
PATH=$PATH:/usr/sbin:/sbin
I=$B/images
RUNS=${1:-3}
W=$B/bench
HERE=$ROOT/tests/bench/partclone.sh
SSH="ssh -F /dev/null -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
	-o LogLevel=ERROR -o BatchMode=yes"

# A bootstrap sshd's choices are OpenSSH's defaults, and so are these.
configure_sshd() {
	ssh-keygen -q -t ed25519 -N '' -f "$W/hostkey"
	ssh-keygen -q -t ed25519 -N '' -f "$W/id"
	cp "$W/id.pub" "$W/authorized_keys"
	chmod 700 "$W"
	mkdir -p /run/sshd
	cat >"$W/sshd_config" <<-X
		ListenAddress 127.0.0.1
		HostKey $W/hostkey
		AuthorizedKeysFile $W/authorized_keys
		PasswordAuthentication no
		PermitRootLogin yes
		StrictModes no
		UsePAM no
		PidFile none
		MaxStartups 64
	X
}

# A disk image with nothing but the root partition, and that partition alone.
make_source() {
	sh "$ROOT/tests/vm/images.sh" mbr
	truncate -s 2304M "$W/disk.img"
	printf 'label: dos\nstart=2048, size=2200M, type=83, bootable\n' | sfdisk -q "$W/disk.img"
	dd if="$I/source-mbr.img" of="$W/root.img" bs=1M skip=1 count=2200 conv=sparse status=none
	dd if="$W/root.img" of="$W/disk.img" bs=1M seek=1 conv=sparse,notrunc status=none
	sync
}

# The commands that are measured; each starts the sshd, so that its time counts.
with_sshd() {
	: >"$W/sshd.log" # the last run's says "listening" as well
	/usr/sbin/sshd -D -e -f "$W/sshd_config" -p "$PORT" 2>"$W/sshd.log" &
	sshd=$!
	until grep -q listening "$W/sshd.log"; do
		sleep 0.05
		kill -0 "$sshd"
	done
	"$@"
	kill "$sshd"
	wait "$sshd" || :
}

run_push() {
	p2v-push --source "$W/disk.img" --yes-erase "$W/out.img" --identity "$W/id" \
		--host-key "$(ssh-keygen -lf "$W/hostkey.pub" | cut -d' ' -f2)" \
		--receiver "$B/p2v-receive --disk $W/out.img --session-dir $W/session" \
		--fixups none --cutover none --json "$@" "root@127.0.0.1:$PORT" >"$W/push.json"
	sync "$W/out.img"
}

run_push_nv() { run_push --no-verify; }

run_zstd() {
	# shellcheck disable=SC2086 # SSH is a list of words
	partclone.ext4 -c -s "$W/root.img" -o - -L "$W/pc.log" 2>/dev/null | zstd -q -1 -T0 |
		$SSH -i "$W/id" -p "$PORT" root@127.0.0.1 \
			"zstd -q -d | partclone.ext4 -r -s - -O $W/out.img -L $W/pr.log 2>/dev/null"
	sync "$W/out.img"
}

run_plain() {
	# shellcheck disable=SC2086 # SSH is a list of words
	partclone.ext4 -c -s "$W/root.img" -o - -L "$W/pc.log" 2>/dev/null |
		$SSH -i "$W/id" -p "$PORT" root@127.0.0.1 \
			"partclone.ext4 -r -s - -O $W/out.img -L $W/pr.log 2>/dev/null"
	sync "$W/out.img"
}

if [ "${1:-}" = --measured ]; then
	with_sshd "run_$2"
	exit
fi

[ "$(id -u)" = 0 ] || {
	echo "bench: the private sshd needs root" >&2
	exit 1
}
for tool in partclone.ext4 zstd sshd sfdisk p2v-push p2v-receive; do
	command -v "$tool" >/dev/null || {
		echo "bench: needs $tool" >&2
		exit 1
	}
done
[ -x /usr/bin/time ] || {
	echo "bench: needs /usr/bin/time" >&2
	exit 1
}

rm -rf "$W"
mkdir -p "$W"
on_exit "rm -rf '$W'"
configure_sshd
make_source
used=$(dumpe2fs -h "$W/root.img" 2>/dev/null | awk -F: '
	/^Block count/ { n = $2 } /^Free blocks/ { f = $2 } /^Block size/ { b = $2 }
	END { printf "%d", (n - f) * b }')

# wire WHAT: bytes through ssh, counted apart from the timed runs.
wire() {
	case $1 in
	zstd) partclone.ext4 -c -s "$W/root.img" -o - -L "$W/pc.log" 2>/dev/null | zstd -q -1 -T0 | wc -c ;;
	plain) partclone.ext4 -c -s "$W/root.img" -o - -L "$W/pc.log" 2>/dev/null | wc -c ;;
	*) sed -n 's/.*"event":"end".*"wire_bytes":\([0-9]*\).*/\1/p' "$W/push.json" ;;
	esac
}

same() {
	case $1 in
	push*) dd if="$W/out.img" of="$W/back.img" bs=1M skip=1 count=2200 conv=sparse status=none ;;
	*) cp --sparse=always "$W/out.img" "$W/back.img" ;;
	esac
	e2fsck -fn "$W/back.img" >"$W/fsck.log" 2>&1 || {
		echo "bench: $1: the copy is damaged:" >&2
		cat "$W/fsck.log" >&2
		exit 1
	}
}

run=0
while [ "$run" -lt "$RUNS" ]; do
	run=$((run + 1))
	for what in push push_nv zstd plain; do
		PORT=$((20000 + $(od -An -N2 -tu2 /dev/urandom) % 30000))
		export PORT
		rm -f "$W/out.img"
		case $what in
		push*) truncate -s 2304M "$W/out.img" ;;
		*) truncate -s 2200M "$W/out.img" ;;
		esac
		sync
		/usr/bin/time -o "$W/time" -f '%e %U %S %M' sh "$HERE" --measured "$what" >"$W/run.log" 2>&1 || {
			echo "bench: $what failed:" >&2
			cat "$W/run.log" "$W/sshd.log" >&2
			exit 1
		}
		same "$what"
		echo "$what $(tail -n 1 "$W/time") $(wire "$what")" >>"$W/results"
		echo "bench: run $run: $(tail -n 1 "$W/results")" >&2
	done
done

sort -k1,1 -k2,2n "$W/results" | awk -v used="$used" -v runs="$RUNS" '
	{ n[$1]++; line[$1, n[$1]] = $0 }
	END {
		printf "%d MiB of used data, median of %d runs\n\n", used / 1048576, runs
		printf "%-8s %8s %8s %8s %10s %10s %9s\n", "", "seconds", "MiB/s", "CPU s",
			"CPU s/GiB", "wire MiB", "peak MiB"
		split("push push_nv zstd plain", order, " ")
		for (i = 1; i <= 4; i++) {
			w = order[i]
			split(line[w, int((n[w] + 1) / 2)], f, " ")
			wall[w] = f[2]; cpu[w] = f[3] + f[4]
			printf "%-8s %8.1f %8.0f %8.1f %10.1f %10.0f %9.0f\n", w, f[2],
				used / 1048576 / f[2], cpu[w], cpu[w] / used * 1073741824,
				f[6] / 1048576, f[5] / 1024
		}
		for (i = 3; i <= 4; i++)
			for (j = 1; j <= 2; j++)
				printf "\n%s is %.1f times as fast as %s, for %.2f of its CPU", order[j],
					wall[order[i]] / wall[order[j]], order[i],
					cpu[order[j]] / cpu[order[i]]
		print ""
	}'

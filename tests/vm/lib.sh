# lib.sh - real machines in QEMU, for tests/vm/*.t and tests/demo.sh (POSIX sh)
#
# To be sourced after tests/lib.sh (or tests/vm/script.sh), which give ROOT, B,
# T and on_exit. Every machine belongs to the shell that started it: it is
# killed when that shell ends, however it ends (so never call vm_start in a
# pipe or a $(...)).
#
#     vm_start NAME [--mem MIB] [--cpus N] [--disk FILE[,serial=S][,addr=N][,if=ide]]...
#              [--nic MODEL[,addr=N][,mac=M]] [--forward GUESTPORT]...
#              [--net OPTIONS]   (more options of QEMU's user network)
#              [--kernel FILE --initrd FILE --append TEXT] [--no-reboot]
#              [-- QEMU-ARGUMENT...]
#     vm_wait_ssh NAME SECONDS [COMMAND]    vm_ssh NAME COMMAND...
#     vm_wait_console NAME TEXT SECONDS     vm_type NAME TEXT
#     vm_wait_exit NAME SECONDS             vm_stop NAME
#     vm_poweroff NAME                      vm_port NAME [GUESTPORT]
#     vm_console NAME (the log's file name) vm_age NAME (seconds since start)
#
# All SECONDS are for an idle two-core machine without KVM. They are limits,
# not measurements, and P2V_TIMEOUT_SCALE (default 3) multiplies them.
#
# The network is QEMU's user network, closed to the outside (restrict=on); ssh
# comes in by a port that the kernel chose on 127.0.0.1.

VM_DIR=$T/vm
mkdir -p "$VM_DIR"
VM_NAMES=
: "${P2V_TIMEOUT_SCALE:=3}"
: "${VM_KEY:=$B/images/keys/operator}"

VM_SSH_OPTIONS="-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null
	-o GlobalKnownHostsFile=/dev/null -o LogLevel=ERROR -o BatchMode=yes
	-o ServerAliveInterval=5 -o ServerAliveCountMax=12
	-o IdentitiesOnly=yes -F /dev/null"

vm_now() { date +%s; }

# vm_scaled SECONDS: the limit after P2V_TIMEOUT_SCALE.
vm_scaled() { echo $(($1 * P2V_TIMEOUT_SCALE)); }

# vm_tenths: a clock in tenths of a second, for vm_since and the tables.
vm_tenths() {
	date +%s%N | cut -c1-11
}

# vm_since START: seconds since an earlier vm_tenths, as "12.3".
vm_since() {
	vm_d=$(($(vm_tenths) - $1))
	echo "$((vm_d / 10)).$((vm_d % 10))"
}

# vm_probe_says TEXT SECONDS QEMU-ARGUMENT...: does a guest on /dev/kvm write this on
# its first serial port?
vm_probe_says() {
	vm_probe_text=$1
	vm_probe_end=$(($(vm_now) + $2))
	shift 2
	: >"$VM_DIR/probe.out"
	timeout -k 1 60 qemu-system-x86_64 -accel kvm -cpu host -m 256 -nodefaults -no-reboot \
		-display none -monitor none -serial "file:$VM_DIR/probe.out" "$@" >/dev/null 2>&1 &
	vm_probe_pid=$!
	while [ "$(vm_now)" -lt "$vm_probe_end" ] && ! grep -qa "$vm_probe_text" "$VM_DIR/probe.out"; do
		kill -0 "$vm_probe_pid" 2>/dev/null || break
		sleep 0.1
	done
	kill "$vm_probe_pid" 2>/dev/null
	wait "$vm_probe_pid" 2>/dev/null
	grep -qa "$vm_probe_text" "$VM_DIR/probe.out"
}

# vm_probe_kvm: does a guest really run on /dev/kvm? One exists on which no guest gets
# to its first instruction, and one on which a boot sector runs but no kernel gets
# beyond unpacking itself. So a boot sector has to write OK, and then a kernel has to
# come to the end of its boot, which is a panic for want of a root.
vm_probe_kvm() {
	[ -r /dev/kvm ] && [ -w /dev/kvm ] || return 1
	{
		# mov dx,3f8h; mov al,'O'; out dx,al; mov al,'K'; out dx,al; cli; hlt
		printf '\272\370\003\260O\356\260K\356\372\364'
		head -c 499 /dev/zero
		printf '\125\252'
	} >"$VM_DIR/probe.img"
	vm_probe_says OK 4 -drive "file=$VM_DIR/probe.img,format=raw,if=ide" || return 1
	for vm_probe_kernel in "$B"/images/kernel/boot/vmlinuz-*; do
		[ -e "$vm_probe_kernel" ] || return 1
		vm_probe_says 'Kernel panic' 20 -kernel "$vm_probe_kernel" -append 'console=ttyS0 panic=-1'
		return
	done
}

# vm_accel: prints kvm or tcg. The answer is kept for as long as the machine is up.
vm_accel() {
	vm_boot_id=$(cat /proc/sys/kernel/random/boot_id)
	if [ -r "$B/vm-accel" ] && read -r vm_cached vm_answer <"$B/vm-accel" &&
		[ "$vm_cached" = "$vm_boot_id" ]; then
		echo "$vm_answer"
		return
	fi
	vm_answer=tcg
	if vm_probe_kvm; then
		vm_answer=kvm
	fi
	mkdir -p "$B"
	echo "$vm_boot_id $vm_answer" >"$B/vm-accel"
	echo "$vm_answer"
}

# vm_option KEY TEXT: the value of KEY in "FIRST,key=value,key=value".
vm_option() {
	echo "$2" | tr , '\n' | sed -n "s/^$1=//p"
}

# Each disk gets its own slot (addr), 10h and up unless named, so that the
# network card's slot and thus its name depend on nothing else.
vm_add_disk() {
	vm_file=${1%%,*}
	vm_addr=$(vm_option addr "$1")
	vm_serial=$(vm_option serial "$1")
	: "${vm_addr:=$(printf '0x%x' $((16 + vm_disks)))}"
	: "${vm_serial:=disk$vm_disks}"
	case $(vm_option if "$1") in
	ide) vm_device=ide-hd,bus=ide.$vm_disks ;;
	*) vm_device=virtio-blk-pci,addr=$vm_addr ;;
	esac
	vm_device=$vm_device,drive=d$vm_disks,serial=$vm_serial
	vm_drive=file=$vm_file,format=raw,if=none,id=d$vm_disks,cache=unsafe,discard=unmap
	vm_disks=$((vm_disks + 1))
}

# The common part of every machine's command line; called by vm_start, which
# has put the machine's own arguments into "$@".
vm_exec() {
	vm_accel=$(vm_accel)
	case $vm_accel in
	kvm) set -- -accel kvm -cpu host -smp "${vm_cpus:-2}" "$@" ;;
	# Without KVM a second CPU gains nothing at boot. With QEMU's default of
	# a gigabyte for translated code, pages that keep the translations of two
	# kernels make writes so slow after a kexec that a guest stands still for
	# minutes (measured; page_collection_lock); 128 MiB is flushed in time.
	*) set -- -accel tcg,thread=multi,tb-size=128 -cpu max -smp "${vm_cpus:-1}" "$@" ;;
	esac
	setsid setpriv --pdeathsig KILL qemu-system-x86_64 \
		-machine pc -m "$vm_mem" -display none \
		-chardev "socket,id=con,path=$vm_d/console.sock,server=on,wait=off,logfile=$vm_d/console.log" \
		-serial chardev:con \
		-monitor "unix:$vm_d/monitor.sock,server=on,wait=off" \
		-netdev "user,id=n0,restrict=on$vm_forward" \
		-device "$vm_nic,netdev=n0" "$@" >"$vm_d/qemu.log" 2>&1 &
	echo $! >"$vm_d/pid"
}

vm_start() {
	vm_name=$1
	shift
	vm_stop "$vm_name"
	vm_d=$VM_DIR/$vm_name
	rm -rf "$vm_d"
	mkdir -p "$vm_d"
	vm_mem=512 vm_cpus='' vm_disks=0 vm_nic=virtio-net-pci,addr=0x3
	vm_forward=",hostfwd=tcp:127.0.0.1:0-:22"
	vm_args=$#
	# Our options are turned into QEMU's by appending to "$@" while they are
	# taken from its front; so words with blanks stay whole.
	while [ "$vm_args" -gt 0 ]; do
		vm_opt=$1
		vm_used=2
		case $vm_opt in
		--mem) vm_mem=$2 ;;
		--cpus) vm_cpus=$2 ;;
		--nic) vm_nic=$2 ;;
		--forward) vm_forward="$vm_forward,hostfwd=tcp:127.0.0.1:0-:$2" ;;
		--net) vm_forward="$vm_forward,$2" ;;
		--disk)
			vm_add_disk "$2"
			set -- "$@" -drive "$vm_drive" -device "$vm_device"
			;;
		--kernel) set -- "$@" -kernel "$2" ;;
		--initrd) set -- "$@" -initrd "$2" ;;
		--append) set -- "$@" -append "$2" ;;
		--no-reboot)
			set -- "$@" -no-reboot
			vm_used=1
			;;
		--)
			shift
			vm_args=$((vm_args - 1))
			while [ "$vm_args" -gt 0 ]; do
				set -- "$@" "$1"
				shift
				vm_args=$((vm_args - 1))
			done
			break
			;;
		*)
			echo "vm_start: unknown option $vm_opt" >&2
			return 2
			;;
		esac
		shift "$vm_used"
		vm_args=$((vm_args - vm_used))
	done
	vm_tenths >"$vm_d/started"
	vm_exec "$@"
	case " $VM_NAMES " in *" $vm_name "*) ;; *) VM_NAMES="$VM_NAMES $vm_name" ;; esac
	vm_wait_port "$vm_name"
}

# vm_monitor NAME COMMAND: what QEMU's monitor answers.
vm_monitor() {
	echo "$2" | timeout 10 socat -t 2 - "UNIX-CONNECT:$VM_DIR/$1/monitor.sock" 2>/dev/null
}

# The kernel chose the forwarded ports; wait until QEMU can tell them. They are
# kept as lines "GUESTPORT PORT".
vm_wait_port() {
	vm_i=0
	while [ "$vm_i" -lt 100 ]; do
		vm_monitor "$1" 'info usernet' | tr -d '\r' |
			sed -n 's/.*HOST_FORWARD. *[0-9]* *127\.0\.0\.1 *\([0-9]*\) *[0-9.]* *\([0-9]*\) .*/\2 \1/p' \
				>"$VM_DIR/$1/ports"
		[ ! -s "$VM_DIR/$1/ports" ] || return 0
		vm_running "$1" || break
		sleep 0.2
		vm_i=$((vm_i + 1))
	done
	echo "vm $1: QEMU did not start:" >&2
	cat "$VM_DIR/$1/qemu.log" >&2
	return 1
}

# vm_port NAME [GUESTPORT]: the port on 127.0.0.1 that leads to it.
vm_port() {
	sed -n "s/^${2:-22} //p" "$VM_DIR/$1/ports"
}

# vm_running NAME: is its QEMU alive? (A zombie is not.)
vm_running() {
	[ -r "$VM_DIR/$1/pid" ] || return 1
	vm_p=$(cat "$VM_DIR/$1/pid")
	grep -q '^State:[[:space:]]*[^ZX]' "/proc/$vm_p/status" 2>/dev/null
}

vm_stop() {
	vm_running "$1" || return 0
	kill "$vm_p" 2>/dev/null
	vm_i=0
	while [ "$vm_i" -lt 50 ] && vm_running "$1"; do
		sleep 0.1
		vm_i=$((vm_i + 1))
	done
	if vm_running "$1"; then
		kill -9 "$vm_p" 2>/dev/null
	fi
	return 0
}

vm_stop_all() {
	for vm_each in $VM_NAMES; do
		vm_stop "$vm_each"
	done
}
on_exit vm_stop_all

vm_console() { echo "$VM_DIR/$1/console.log"; }

# vm_console_text NAME: the console as lines of plain text.
vm_console_text() {
	tr -d '\000' <"$VM_DIR/$1/console.log" | tr '\r' '\n' |
		sed 's/\x1b\[[0-9;?]*[A-Za-z]//g'
}

vm_age() { vm_since "$(cat "$VM_DIR/$1/started")"; }

# vm_until SECONDS COMMAND...: tries it until it succeeds.
vm_until() {
	vm_end=$(($(vm_now) + $(vm_scaled "$1")))
	shift
	until "$@"; do
		[ "$(vm_now)" -lt "$vm_end" ] || return 1
		sleep 0.3
	done
}

vm_console_has() { grep -qaF -e "$2" "$VM_DIR/$1/console.log"; }

vm_console_has_or_dead() { vm_console_has "$1" "$2" || ! vm_running "$1"; }

# vm_wait_console NAME TEXT SECONDS: a fixed string anywhere on the console.
vm_wait_console() {
	vm_until "$3" vm_console_has_or_dead "$1" "$2"
	vm_console_has "$1" "$2" && return 0
	vm_complain "$1" "'$2' did not appear on the console"
}

# vm_type NAME TEXT: types a line at the console.
vm_type() {
	printf '%s\n' "$2" | timeout 5 socat -t 1 - "UNIX-CONNECT:$VM_DIR/$1/console.sock" >/dev/null
}

# vm_complain NAME TEXT: says what is wrong, shows the console's end; fails.
vm_complain() {
	echo "vm $1: $2; the console's last lines:" >&2
	vm_console_text "$1" | tail -n 25 | sed 's/^/| /' >&2
	cat "$VM_DIR/$1/qemu.log" >&2
	return 1
}

# vm_ssh NAME COMMAND...: as root with the operator's key. The host key is not
# looked at here; tests that care ask vm_host_key.
vm_ssh() {
	vm_to=$1
	shift
	# shellcheck disable=SC2086 # a list of options
	ssh $VM_SSH_OPTIONS -o ConnectTimeout=60 -i "$VM_KEY" -p "$(vm_port "$vm_to")" \
		root@127.0.0.1 "$@"
}

# QEMU accepts a forwarded connection long before the guest listens, so the
# banner has a short limit (ConnectTimeout covers it) and the rest a long one.
vm_try_ssh() {
	if ! vm_running "$1"; then
		return 0
	fi
	# shellcheck disable=SC2086 # a list of options
	timeout 60 ssh $VM_SSH_OPTIONS -o ConnectTimeout=3 -i "$VM_KEY" -p "$vm_ssh_port" \
		root@127.0.0.1 "$2" </dev/null >/dev/null 2>&1 && vm_ssh_ok=1
}

# vm_wait_ssh NAME SECONDS [COMMAND]: until COMMAND succeeds over ssh. After a
# kexec, use a command that only the new system can satisfy: the old one
# answers for a while.
vm_wait_ssh() {
	vm_ssh_ok=
	vm_ssh_port=$(vm_port "$1")
	vm_until "$2" vm_try_ssh "$1" "${3:-true}"
	[ -z "$vm_ssh_ok" ] || return 0
	vm_complain "$1" "no ssh within $(vm_scaled "$2") s (or '${3:-true}' failed there)"
}

# vm_host_key NAME: the ed25519 key it presents, as in a .pub file.
vm_host_key() {
	ssh-keyscan -T 30 -t ed25519 -p "$(vm_port "$1")" 127.0.0.1 2>/dev/null |
		sed -n 's/^[^ ]* \(ssh-ed25519 [^ ]*\).*/\1/p'
}

vm_dead() { ! vm_running "$1"; }

# vm_wait_exit NAME SECONDS: until QEMU ends by itself (power off).
vm_wait_exit() {
	vm_until "$2" vm_dead "$1" || vm_complain "$1" "still runs"
}

# vm_poweroff NAME: cleanly, from inside.
vm_poweroff() {
	vm_ssh "$1" 'systemctl poweroff' </dev/null >/dev/null 2>&1
	vm_wait_exit "$1" 60
}

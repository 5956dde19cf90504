# shellcheck shell=sh
# relay.sh - from a provider's kernel into the system's own
#
# Some providers start a machine with a kernel and an initramfs of theirs, on a
# root on the network. p2v-relay, early in that boot, takes the provider's
# initramfs, which knows how to reach the root, adds the modules that the
# installed kernel needs for it, and goes on with that kernel by kexec.
#
# The order of work is relay_run's. A step that cannot do its part says why in
# relay_error and returns 1: then the machine simply stays with the provider's
# kernel. Paths come from variables, so that tests can point at a fake tree.
# shellcheck disable=SC2034 # what the configuration may set

: "${relay_root:=}"                   # in front of every path of the system
: "${relay_proc:=/proc}"
: "${relay_state:=$relay_root/var/lib/p2v-relay}"
: "${relay_conf:=$relay_root/etc/p2v-relay/relay.conf}"
: "${relay_off:=$relay_root/etc/p2v-relay/disabled}"
: "${relay_home:=}"                   # where the static programs are
: "${relay_end:=/run/initramfs}"      # what systemd-shutdown becomes

# A machine that cannot start its own kernel would go round for ever.
: "${relay_max_tries:=3}"

relay_error=

relay_say() { echo "p2v-relay: $*"; }

relay_fail() {
	relay_error=$*
	return 1
}

relay_word() { # WORD: is it on the kernel's command line?
	case " $(cat "$relay_proc/cmdline") " in
	*" $1 "*) return 0 ;;
	esac
	return 1
}

# The configuration is a piece of shell that belongs to root.
relay_configure() {
	INITRD='' FETCH_INITRD='' MODULES='' APPEND='' WRAP=auto
	[ -r "$relay_conf" ] || relay_fail "$relay_conf is missing: it names the provider's initramfs" || return
	# shellcheck source=/dev/null
	. "$relay_conf" || relay_fail "$relay_conf is not valid shell" || return
	[ -n "$INITRD$FETCH_INITRD" ] || relay_fail "$relay_conf sets neither INITRD nor FETCH_INITRD"
}

# What the installed system's own boot loader would start: relay_kernel is the
# file, relay_version its modules' name.
relay_find_kernel() {
	p2v-boot --quiet --root "${relay_root:-/}" list --tsv >"$relay_state/entries" ||
		relay_fail "no boot entry was found in ${relay_root:-/}" || return
	relay_kernel=$(relay_default 4)
	case $relay_kernel in
	'') relay_fail "the default boot entry names no kernel" || return ;;
	*'#'*) relay_fail "the default boot entry's kernel is a part of another file, ${relay_kernel%%#*}" || return ;;
	esac
	relay_kernel=$(relay_decode "${relay_kernel#*:}")
	relay_kernel=$(readlink -f "$relay_root$relay_kernel") && [ -f "$relay_kernel" ] ||
		relay_fail "the default boot entry's kernel is not there" || return
	relay_find_version || return
	[ -d "$relay_root/lib/modules/$relay_version" ] ||
		relay_fail "there are no modules for $relay_kernel in /lib/modules/$relay_version"
}

# As the kernel's image tells it, else by its file's name.
relay_find_version() {
	relay_version=$(relay_decode "$(relay_default 5)")
	case $relay_version in
	'') ;;
	.* | *[!A-Za-z0-9._+~-]*) relay_fail "$relay_kernel has a strange version: $relay_version" || return ;;
	*) return 0 ;;
	esac
	relay_version=${relay_kernel##*/}
	case $relay_version in
	vmlinuz-* | kernel-* | Image-*) relay_version=${relay_version#*-} ;;
	*) relay_fail "$relay_kernel has its version neither in its header nor in its name" ;;
	esac
}

# relay_default FIELD: of the default entry, as in p2v-boot(8), LINES FOR PROGRAMS.
relay_default() {
	awk -F '\t' -v field="$1" '$1 == "yes" { print $field; exit }' "$relay_state/entries"
}

# relay_decode TEXT: with the bytes that are octal in it.
relay_decode() {
	printf '%b' "$(printf '%s\n' "$1" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')"
}

# The provider's initramfs: a file, or what a command writes; of that, the last
# one is kept for the day when the command fails.
relay_find_initrd() {
	if [ -z "$FETCH_INITRD" ]; then
		relay_initrd=$relay_root$INITRD
		[ -s "$relay_initrd" ] || relay_fail "the provider's initramfs $INITRD is not there"
		return
	fi
	relay_initrd=$relay_state/provider-initrd
	rm -f "$relay_initrd.new"
	if sh -c "$FETCH_INITRD" p2v-relay "$relay_initrd.new" && [ -s "$relay_initrd.new" ]; then
		mv "$relay_initrd.new" "$relay_initrd"
	elif [ -s "$relay_initrd" ]; then
		relay_say "FETCH_INITRD failed; the initramfs from an earlier run is used"
	else
		relay_fail "FETCH_INITRD failed, and there is no initramfs from an earlier run"
	fi
}

relay_has_module() { modinfo -k "$relay_version" -b "${relay_root:-/}" -F name "$1" >/dev/null 2>&1; }

# What reaches the root: its device, its file system; a line for each module.
relay_root_modules() {
	findmnt -n -r -o SOURCE,FSTYPE / >"$relay_state/root" || return 0
	while read -r relay_source relay_type; do
		case $relay_source in
		/dev/nbd*) echo nbd ;;
		esac
		echo "$relay_type"
	done <"$relay_state/root" | while IFS= read -r relay_name; do
		! relay_has_module "$relay_name" || echo "$relay_name"
	done
}

# All that the initramfs lacks for this machine's devices and its root, into the
# file list; and whose work the initramfs is.
relay_list_modules() {
	relay_checked=0
	p2v-initrd check "$relay_initrd" --this-machine --network --tsv --kernel "$relay_version" \
		--modules-from "${relay_root:-/}" >"$relay_state/check" || relay_checked=$?
	[ "$relay_checked" = 0 ] || [ "$relay_checked" = 2 ] ||
		relay_fail "the provider's initramfs could not be read" || return
	relay_generator=$(awk -F '\t' '$1 == "generator" { print $2 }' "$relay_state/check")
	{
		awk -F '\t' '$1 == "driver" && $2 == "lacks" && $3 != "-" { print $3 }' "$relay_state/check"
		relay_root_modules
		for relay_name in $MODULES; do
			echo "$relay_name"
		done
	} | awk '!seen[$0]++' >"$relay_state/list"
}

# Kernel, initramfs, list and this program as one digest.
relay_stamp() {
	{
		sha256sum <"$relay_kernel"
		sha256sum <"$relay_initrd"
		cat "$relay_state/list" "$relay_root/lib/modules/$relay_version/modules.dep"
		echo "$relay_version $WRAP 1"
	} | sha256sum | cut -c 1-64
}

relay_wants_wrapper() {
	case $WRAP:$relay_generator in
	yes:*) return 0 ;;
	auto:unknown | auto:mkinitrd) return 0 ;;
	esac
	return 1
}

# The initramfs for the installed kernel, in relay_built. It is made again only
# when one of the things that it is made of has changed.
relay_build() {
	relay_built=$relay_state/initrd
	relay_digest=$(relay_stamp)
	if [ -s "$relay_built" ] && [ "$(cat "$relay_state/stamp" 2>/dev/null)" = "$relay_digest" ]; then
		relay_say "the initramfs for $relay_version is up to date"
		return 0
	fi
	rm -f "$relay_state/stamp"
	set -- --foreign
	! relay_wants_wrapper || set -- "$@" --wrap-init
	if [ -s "$relay_state/list" ]; then
		# shellcheck disable=SC2046 # a list of words
		p2v-initrd add-modules --kernel "$relay_version" --modules-from "${relay_root:-/}" "$@" \
			$(cat "$relay_state/list") "$relay_initrd" -o "$relay_built" ||
			relay_fail "the modules could not be added to the provider's initramfs" || return
	else
		cp "$relay_initrd" "$relay_built.new" && mv "$relay_built.new" "$relay_built" ||
			relay_fail "$relay_built cannot be written" || return
	fi
	echo "$relay_digest" >"$relay_state/stamp"
	relay_say "made the initramfs for $relay_version with: $(tr '\n' ' ' <"$relay_state/list")"
}

relay_prepare() {
	mkdir -p "$relay_state" || relay_fail "$relay_state cannot be created" || return
	relay_configure && relay_find_kernel && relay_find_initrd && relay_list_modules && relay_build
}

relay_load() {
	relay_line="$(cat "$relay_proc/cmdline")${APPEND:+ $APPEND} p2v.relayed"
	p2v-boot load --kernel "$relay_kernel" --initrd "$relay_built" --cmdline "$relay_line" ||
		relay_fail "$relay_kernel could not be loaded"
}

# systemd-shutdown goes on as /run/initramfs/shutdown when that can be run. /run
# is often mounted noexec, so it gets a file system of its own, and one that
# needs nothing of the root.
relay_place_end() {
	relay_program=$relay_home/p2v-relay-shutdown
	[ -x "$relay_program" ] || relay_program=$(command -v p2v-relay-shutdown) ||
		relay_fail "p2v-relay-shutdown is not installed" || return
	mkdir -p "$relay_end" && mount -t tmpfs -o mode=755,nosuid,size=8m p2v-relay "$relay_end" ||
		relay_fail "$relay_end cannot be mounted" || return
	for relay_name in oldroot proc sys dev run etc tmp; do
		mkdir "$relay_end/$relay_name" || relay_fail "$relay_end cannot be filled" || return
	done
	install -m 755 "$relay_program" "$relay_end/shutdown" || relay_fail "$relay_end cannot be filled"
}

# How often it was tried since it last worked.
relay_count_try() {
	relay_tries=$(cat "$relay_state/tries" 2>/dev/null) || relay_tries=0
	case $relay_tries in
	'' | *[!0-9]*) relay_tries=0 ;;
	esac
	[ "$relay_tries" -lt "$relay_max_tries" ] ||
		relay_fail "$relay_tries tries have ended with the provider's kernel again: giving up." \
			"Remove $relay_state/tries to have it tried again" || return
	echo $((relay_tries + 1)) >"$relay_state/tries"
}

# The new boot's log says where it came from.
relay_remember() {
	printf '%s %s %s\n' "$(uname -r)" "$relay_version" "$(date +%s)" >"$relay_state/last"
	sync
}

# In the boot that was relayed: say so, and do nothing more.
relay_arrived() {
	if read -r relay_from relay_to relay_since <"$relay_state/last" 2>/dev/null; then
		relay_say "relayed from $relay_from to $(uname -r) in $(($(date +%s) - relay_since)) s"
		[ "$relay_to" = "$(uname -r)" ] || relay_say "but $relay_to was loaded"
	else
		relay_say "relayed to $(uname -r)"
	fi
	rm -f "$relay_state/tries" "$relay_state/last"
}

relay_jump() {
	relay_say "leaving $(uname -r) for $relay_version, by an orderly shutdown and kexec"
	relay_remember
	p2v-boot jump || relay_fail "the loaded kernel could not be started"
}

relay_go() {
	relay_prepare || return
	relay_count_try && relay_load && relay_place_end && relay_jump
}

# relay_run: what the service does.
relay_run() {
	if relay_word p2v.relayed; then
		relay_arrived
		return 0
	fi
	if relay_word p2v.relay=off || [ -e "$relay_off" ]; then
		relay_say "disabled, $(uname -r) keeps running"
		return 0
	fi
	mkdir -p "$relay_state" || relay_fail "$relay_state cannot be created" || return
	if relay_find_kernel && [ "$relay_version" = "$(uname -r)" ]; then
		rm -f "$relay_state/tries"
		relay_say "the installed kernel $relay_version is already running"
		return 0
	fi
	relay_go && return
	p2v-boot unload >/dev/null 2>&1 || :
	! mountpoint -q "$relay_end" || umount "$relay_end" || :
	return 1
}

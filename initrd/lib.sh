# lib.sh - what the commands of p2v-initrd have in common: a scratch folder, lists
# of modules, keys that are looked at before they are packed, and cpio archives
# that depend on nothing but their content (POSIX sh)
#
# The caller has set home, the folder of this file.
#
# shellcheck shell=sh disable=SC2034,SC2154 # variables of the callers, and for them

program_name=p2v-initrd
# shellcheck source=files/program.sh
. "$home/files/program.sh"

# begin_work FOLDER: a scratch folder inside it, in work; gone at the end.
begin_work() {
	work=$(mktemp -d "$1/p2v-initrd.XXXXXX")
	# shellcheck disable=SC2016 # when it is run
	on_exit 'rm -rf "$work"'
	trap_exits
}

# listed_modules [SET]: names from files/modules.list, all or those of a set.
listed_modules() {
	awk -v set="${1:-}" '
		{ sub(/#.*/, "") }
		NF {
			taken = set == ""
			for (i = 2; i <= NF; i++)
				taken = taken || $i == set
			if (taken)
				print $1
		}' "$home/files/modules.list"
}

# pack_authorized_keys FILE: its keys, one a line. A line with options of its
# own would defeat the forced command, and is refused.
pack_authorized_keys() {
	[ -r "$1" ] || die 2 "$1 cannot be read (--authorized-keys)"
	pack_bad=$(grep -v -E '^[[:space:]]*(#.*)?$' "$1" |
		grep -v -n -E '^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp[0-9]+|sk-[a-z0-9@.-]+) [A-Za-z0-9+/]+=*( |$)' | head -n 1) || :
	[ -z "$pack_bad" ] || die 1 "$1 has a line that is not a public key: $pack_bad"
	grep -E '^(ssh|ecdsa|sk)-' "$1" || die 1 "$1 holds no key"
}

# pack_host_key FILE: prints the name that the key has in /etc/p2v.
pack_host_key() {
	[ -r "$1" ] || die 2 "$1 cannot be read (--host-key)"
	pack_type=$(ssh-keygen -y -P '' -f "$1" 2>/dev/null </dev/null | cut -d ' ' -f 1) || :
	case $pack_type in
	ssh-ed25519) echo ssh_host_ed25519_key ;;
	ssh-rsa) echo ssh_host_rsa_key ;;
	ecdsa-sha2-*) echo ssh_host_ecdsa_key ;;
	*) die 1 "$1 is not a private key without a passphrase, or others may read it" ;;
	esac
}

# pack_cpio DIR: the tree as an archive whose bytes depend on names, modes and
# contents alone: sorted, owned by root, times from SOURCE_DATE_EPOCH or 0.
pack_cpio() {
	(
		cd "$1" || exit 1
		find . -exec touch -h -d "@${SOURCE_DATE_EPOCH:-0}" {} +
		find . ! -name . -print | sed 's,^\./,,' | LC_ALL=C sort |
			cpio -o -H newc --reproducible --owner 0:0 --quiet
	)
}

# pack_pad FILE: the kernel looks for the next archive at a multiple of four.
pack_pad() {
	pack_over=$(($(wc -c <"$1") % 4))
	[ "$pack_over" = 0 ] || dd if=/dev/zero bs=1 count=$((4 - pack_over)) 2>/dev/null >>"$1"
}

# access.sh - who may log in now, and will they be able to afterwards?
#
# The machine's host keys and root's authorized keys go into RAM, so that the
# same ssh command works before and after. What cannot be carried is named.
#
# shellcheck shell=sh disable=SC2034 # verdict.sh uses the facts

: "${access_root:=}"
: "${access_sshd:=}"  # sshd, found by access_find_sshd
: "${access_proc:=/proc}"

access_find_sshd() {
	[ -z "$access_sshd" ] || return 0
	for access_try in /usr/sbin/sshd /usr/local/sbin/sshd /usr/bin/sshd; do
		if [ -x "$access_try" ]; then
			access_sshd=$access_try
			return
		fi
	done
	access_sshd=false
}

# access_setting NAME: values from sshd's effective configuration for root.
access_setting() {
	access_find_sshd
	"$access_sshd" -T -C user=root,host=localhost,addr=127.0.0.1 2>/dev/null |
		sed -n "s/^$1 //p"
}

# The private host keys, one file a line.
access_host_keys() {
	access_list=$(access_setting hostkey)
	: "${access_list:=$(ls -d "$access_root"/etc/ssh/ssh_host_*_key 2>/dev/null || :)}"
	for access_key in $access_list; do
		[ ! -s "$access_key" ] || echo "$access_key"
	done
}

# access_home USER
access_home() {
	awk -F: -v user="$1" '$1 == user { print $6 }' "$access_root/etc/passwd"
}

# The files with the keys that open USER's account.
access_key_files() {
	access_user_home=$(access_home "$1")
	[ -n "$access_user_home" ] || return 0
	access_names=$(access_setting authorizedkeysfile)
	: "${access_names:=.ssh/authorized_keys .ssh/authorized_keys2}"
	for access_name in $access_names; do
		access_file=$(echo "$access_name" |
			sed -e "s|%h|$access_user_home|g" -e "s|%u|$1|g" -e 's|%%|%|g')
		case $access_file in
		/*) ;;
		*) access_file=$access_user_home/$access_file ;;
		esac
		[ ! -r "$access_root$access_file" ] || echo "$access_root$access_file"
	done
}

# Lines of authorized_keys on stdin. Prints the plain keys; those with options
# that only take something away (the bootstrap system allows less anyway) lose
# the options. A key that is bound to a command, an address, a date or a
# certificate authority must not come out more powerful: it is left behind.
access_carry() {
	awk '
		function plain(text) {
			return text ~ /^(ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]+[ \t]+AAAA/
		}
		/^[ \t]*(#|$)/ { next }
		{ sub(/^[ \t]+/, "") }
		plain($0) { print; next }
		{
			options = $1
			rest = substr($0, length($1) + 1)
			sub(/^[ \t]+/, "", rest)
			sub(/,restrict|^restrict,|^restrict$/, "", options)
			while (sub(/no-(agent-forwarding|port-forwarding|pty|user-rc|X11-forwarding)|(^|,)pty/, "", options))
				;
			gsub(/,/, "", options)
			if (options == "" && plain(rest))
				print rest
		}'
}

# access_left_behind FILE...: how many keys are not carried.
access_left_behind() {
	access_all=$(cat "$@" | grep -c -v -e '^[[:blank:]]*#' -e '^[[:blank:]]*$' || :)
	access_good=$(cat "$@" | access_carry | grep -c . || :)
	echo $((access_all - access_good))
}

# "CLIENT CLIENT-PORT SERVER SERVER-PORT" of the ssh session that we run in;
# sudo takes it out of the environment, but not out of the parents'.
access_connection() {
	if [ -n "${SSH_CONNECTION:-}" ]; then
		echo "$SSH_CONNECTION"
		return
	fi
	access_pid=$$
	while [ "${access_pid:-0}" -gt 1 ]; do
		access_found=$(tr '\000' '\n' 2>/dev/null <"$access_proc/$access_pid/environ" |
			sed -n 's/^SSH_CONNECTION=//p')
		if [ -n "$access_found" ]; then
			echo "$access_found"
			return
		fi
		access_pid=$(awk '$1 == "PPid:" { print $2 }' "$access_proc/$access_pid/status" 2>/dev/null || :)
	done
}

# What sshd logged about logins, newest last.
access_log() {
	journalctl -q -o cat -t sshd -t sshd-session -n 5000 2>/dev/null
	cat "$access_root/var/log/auth.log" "$access_root/var/log/secure" \
		"$access_root/var/log/messages" 2>/dev/null
}

# access_method CONNECTION: how that session was let in: "publickey SHA256:..."
# or "password"; nothing when no record is left.
access_method() {
	if [ -r "${SSH_USER_AUTH:-}" ] && grep -q '^publickey ' "$SSH_USER_AUTH"; then
		sed -n 's/^publickey //p' "$SSH_USER_AUTH" | access_fingerprints | sed 's/^/publickey /' | head -n 1
		return
	fi
	# shellcheck disable=SC2086 # four words
	set -- $1
	[ $# -ge 2 ] || return 0
	access_log | awk -v from="from $1 port $2 " '
		index($0 " ", from) && /Accepted / {
			answer = ""
			for (i = 1; i < NF; i++)
				if ($i == "Accepted")
					answer = $(i + 1)
			if (answer == "publickey")
				answer = answer " " $NF
		}
		END { if (answer != "") print answer }'
}

# Public keys on stdin, their fingerprints on stdout.
access_fingerprints() {
	ssh-keygen -l -E sha256 -f - 2>/dev/null | awk '{ print $2 }'
}

# access_check KEYS-FILE: sets fact_keys (how many), fact_access: good, lost,
# password, unknown, local; fact_access_key, fact_arrival (the address that the
# session came in by).
access_check() {
	fact_keys=$(grep -c . "$1" || :)
	fact_access_key='' fact_arrival=''
	access_session=$(access_connection)
	if [ -z "$access_session" ]; then
		fact_access=local
		return
	fi
	fact_arrival=$(echo "$access_session" | awk '{ print $3 }')
	access_how=$(access_method "$access_session")
	case $access_how in
	'publickey SHA256:'*)
		fact_access_key=${access_how#publickey }
		fact_access=lost
		if access_fingerprints <"$1" | grep -qxF -e "$fact_access_key"; then
			fact_access=good
		fi
		;;
	'') fact_access=unknown ;;
	*) fact_access=password ;;
	esac
}

# shellcheck shell=sh disable=SC2154 # base.sh has set them
# ssh.sh - who may log in, with which host key, and the server
#
# Only public keys open the door, and behind it is one program (door). Without
# an authorized key the server is not started at all.

# ssh_keys: the public keys from stdin, each once, without comments. A line with
# options of its own is no key to us: it could name another command.
ssh_keys() {
	awk '
	{ sub(/^[ \t]+/, ""); sub(/\r$/, "") }
	/^(ssh-(ed25519|rsa)|ecdsa-sha2-nistp[0-9]+|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+\/]+=*([ \t]|$)/ {
		if (!seen[$1 " " $2]++) print $1, $2
		next
	}
	!/^(#|$)/ { print "p2v: not an authorized key, ignored: " substr($0, 1, 60) >"/dev/stderr" }'
}

# Writes the list of keys; status 1 if there is none.
ssh_authorize() {
	{
		cat "$p2v_etc/p2v/authorized_keys" 2>/dev/null || :
		settings_all p2v.authorized_key
		cat "$p2v_run/cloud/authorized_keys" 2>/dev/null || :
	} | ssh_keys >"$p2v_run/keys" 2>"$p2v_run/keys.bad"
	while IFS= read -r ssh_line; do
		say "${ssh_line#p2v: }"
	done <"$p2v_run/keys.bad"
	mkdir -p "$p2v_root_home/.ssh"
	chmod 700 "$p2v_root_home" "$p2v_root_home/.ssh"
	(
		umask 077
		sed "s|^|$(ssh_restrict)command=\"$p2v_lib/standalone/door\" |" "$p2v_run/keys" \
			>"$p2v_root_home/.ssh/authorized_keys"
	)
	[ -s "$p2v_run/keys" ]
}

# What a key may not do. dropbear does not know "restrict".
ssh_restrict() {
	if [ -x "$p2v_sshd" ]; then
		printf 'restrict,pty,'
	else
		printf 'no-port-forwarding,no-agent-forwarding,no-X11-forwarding,'
	fi
}

# The host keys into place; a new one if none was packed in. Sets the
# fingerprints for the banner.
ssh_host_keys() {
	ssh_have=
	for ssh_key in "$p2v_etc"/p2v/ssh_host_*_key; do
		[ -s "$ssh_key" ] || continue
		(umask 077 && cat "$ssh_key" >"$p2v_etc/ssh/${ssh_key##*/}")
		ssh_have=yes
	done
	if [ -z "$ssh_have" ]; then
		rm -f "$p2v_etc/ssh/ssh_host_ed25519_key"
		ssh-keygen -q -t ed25519 -N '' -C p2v-target -f "$p2v_etc/ssh/ssh_host_ed25519_key" </dev/null ||
			say "cannot create a host key"
		echo new >"$p2v_run/host-key-is-new"
	fi
	for ssh_key in "$p2v_etc"/ssh/ssh_host_*_key; do
		[ -s "$ssh_key" ] || continue
		ssh-keygen -y -P '' -f "$ssh_key" >"$ssh_key.pub" 2>/dev/null </dev/null || continue
		ssh-keygen -l -E sha256 -f "$ssh_key.pub"
	done >"$p2v_run/fingerprints"
}

ssh_configure_openssh() {
	mkdir -p /run/sshd
	chmod 755 /run/sshd
	{
		for ssh_key in "$p2v_etc"/ssh/ssh_host_*_key; do
			[ ! -s "$ssh_key" ] || echo "HostKey $ssh_key"
		done
		cat "$p2v_etc/ssh/sshd_config"
	} >"$p2v_run/sshd_config"
}

# ssh_serve: runs the server, again and again. In a process of its own.
ssh_serve() {
	if [ -x "$p2v_sshd" ]; then
		ssh_configure_openssh
		set -- "$p2v_sshd" -D -e -f "$p2v_run/sshd_config"
	else
		mkdir -p "$p2v_etc/dropbear"
		set -- dropbear -F -E -s -j -k
		for ssh_key in "$p2v_etc"/ssh/ssh_host_*_key; do
			[ -s "$ssh_key" ] || continue
			dropbearconvert openssh dropbear "$ssh_key" "$p2v_run/${ssh_key##*/}" >/dev/null 2>&1 || continue
			set -- "$@" -r "$p2v_run/${ssh_key##*/}"
		done
	fi
	ssh_first=yes
	while :; do
		[ -n "$ssh_first" ] || say "sshd ended and is started again: $(tail -n 1 "$p2v_run/sshd.log")"
		ssh_first=
		"$@" </dev/null >>"$p2v_run/sshd.log" 2>&1 || :
		sleep 2
	done
}

# The banner calls people to a door that is open: port 22 (0016h) listens (0A).
ssh_wait() {
	ssh_tries=100
	until grep -q -i -E '^ *[0-9]+: 0+:0016 0+:0000 0A ' "$p2v_proc/net/tcp" "$p2v_proc/net/tcp6" 2>/dev/null; do
		ssh_tries=$((ssh_tries - 1))
		[ "$ssh_tries" -gt 0 ] || return 0
		sleep 0.2
	done
}

# ssh_start: does what is needed; status 1 if there is no key.
ssh_start() {
	: "${p2v_sshd:=/usr/sbin/sshd}"
	ssh_authorize || return 1
	ssh_host_keys
	ssh_serve &
	ssh_wait
	cut -d ' ' -f 1 "$p2v_proc/uptime" >"$p2v_run/sshd-started"
}

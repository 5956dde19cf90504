# shellcheck shell=sh disable=SC2154 # base.sh and loader.sh have set them
# console.sh - what people see at the machine: how to reach it, and the menu

# p2v.console=DEVICE[,BAUD] names where to show it; otherwise all consoles that
# the kernel has.
console_choose() {
	console_named=
	settings_all p2v.console >"$p2v_run/consoles"
	while IFS=, read -r console_name console_speed; do
		console_name=${console_name#/dev/}
		case $console_name in '' | *[!A-Za-z0-9]*) continue ;; esac
		if [ ! -c "$p2v_dev/$console_name" ]; then
			say "p2v.console=$console_name: no such device"
			continue
		fi
		case $console_speed in
		'' | *[!0-9]*) ;;
		*) stty -F "$p2v_dev/$console_name" "$console_speed" 2>/dev/null || : ;;
		esac
		console_named="$console_named $console_name"
	done <"$p2v_run/consoles"
	if [ -z "$console_named" ]; then
		console_named=$(cat "$p2v_sys/class/tty/console/active" 2>/dev/null || :)
	fi
	p2v_consoles=${console_named:-console}
	echo "$p2v_consoles" >"$p2v_run/consoles.chosen"
}

# console_main: where input is read: the kernel's /dev/console is the last one.
console_main() {
	# shellcheck disable=SC2086 # a list of names
	set -- $p2v_consoles
	shift $(($# - 1))
	echo "$1"
}

console_addresses() {
	$p2v_ip -o address show scope global 2>/dev/null | awk '{ sub("/.*", "", $4); print $4 }'
}

console_where() {
	console_found=$(console_addresses)
	if [ -z "$console_found" ]; then
		echo "  NO ADDRESS YET: $(cat "$p2v_run/network.state" 2>/dev/null || echo 'no network card was found')"
		return
	fi
	for console_address in $console_found; do
		echo "  $1$console_address"
	done
}

console_banner() {
	echo
	case $p2v_mode in
	receive)
		echo "p2v-target: $(uname -n) waits in RAM for a machine to be pushed onto it."
		echo "Its disk will be erased then. On the source run:"
		;;
	*) echo "p2v-target: $(uname -n) boots what its disks hold. For the menu run:" ;;
	esac
	if [ ! -s "$p2v_run/keys" ]; then
		echo "  NO KEY: nobody may log in, and no port is open. Set p2v.authorized_key="
		echo "  on the kernel command line, pack one in with 'p2v-initrd configure', or"
		echo "  attach a cloud-init volume."
		console_where 'address: '
	else
		case $p2v_mode in
		receive) console_where 'p2v-push root@' ;;
		*) console_where 'ssh -t root@' ;;
		esac
		echo "Host keys to expect:"
		sed 's/^/  /' "$p2v_run/fingerprints"
		[ ! -e "$p2v_run/host-key-is-new" ] || echo "  (made at this boot; the next boot makes another)"
	fi
	echo "Disks: $(block_devices | tr '\n' ' ')"
	echo
}

# console_show: the banner, if it has changed since it was last shown.
console_show() {
	console_banner >"$p2v_run/banner.new"
	cmp -s "$p2v_run/banner.new" "$p2v_run/banner" && return 0
	mv "$p2v_run/banner.new" "$p2v_run/banner"
	for console_tty in $p2v_consoles; do
		sed 's/$/\r/' "$p2v_run/banner" 2>/dev/null >>"$p2v_dev/$console_tty" || :
	done
}

# console_shell: for a machine that was built with --shell, on its console.
console_shell() {
	[ -e "$p2v_etc/p2v/rescue-shell" ] || return 0
	console_tty=$p2v_dev/$(console_main)
	while :; do
		# shellcheck disable=SC2094 # a terminal is read and written
		setsid -c sh -l <"$console_tty" >"$console_tty" 2>&1 || :
		sleep 1
	done
}

# console_menu: the entries of the disks, with a countdown until somebody is
# there. It never ends; the menu does when it has failed, or is told to stop
# counting down.
console_menu() {
	console_tty=$p2v_dev/$(console_main)
	console_timeout=$(settings_number p2v.timeout 30)
	while :; do
		set -- p2v-boot menu --append "$loader_guard=1"
		if [ -e "$p2v_run/no-countdown" ]; then
			set -- "$@" --timeout none
		else
			set -- "$@" --timeout "$console_timeout"
		fi
		[ ! -e "$p2v_etc/p2v/rescue-shell" ] || set -- "$@" --allow-shell
		# shellcheck disable=SC2094 # a terminal is read and written
		TERM=${TERM:-linux} setsid -c "$@" <"$console_tty" >"$console_tty" 2>&1 &
		echo $! >"$p2v_run/console-menu.pid"
		wait $! || :
		rm -f "$p2v_run/console-menu.pid"
		# What failed once is not tried again without anybody asking.
		: >"$p2v_run/no-countdown"
		sleep 2
	done
}

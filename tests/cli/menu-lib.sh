# menu-lib.sh - configurations to boot from, and a terminal to look at; sourced by
# menu*.t after lib.sh

# grub_root DIR TIMEOUT ENTRIES: its second entry is the default.
grub_root() {
	mkdir -p "$1/boot/grub"
	echo 'no kernel' >"$1/boot/vmlinuz"
	echo 'no initrd' >"$1/boot/initrd.img"
	{
		echo "set timeout=$2"
		echo 'set default=1'
		i=0
		while [ "$i" -lt "$3" ]; do
			printf 'menuentry "Entry %s" --id id%s {\n linux /boot/vmlinuz root=/dev/vda1 n=%s\n initrd /boot/initrd.img\n}\n' \
				"$i" "$i" "$i"
			i=$((i + 1))
		done
	} >"$1/boot/grub/grub.cfg"
}

unset SSH_CONNECTION
export P2V_MENU_LOCK="$T/lock"

export TMUX_TMPDIR="$T"
unset TMUX
tm() { tmux -u -f /dev/null "$@"; }
on_exit 'tm kill-server 2>/dev/null'

# menu [NAME=VALUE...] [OPTION...]: in a fresh terminal of 80 x 24; when it has
# ended its status is the last line.
cat >"$T/pane" <<EOS
#!/bin/sh
trap : INT QUIT
stty -a | grep -v '^speed' >"$T/before"
(echo "\$(exec sh -c 'echo \$PPID')" >"$T/pid"; exec env "\$@")
status=\$?
stty -a | grep -v '^speed' >"$T/after"
echo "status \$status."
exec cat
EOS
chmod +x "$T/pane"
pane=
# Words that have blanks in them are not for this one.
menu() {
	if [ -z "$pane" ]; then
		tm new-session -d -x 80 -y 24 "$T/pane $*"
		tm set-option -g remain-on-exit on >/dev/null
		pane=1
	else
		tm resize-window -t 0 -x 80 -y 24
		tm respawn-pane -k -t 0 "$T/pane $*"
		tm clear-history -t 0
	fi
}

screen() { tm capture-pane -p -t "${window:-0}" 2>/dev/null; }
keys() { tm send-keys -t "${window:-0}" "$@"; }

# see TEXT: it is on the screen, soon. gone TEXT: it is not any more.
see() {
	tries=0
	while ! screen | grep -qF -e "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || {
			screen
			return 1
		}
		sleep 0.05
	done
}

gone() {
	tries=0
	while screen | grep -qF -e "$1"; do
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || {
			screen
			return 1
		}
		sleep 0.05
	done
}

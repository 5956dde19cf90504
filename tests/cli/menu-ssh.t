#!/bin/sh
# The boot menu over ssh, by the forced command of the bootstrap system, with and
# without a terminal. What it would start is only shown.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/push-lib.sh"
. "$(dirname "$0")/menu-lib.sh"
need tmux stty ssh ssh-keygen sshd

grub_root "$T/few" -1 3
mkdir "$T/bin"
cat >"$T/bin/p2v-boot" <<EOS
#!/bin/sh
echo \$\$ >"$T/menu.pid"
exec "$B/p2v-boot" --dry-run --root "$T/few" "\$@"
EOS
chmod +x "$T/bin/p2v-boot"
start_sshd
cat >"$T/door" <<EOS
#!/bin/sh
P2V_BIN="$T/bin" P2V_RESCUE_FLAG="$T/none" P2V_MENU_LOCK="$T/lock" exec "$ROOT/initrd/files/forced-command"
EOS
chmod +x "$T/door"
echo "command=\"$T/door\",restrict,pty $(cat "$T/ssh/id.pub")" >"$T/ssh/authorized_keys"

cat >"$T/ssh-menu" <<EOS
#!/bin/sh
exec ssh -q -F /dev/null -p $PORT -i "$T/ssh/id" -o UserKnownHostsFile="$T/known" \
	-o StrictHostKeyChecking=accept-new "\$@"
EOS
chmod +x "$T/ssh-menu"

menu "$T/ssh-menu" -t 127.0.0.1 menu
check "a terminal over ssh has the menu" see ">*   1  Entry 1"
check "which waits" gone "starts in"
tm resize-window -t 0 -x 50 -y 10
keys Down e
check "keys and sizes arrive" see "root=/dev/vda1 n=2"
keys ' single' Enter
check "a choice, edited" see "n=2 single"
check "and the session ends" see "status 0."
check "the terminal is as before" cmp "$T/before" "$T/after"

menu "$T/ssh-menu" -t 127.0.0.1 menu
see "Entry 2" && keys s
check "no shell by this door" see "There is no shell here"
menu_pid=$(cat "$T/menu.pid")
tm respawn-pane -k -t 0 cat
gone_tries=0
while kill -0 "$menu_pid" 2>/dev/null && [ "$gone_tries" -lt 600 ]; do
	gone_tries=$((gone_tries + 1))
	sleep 0.05
done
check_fails "when the connection is cut the menu ends" kill -0 "$menu_pid"

over_pipe() { printf '%b' "$1" | "$T/ssh-menu" 127.0.0.1 menu; }
check_status "without a terminal" 0 over_pipe '2\n'
check_has "a line is enough" "$T/out" "n=2"
check_status "and none starts nothing" 0 over_pipe ''
check_fails "nothing" grep -q '^cmdline' "$T/out"
done_testing

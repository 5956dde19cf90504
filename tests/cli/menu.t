#!/bin/sh
# The boot menu as somebody at a terminal meets it: on real terminals by tmux,
# and without any. Nothing is ever started: dry runs, and files that are no
# kernels.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/menu-lib.sh"
need tmux stty

# --- what there is to boot ---

grub_root "$T/many" 0 50
grub_root "$T/few" -1 3
grub_root "$T/now" 0 3
grub_root "$T/hostile" -1 1
printf 'menuentry "a\033]0;owned\007b\033[2Jc\302\2332Jd" {\n linux /boot/vmlinuz x\n}\n' \
	>>"$T/hostile/boot/grub/grub.cfg"

# --- the countdown ---

menu p2v-boot menu --dry-run --timeout 4 --root "$T/many"
check "the countdown is shown" see "'Entry 1' starts in"
check "when it is over the default is started" see "status 0."
check "that is what is started" see "n=1"

menu p2v-boot menu --dry-run --timeout 100 --root "$T/many"
see "starts in" && keys x
check "a key stops the countdown" gone "starts in"
check "and nothing is started" see ">*   1  Entry 1"

menu p2v-boot menu --dry-run --timeout 0 --root "$T/many"
check "--timeout 0 starts the default at once" see "status 0."
check "without a menu" see "n=1"

# --- moving, scrolling, resizing ---

menu p2v-boot menu --dry-run --timeout none --root "$T/many"
check "without a time the menu waits" see ">*   1  Entry 1"
check "and says no time" gone "starts in"
keys Down j Up
check "arrows and letters move" see ">    2  Entry 2"
keys 3 7
check "digits choose" see ">   37  Entry 37"
check "the list has scrolled" gone " 0  Entry 0"
keys End
check "to the end" see ">   49  Entry 49"
keys NPage PPage
check "and a page back" gone "Entry 49"
keys End
tm resize-window -t 0 -x 40 -y 10
check "on a smaller window the choice is still there" see ">   49  Entry 49"
check "and less of the rest" gone "Entry 40"
tm resize-window -t 0 -x 100 -y 40
check "on a larger one there is more" see "Entry 20"
keys Home
check "to the beginning" see ">    0  Entry 0"
keys Enter
check "and start it" see "status 0."
check "the first one" see "n=0"

# --- one start with another command line ---

menu p2v-boot menu --dry-run --timeout none --append console=ttyS0 --root "$T/few"
see "Entry 2" && keys 2 e
check "the command line, as the options have it" see "root=/dev/vda1 n=2 console=ttyS0"
keys C-u
check "is edited" gone "n=2"
keys -l 'root=/dev/vdb  single'
see single
keys Left Left Left Left Left Left BSpace
check "in the middle" see "/dev/vdb single"
keys Enter
check "and used" see "status 0."
check "for this start" see "cmdline    root=/dev/vdb single"

menu p2v-boot menu --dry-run --timeout none --root "$T/few"
see "Entry 2" && keys 2 e x Escape
check "ESC goes back" see ">    2  Entry 2"
keys Enter
check "without a change" see "cmdline    root=/dev/vda1 n=2"

# --- details, warnings, power ---

menu p2v-boot menu --dry-run --timeout none --root "$T/few"
see "Entry 2" && keys d
check "details have the files" see "initrd      root:/boot/initrd.img"
check "and the configuration" see "source      root:/boot/grub/grub.cfg"
keys Escape
see ">*   1  Entry 1" && keys s
check "there is no shell" see "There is no shell here"
keys r
check "a reboot is asked for" see "Reboot this machine?"
keys n
gone "Reboot this machine?" && keys p
check "and the end" see "Power off this machine?"
keys y
check "and then done" see "would poweroff"

# --- the terminal afterwards ---

menu p2v-boot menu --dry-run --timeout none --root "$T/few"
see "Entry 2" && keys q
check "q leaves" see "status 0."
check "and the terminal is as before" cmp "$T/before" "$T/after"
check "nothing of the menu is left" gone "Entry 2"

menu p2v-boot menu --dry-run --timeout 50 --root "$T/few"
see "starts in" && keys C-c
check "Ctrl-C leaves" see "status 130."
check "and the terminal is as before" cmp "$T/before" "$T/after"

for signal in TERM:143 HUP:129 QUIT:131; do
	menu p2v-boot menu --dry-run --timeout none --root "$T/few"
	see "Entry 2" && kill -"${signal%:*}" "$(cat "$T/pid")"
	check "after SIG${signal%:*}" see "status ${signal#*:}."
	check "the terminal is as before" cmp "$T/before" "$T/after"
done

menu PS1=prompt: sh -i
see prompt: && keys "p2v-boot menu --timeout none --root $T/few" Enter
see "Entry 2" && keys C-z
check "Ctrl-Z stops the menu" see "Stopped"
keys "stty -a | grep -v ^speed | cmp - $T/before && echo sa''me" Enter
check "and gives the terminal back" see "same"
keys fg Enter
check "and it goes on" see ">*   1  Entry 1"
keys q
see prompt:

# --- a shell ---

menu PS1=prompt: p2v-boot menu --dry-run --allow-shell --timeout none --root "$T/few"
see "Entry 2" && keys s
see "returns to the menu" && keys "echo in''side; mv $T/few/boot/vmlinuz $T/few/boot/vmlinuz-9" Enter
check "a shell, where it is allowed" see "inside"
keys "sed -i s/vmlinuz/vmlinuz-9/ $T/few/boot/grub/grub.cfg" Enter
keys exit Enter
check "and back to the menu" see ">*   1  Entry 1"
keys d
check "which has looked again" see "/boot/vmlinuz-9"

# --- what cannot be started ---

menu p2v-boot menu --timeout none --root "$T/few"
see "Entry 2" && keys Enter
check "a file that is no kernel brings the menu back, with the reason" see "'Entry 1' cannot be started: "
check "and the next entry" see ">    2  Entry 2"
check "the bad one is marked" see " *!  1  Entry 1"
check "nothing starts by itself then" gone "starts in"
keys q
check "the status says so" see "status 2."

menu p2v-boot menu --timeout 1 --root "$T/few"
check "after the countdown the next one has its turn" see "'Entry 2' starts in"
check "and the reason is there" see "'Entry 1' cannot be started: "
keys q

# --- hostile titles ---

menu p2v-boot menu --timeout none --root "$T/hostile"
check "control characters are shown, not sent" see "a?]0;owned?b?[2Jc?2Jd"
check_eq "the terminal's title is its own" \
	"$(tm display-message -p -t 0 '#{pane_title}' | grep -c owned)" 0
keys q

# --- two menus ---

menu p2v-boot menu --dry-run --timeout 60 --root "$T/few"
see "starts in" && keys j
check "one menu is in use" gone "starts in"
tm new-window -d "$T/pane p2v-boot menu --dry-run --timeout 4 --root $T/many"
window=1
check "the countdown of another one waits, and says for whom" see "the menu is in use on pts/"
window=0
keys q
see "status 0."
window=1
check "until it is left" see "'Entry 1' starts in"
check "then it goes on" see "status 0."
window=0

# --- a dumb terminal ---

menu TERM=dumb p2v-boot menu --dry-run --timeout 100 --root "$T/many"
check "a dumb terminal gets a list" see "49  Entry 49"
check "a countdown" see "'Entry 1' starts in 100 seconds; the Enter key stops the countdown."
see "Start:"
keys 'd 7' Enter
check "details" see "root=/dev/vda1 n=7"
keys 'e 7' Enter
see "New command line" && keys 'single user' Enter
check "an edited start" see "cmdline    single user"
see "status 0."

menu TERM=dumb p2v-boot menu --dry-run --root "$T/now"
check "no time in the configuration is raised to some" see "starts in 5 seconds"
check "the countdown of a dumb terminal, too, comes to an end" see "n=1"
menu TERM=dumb p2v-boot menu --dry-run --root "$T/few"
see "Start:" && keys C-c
check "Ctrl-C leaves it, too" see "status 130."
check "and the terminal is as before" cmp "$T/before" "$T/after"

# --- no terminal: a script over ssh ---

script() {
	printf '%b' "$1" | p2v-boot menu --dry-run --root "$T/few"
}

check_status "a number" 0 script '0\n'
check_has "starts that entry" "$T/out" "n=0"
check_status "an id" 0 script 'id2\n'
check_has "does so, too" "$T/out" "n=2"
check_status "more for the command line" 0 script 'a 0 single x\n'
check_has "is added" "$T/out" "n=0 single x"
check_status "the end of the input leaves" 0 script ''
check_status "also after half a line" 0 script '2'
check_fails "nothing is started" grep -q '^cmdline' "$T/out"
check_status "what there is none of" 0 script '77\nq\n'
check_has "is said" "$T/out" "There is no such entry or command."
check_status "a shell that is not allowed" 0 script 'shell\n'
check_has "is refused" "$T/out" "There is no shell here."
check_status "a reboot" 0 script 'reboot\n'
check_has "would be done" "$T/err" "would reboot"
check_status "what cannot be started" 2 \
	sh -c "echo 1 | p2v-boot menu --root '$T/few'"
check_has "brings the list back" "$T/out" "'Entry 1' cannot be started: "
check_has "with a mark" "$T/out" "*!  1  Entry 1"
check_status "a line of a megabyte" 0 sh -c \
	"(head -c 1000000 /dev/zero | tr '\\0' a; echo; echo 2) | p2v-boot menu --dry-run --root '$T/few'"
check_has "is wrong, the next one counts" "$T/out" "n=2"
mkdir "$T/empty"
check_status "nothing to boot still is a menu" 0 \
	sh -c "echo q | p2v-boot menu -q --root '$T/empty'"
check_has "that says so" "$T/out" "nothing to boot was found"

# --- a login shell ---

ln -s "$B/p2v-boot" "$T/p2v-menu"
check_status "as a login shell it runs no commands" 1 "$T/p2v-menu" -c "touch $T/owned"
check_fails "not one" test -e "$T/owned"
check_status "and takes no options" 1 "$T/p2v-menu" --root /

check_status "menu takes no argument" 1 p2v-boot menu 1
check_status "a time is a number" 1 p2v-boot menu --timeout soon
done_testing

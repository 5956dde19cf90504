#!/bin/sh
# dracut module: the ramboot step, before dracut leaves for the real root.
# Only where it is asked for (--add p2v-ramboot): p2v-initrd does, or an
# administrator, whose machine then waits for p2v.ramboot=on.
#
# dracut sources this; inst, inst_hook, inst_simple and derror are its own.
# The folder of ramboot.sh is the one that p2v-initrd names, or an installation's.
#
# shellcheck disable=SC1090,SC2154 # the builder's variables, and ours by ramboot.sh

check() {
	return 255
}

depends() {
	echo base
}

install() {
	p2v_engine=
	for p2v_dir in "${P2V_INITRD_DIR:-}" /usr/lib/p2v-target/initrd/ramboot /usr/local/lib/p2v-target/initrd/ramboot; do
		if [ -n "$p2v_dir" ] && [ -r "$p2v_dir/ramboot.sh" ]; then
			p2v_engine=$p2v_dir/ramboot.sh
			break
		fi
	done
	if [ -z "$p2v_engine" ]; then
		derror "p2v-ramboot: ramboot.sh not found (set P2V_INITRD_DIR)"
		return 1
	fi
	. "$p2v_engine"
	inst_simple "$p2v_engine" /usr/lib/p2v-ramboot/ramboot.sh
	for p2v_program in $ramboot_programs; do
		if ! p2v_path=$(command -v "$p2v_program"); then
			derror "p2v-ramboot: $p2v_program is missing here"
			return 1
		fi
		inst "$(readlink -f "$p2v_path")" "/usr/lib/p2v-ramboot/$p2v_program"
	done
	mkdir -p "$initdir/conf"
	ramboot_built_in >"$initdir/conf/p2v-ramboot.conf"
	inst_hook pre-pivot 90 "$moddir/p2v-ramboot.sh"
}

#!/bin/bash
# dracut module: the ramboot step, before dracut leaves for the real root.
# Only where it is asked for (--add p2v-ramboot): p2v-initrd does, or an
# administrator, whose machine then waits for p2v.ramboot=on.
#
# dracut sources this; inst, inst_hook, inst_simple and derror are its own.
# The folder of common.sh is the one that p2v-initrd names, or an installation's.

check() {
	return 255
}

depends() {
	echo base
}

install() {
	local dir program common=
	for dir in "${P2V_INITRD_DIR:-}" /usr/lib/p2v-target/initrd /usr/local/lib/p2v-target/initrd; do
		if [ -n "$dir" ] && [ -r "$dir/common.sh" ]; then
			common=$dir/common.sh
			break
		fi
	done
	if [ -z "$common" ]; then
		derror "p2v-ramboot: common.sh not found (set P2V_INITRD_DIR)"
		return 1
	fi
	. "$common"
	inst_simple "$common" /usr/lib/p2v-ramboot/common.sh
	for program in $ramboot_programs; do
		if ! program_path=$(command -v "$program"); then
			derror "p2v-ramboot: $program is missing here"
			return 1
		fi
		inst "$(readlink -f "$program_path")" "/usr/lib/p2v-ramboot/$program"
	done
	if [ "${P2V_RAMBOOT:-off}" = on ]; then
		mkdir -p "$initdir/conf"
		echo 'ramboot_wanted=on' >"$initdir/conf/p2v-ramboot.conf"
		[ -z "${P2V_RESERVE:-}" ] ||
			echo "ramboot_reserve=$((P2V_RESERVE * 1024))" >>"$initdir/conf/p2v-ramboot.conf"
	fi
	inst_hook pre-pivot 90 "$moddir/p2v-ramboot.sh"
}

# bash completion for p2v-push
# shellcheck shell=bash

_p2v_push() {
	local cur prev options
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	options='--source --target-disk --yes-erase --dry-run --json --connections --compress
		--chunk-size --no-verify --cutover --fixups --skip-fixup --identity --known-hosts --host-key
		--rsh --receiver --wait-boot --log --freeze --verbose --help --version'
	COMPREPLY=()

	case $prev in
	--source | --identity | --known-hosts | --log)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--compress)
		mapfile -t COMPREPLY < <(compgen -W 'auto none -3 -1 1 3 5 7 9' -- "$cur")
		return
		;;
	--chunk-size)
		mapfile -t COMPREPLY < <(compgen -W '64K 128K 256K 512K 1M 2M 4M' -- "$cur")
		return
		;;
	--cutover)
		mapfile -t COMPREPLY < <(compgen -W 'kexec reboot poweroff none' -- "$cur")
		return
		;;
	--fixups)
		mapfile -t COMPREPLY < <(compgen -W 'all none' -- "$cur")
		return
		;;
	--rsh | --receiver)
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		return
		;;
	--target-disk | --yes-erase | --connections | --skip-fixup | --host-key | --wait-boot)
		return
		;;
	esac
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
	else
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur")
	fi
}

complete -F _p2v_push p2v-push

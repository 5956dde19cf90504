# bash completion for p2v-takeover
# shellcheck shell=bash

_p2v_takeover() {
	local cur prev options
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	options='--dry-run --initrd --kernel --image --method --way --deadman --authorized-keys
		--services --then --finally --with --append --stage --json --host --ssh --wait --help'
	COMPREPLY=()

	case $prev in
	--initrd | --kernel | --image | --authorized-keys | --with)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	--services | --stage)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	--method)
		mapfile -t COMPREPLY < <(compgen -W 'auto kexec pivot' -- "$cur")
		return
		;;
	--way)
		mapfile -t COMPREPLY < <(compgen -W 'switch-root soft-reboot shutdown pivot-root' -- "$cur")
		return
		;;
	--finally)
		mapfile -t COMPREPLY < <(compgen -W 'stay reboot poweroff' -- "$cur")
		return
		;;
	--host)
		mapfile -t COMPREPLY < <(compgen -A hostname -- "$cur")
		return
		;;
	--then | --ssh)
		mapfile -t COMPREPLY < <(compgen -c -- "$cur")
		return
		;;
	--deadman | --append | --wait)
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
}

complete -F _p2v_takeover p2v-takeover

# bash completion for p2v-boot
# shellcheck shell=bash

# The ids of the entries, where listing them needs no look at disks.
_p2v_boot_ids() {
	local i
	local -a where=()

	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		-r | --root | -t | --tree | -c | --config | -p | --platform | --env)
			# Readline breaks words at "="; such a name is not completed.
			where+=("${COMP_WORDS[i]}" "${COMP_WORDS[i + 1]/#\~/$HOME}")
			;;
		esac
	done
	((${#where[@]})) || return 0
	p2v-boot --quiet "${where[@]}" --tsv list 2>/dev/null | cut -f 8 |
		while IFS= read -r i; do
			printf '%b\n' "$i" # control characters and backslashes are octal
		done
}

_p2v_boot() {
	local cur prev command='' word i options
	cur=${COMP_WORDS[COMP_CWORD]}
	prev=${COMP_WORDS[COMP_CWORD - 1]}
	options='--root --tree --device --config --platform --env --timeout --save-default
		--allow-shell --json --tsv --append --cmdline --kernel --initrd --dtb --kexec-load
		--dry-run --quiet --help --version'
	COMPREPLY=()

	case $prev in
	-r | --root | -t | --tree)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		return
		;;
	-d | --device | --kernel | --initrd | --dtb)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		return
		;;
	-p | --platform)
		mapfile -t COMPREPLY < <(compgen -W 'pc efi' -- "$cur")
		return
		;;
	--timeout)
		mapfile -t COMPREPLY < <(compgen -W 'none 5 10 30 60' -- "$cur")
		return
		;;
	-c | --config | -a | --append | -l | --cmdline | --env)
		return
		;;
	esac
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		list | show | load | kexec | menu | jump | unload | initrd-show | initrd-files | initrd-cat | initrd-link | resolve)
			command=$word
			break
			;;
		esac
	done
	if [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		return
	fi
	case $command in
	'')
		mapfile -t COMPREPLY < <(compgen -W \
			'list show load kexec menu jump unload initrd-show initrd-files initrd-cat initrd-link resolve' -- "$cur")
		;;
	show | load | kexec)
		# Not by compgen -W, which would evaluate what a disk says.
		while IFS= read -r word; do
			[[ $word != "$cur"* ]] || COMPREPLY+=("$(printf %q "$word")")
		done < <(_p2v_boot_ids)
		;;
	initrd-show | initrd-files | initrd-cat | initrd-link)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	resolve)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		;;
	esac
}

complete -F _p2v_boot p2v-boot

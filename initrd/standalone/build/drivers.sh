# drivers.sh - the kernel modules of the standalone initrd (POSIX sh)
#
# Part of build.
#
# shellcheck shell=sh disable=SC2154 # build's variables

# A name a line: modules, or for "most" those of whole folders.
drivers_names() {
	case $modules in
	auto) listed_modules ;;
	virtio) listed_modules virtio ;;
	most)
		listed_modules
		sed -e 's/#.*//' "$home/files/modules.most" | while read -r folder; do
			[ -n "$folder" ] || continue
			find "$modules_from/lib/modules/$kernel/kernel/$folder" -name '*.ko*' 2>/dev/null |
				sed -e 's,.*/,,' -e 's,\.ko.*,,'
		done
		;;
	*)
		listed_modules virtio
		echo "$modules" | tr , '\n'
		;;
	esac
}

drivers_add() {
	from=$modules_from/lib/modules/$kernel
	to=$tree/lib/modules/$kernel
	mkdir -p "$to"
	drivers_names | sort -u | while read -r module; do
		modprobe -C /dev/null -d "${modules_from:-/}" -S "$kernel" --show-depends "$module" 2>/dev/null || :
	done | awk '$1 == "insmod" { print $2 }' | sort -u >"$work/modules"
	while read -r file; do
		name=${file##*"/lib/modules/$kernel/"}
		mkdir -p "$to/${name%/*}"
		cp "$file" "$to/$name"
	done <"$work/modules"
	[ -s "$work/modules" ] || say "note: no module of $modules exists for $kernel"
	for file in modules.order modules.builtin modules.builtin.modinfo; do
		[ ! -e "$from/$file" ] || cp "$from/$file" "$to/$file"
	done
	drivers_compress
	depmod -b "$tree" "$kernel" || die 4 "depmod failed"
	# kmod reads the binary forms.
	for file in modules.dep modules.alias modules.symbols modules.builtin.modinfo; do
		rm -f "$to/$file"
	done
	find "$to" -type f -exec chmod 644 {} +
}

# They stay in RAM, and few are used: a quarter of the size is worth more than
# the moment that it takes to load one. (modprobe unpacks them.)
drivers_compress() {
	case $(kmod --version) in
	*+XZ*) find "$to" -name '*.ko' -exec xz -T1 -0 --check=crc32 {} + ;;
	*+ZSTD*) find "$to" -name '*.ko' -exec zstd -q -3 --rm {} + ;;
	esac
}

# devicemap.awk - GRUB's device.map with this machine's disks (20-bootloader)
# (run by fixup_edit of lib.sh with targets=FILE, the target's disks in the
# source's order)
#
# A line is "(hd0) /dev/disk/by-id/ata-...". With one disk and one line there
# is no doubt which disk is meant, whatever it was called.

BEGIN { names_load() }

function is_map(line) { return line ~ /^[ \t]*\([a-z]+[0-9]+\)[ \t]+\/dev\// }

# A disk without partitions is a volume.
function target_of(device) {
	if (device in target_disk)
		return device
	if (name_node[device] in target_disk)
		return name_node[device]
	if (map_count == 1 && target_count == 1)
		return target[0]
	say("note " where " names " device ", which was not migrated")
	return device
}

{ lines[NR] = $0 }
is_map($0) { map_count++ }

END {
	while ((getline line < targets) > 0)
		if (line != "") {
			target[target_count++] = line
			target_disk[line] = 1
		}
	for (i = 1; i <= NR; i++) {
		if (is_map(lines[i])) {
			match(lines[i], /\/dev\/[^ \t\r]+/)
			device = substr(lines[i], RSTART, RLENGTH)
			name = target_of(device)
			if (name != device) {
				lines[i] = substr(lines[i], 1, index(lines[i], "/dev/") - 1) name \
					substr(lines[i], index(lines[i], "/dev/") + length(device))
				say("changed")
			}
		}
		print lines[i]
	}
}

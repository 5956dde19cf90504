# disks.awk - which migrated volume does a device name of the source mean?
# (fixup_edit of lib.sh loads it before the program that it is given)
#
# Call disks_load() in BEGIN. The variable `volumes` names a file that has a line for each volume, fields
# separated by tabs: target node or "-", source disk, partition number, type,
# UUID, label, target disk. In `disks` are the source's disks, one a line in
# their order, optionally with a tab and the serial number.

# "changed", "warning TEXT", "note TEXT": for fixup_edit.
function say(what) { print what > report }

function base_name(path) {
	sub(/^.*\//, "", path)
	return path
}

# Names that the kernel gives to real disks. A source that was an image, or a
# device that stood in for one, was called something else by its own system.
function is_disk_name(name) {
	return name ~ /^(sd|hd|vd|xvd)[a-z]+$/ || name ~ /^nvme[0-9]+n[0-9]+$/ ||
		name ~ /^mmcblk[0-9]+$/ || name ~ /^(cciss|ida|rd)\/c[0-9]+d[0-9]+$/
}

function disks_load(   line, field, name) {
	disk_count = volume_count = 0
	all_plain = 1
	while ((getline line < disks) > 0) {
		split(line, field, "\t")
		if (field[1] != "")
			disk_add(field[1], field[2])
	}
	close(disks)
	while ((getline line < volumes) > 0) {
		if (split(line, field, "\t") < 5)
			continue
		name = disk_add(field[2], "")
		if (!(name in disk_target))
			disk_target[name] = field[7]
		if (field[4] == "gap")
			continue
		volume_add(name SUBSEP (field[3] + 0), field)
	}
	close(volumes)
}

# A disk is known by its order; returns that.
function disk_add(path, serial,   name) {
	name = path
	sub(/^\/dev\//, "", name)
	if (!(path in disk_index)) {
		disk_index[path] = disk_count
		disk_name[disk_count] = is_disk_name(name) ? name : ""
		disk_serial[disk_count] = serial
		disk_count++
	}
	return disk_index[path]
}

function volume_add(key, field) {
	volume_count++
	volume_seen[key] = 1
	volume_node[key] = field[1] == "-" ? "" : field[1]
	target_node[volume_node[key]] = 1
	volume_type[key] = field[4]
	# What goes into a file must be nothing but an identifier.
	volume_uuid[key] = field[5] ~ /^[0-9A-Za-z-]+$/ ? field[5] : ""
	if (volume_uuid[key] != "")
		known_uuid[tolower(field[5])] = 1
	if (field[6] != "")
		known_label[field[6]] = 1
	# In these there are file systems that the facts do not name.
	if (field[4] == "" || field[4] == "crypto_LUKS" || field[4] ~ /_member$/)
		all_plain = 0
}

# The kernel counts disks in letters: a, b, ... z, aa. -1 if it has none.
function letter_index(name,   letters, i, n) {
	if (match(name, /^(xvd|sd|hd|vd)/)) {
		letters = substr(name, RLENGTH + 1)
		n = 0
		for (i = 1; i <= length(letters); i++)
			n = n * 26 + index("abcdefghijklmnopqrstuvwxyz", substr(letters, i, 1))
		return n - 1
	}
	if (name ~ /^nvme[0-9]+n1$/ || name ~ /^mmcblk[0-9]+$/) {
		gsub(/^[a-z]+|n1$/, "", name)
		return name + 0
	}
	return -1
}

# The number of a migrated disk from its name, -1 if it was not migrated.
function disk_find(name,   i) {
	for (i = 0; i < disk_count; i++)
		if (disk_name[i] == name)
			return i
	i = letter_index(name)
	if (i >= 0 && i < disk_count && disk_name[i] == "")
		return i
	return -1
}

# by-id and by-path names mean a migrated disk if they contain its serial
# number, or if the root file system was found on them.
function alias_find(name,   i) {
	if (name in disk_alias)
		return disk_alias[name]
	for (i = 0; i < disk_count; i++)
		if (length(disk_serial[i]) >= 4 && index(name, disk_serial[i]))
			return i
	return -1
}

# With only one disk, the name on which the root is must be that disk's.
function alias_learn(device) {
	if (disk_count == 1 && device_split(device) && device_kind == "link")
		disk_alias[device_disk] = 0
}

# Sets device_kind ("name" or "link"), device_disk and device_part (0: the whole
# disk). 0 if it is no disk's name: md, dm, sr, UUID=...
function device_split(device,   name) {
	if (device !~ /^\/dev\//)
		return 0
	name = substr(device, 6)
	device_part = 0
	if (name ~ /^disk\/by-(id|path)\//) {
		if (name ~ /\/(md|dm|lvm)-/)
			return 0
		device_kind = "link"
		if (match(name, /-part[0-9]+$/)) {
			device_part = substr(name, RSTART + 5) + 0
			name = substr(name, 1, RSTART - 1)
		}
		device_disk = name
		return 1
	}
	device_kind = "name"
	if (is_disk_name(name)) {
		device_disk = name
		return 1
	}
	if (!match(name, /[0-9]+$/))
		return 0
	device_part = substr(name, RSTART) + 0
	name = substr(name, 1, RSTART - 1)
	if (name ~ /[0-9]p$/)
		name = substr(name, 1, length(name) - 1)
	else if (name !~ /^(sd|hd|vd|xvd)[a-z]+$/)
		return 0
	device_disk = name
	return is_disk_name(name)
}

# The key of the volume that a device name means. "" if it was not migrated, or
# if nothing can be said: then device_kind is "" as well.
function volume_find(device,   disk) {
	if (!volume_count || !device_split(device)) {
		device_kind = ""
		return ""
	}
	disk = device_kind == "link" ? alias_find(device_disk) : disk_find(device_disk)
	if (disk >= 0 && ((disk SUBSEP device_part) in volume_seen))
		return disk SUBSEP device_part
	# A name of this machine: an earlier run wrote it.
	if (device in target_node)
		device_kind = ""
	return ""
}

# The name that stays true on any hardware; the target's own device name where
# there is no UUID. "" if there is neither, or if the source has a disk of that
# name too, since nobody could tell later which one is meant.
function volume_name(key) {
	if (volume_uuid[key] != "")
		return "UUID=" volume_uuid[key]
	if (device_split(volume_node[key]) && disk_find(device_disk) >= 0)
		return ""
	return volume_node[key]
}

# Could a file system that the configuration calls `wanted` be of type `found`?
function same_family(wanted, found) {
	if (wanted == found || wanted == "" || found == "" || wanted ~ /^(auto|none)$/)
		return 1
	if (wanted ~ /^(vfat|msdos|umsdos)$/ && found ~ /^(vfat|msdos)$/)
		return 1
	if (wanted ~ /^ext[234]$/ && found ~ /^ext[234]/)
		return 1
	return wanted ~ /^ntfs/ && found == "ntfs"
}

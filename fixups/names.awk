# names.awk - what the source's names of disks and volumes mean here
# (fixup_edit of lib.sh loads it before the program that it is given)
#
# Call names_load() in BEGIN. The file `names` has the answers of `p2v-boot
# resolve` for every word of the edited file that could be a name.

# "changed", "warning TEXT", "note TEXT": for fixup_edit.
function say(what) { print what > report }

function names_load(   line, field) {
	while ((getline line < names) > 0) {
		split(line, field, "\t")
		name_answer[field[1]] = field[2]
		name_stays[field[1]] = field[3] == "stays"
		name_node[field[1]] = field[4]
		name_type[field[1]] = field[5]
		name_stable[field[1]] = field[6]
	}
	close(names)
}

# "volume"; "absent"; "ambiguous"; "" where nothing can be said. A whole disk with
# partitions is no volume that could be used.
function answer(name) {
	if (!(name in name_answer) || name_answer[name] == "unknown")
		return ""
	return name_answer[name] == "disk" ? "absent" : name_answer[name]
}

# Why a name has no other one to be replaced by.
function why_not(name) {
	if (answer(name) == "ambiguous")
		return "which is the name of more than one migrated volume"
	return answer(name) == "absent" ? "which was not migrated" : "which has no UUID"
}

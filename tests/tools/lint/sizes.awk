# sizes.awk - what is longer than it should be: FILE NAME LENGTH LINE
#
#     awk -v file=NAME -v language=c|sh|awk -f sizes.awk FILE
#
# Functions begin and end in the first column, as .clang-format and our shell have
# it. From brace to brace, both counted; NAME is - for a whole file.

BEGIN {
	function_lines = 60
	file_lines = 500
}

function begin(text) {
	start = FNR
	name = text
}

language == "c" && /^[A-Za-z_].*\(/ && !/;[ \t]*$/ {
	match($0, /[A-Za-z_0-9]+\(/)
	declared = substr($0, RSTART, RLENGTH - 1)
}
language == "c" && /^\{/ { begin(declared) }
language == "sh" && /^[A-Za-z_][A-Za-z0-9_]*\(\)/ && !/\}[ \t]*$/ {
	begin(substr($0, 1, index($0, "(") - 1))
}
language == "awk" && /^[^ \t#}].*\{[ \t]*$/ {
	text = $0
	sub(/^function[ \t]+/, "", text)
	sub(/[ \t({].*/, "", text)
	begin(text)
}

/^\}/ || (language == "sh" && /^\)/) {
	if (start && FNR - start + 1 > function_lines)
		printf "%s %s %d %d\n", file, name == "" ? "?" : name, FNR - start + 1, start
	start = 0
}

END {
	if (FNR > file_lines)
		printf "%s - %d 1\n", file, FNR
}

# layers.awk - does every include follow the table of layers?
#
#     awk -f layers.awk docs/architecture.rst INCLUDES
#
# The table's rows are "``src/NAME``  text ... May use NAME, NAME ..." or "May use
# all but NAME, NAME and NAME". A layer may use itself, util, what its row names,
# and what these may use. INCLUDES has lines FILE:LINE:HEADER.

function end_row() {
	if (row != "")
		said[row] = text
	row = ""
}

# What a row's text allows, and what it excludes.
function read_row(layer, rest, but, count, word, i) {
	i = index(rest, "May use")
	rest = i ? substr(rest, i + 7) : ""
	but = rest ~ /^[ \t]+all but/
	gsub(/[^a-z0-9_]+/, " ", rest)
	count = split(rest, word, " ")
	for (i = 1; i <= count; i++)
		if (word[i] in said) {
			if (but)
				never[layer, word[i]] = 1
			else
				may[layer, word[i]] = 1
		}
	if (but)
		for (i in said)
			if (i != layer && !((layer, i) in never))
				may[layer, i] = 1
	if (layer != "util")
		may[layer, "util"] = 1
}

function follow_arrows(a, b, c, more) {
	do {
		more = 0
		for (a in said)
			for (b in said)
				for (c in said)
					if ((a, b) in may && (b, c) in may && !((a, c) in may) && !((a, c) in never))
						more = may[a, c] = 1
	} while (more)
	for (a in said)
		if ((a, a) in may)
			printf "docs/architecture.rst: %s may use itself through others\n", a
}

FILENAME != "-" {
	if (match($0, /^``src\/[a-z0-9_]+``/)) {
		end_row()
		row = substr($0, 7, RLENGTH - 8)
		text = substr($0, RLENGTH + 1)
	} else if (row != "" && /^[ \t]+[^ \t]/) {
		text = text " " $0
	} else {
		end_row()
	}
	next
}

!ready {
	ready = 1
	for (layer in said)
		read_row(layer, said[layer])
	follow_arrows()
}

{
	split($0, part, ":")
	split(part[1], folder, "/")
	split(part[3], used, "/")
	if (folder[3] == "" || part[3] == "version.h")
		next
	if (!(folder[2] in said)) {
		if (!(folder[2] in told))
			printf "src/%s is not in the table of docs/architecture.rst\n", folder[2]
		told[folder[2]] = 1
	} else if (used[1] != folder[2] && !((folder[2], used[1]) in may)) {
		printf "%s:%s: %s may not use %s\n", part[1], part[2], folder[2], part[3]
	}
}

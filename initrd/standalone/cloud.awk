# cloud.awk - YAML's usual subset and JSON as "PATH<tab>VALUE" lines
#
# For the files of a cloud-init volume. Reads block mappings and sequences by
# indentation, quoted and plain scalars, and flow collections that end on the
# line they begin on; a file that begins with { is JSON as a whole. The parts of
# a path are joined by "/", elements of a sequence are numbered from 0. Anchors,
# tags, block scalars and several documents are not read: their lines are
# passed over. Lines, depth and output are bounded.

function trim(s) {
	sub(/^[ \t]+/, "", s)
	sub(/[ \t\r]+$/, "", s)
	return s
}

function put(path, value) {
	gsub(/[\t\n\r]/, " ", value)
	if (++lines_out <= 4000 && length(value) <= 16384)
		print path "\t" value
}

# A comment begins with # after a blank, outside of quotes.
function uncomment(s,    i, c, quote) {
	quote = ""
	for (i = 1; i <= length(s); i++) {
		c = substr(s, i, 1)
		if (quote != "") {
			if (c == "\\" && quote == "\"") i++
			else if (c == quote) quote = ""
		} else if ((c == "\"" || c == "'") && (i == 1 || substr(s, i - 1, 1) ~ /[ \t:,\[{-]/))
			quote = c
		else if (c == "#" && (i == 1 || substr(s, i - 1, 1) ~ /[ \t]/))
			return substr(s, 1, i - 1)
	}
	return s
}

# The flow parser: T is the text, P the next character.
function skip() {
	while (P <= length(T) && substr(T, P, 1) ~ /[ \t\r\n]/) P++
}

function quoted(    quote, c, out) {
	quote = substr(T, P++, 1)
	out = ""
	while (P <= length(T)) {
		c = substr(T, P++, 1)
		if (c == quote) {
			if (quote == "'" && substr(T, P, 1) == "'") {
				out = out "'"
				P++
				continue
			}
			return out
		}
		if (c == "\\" && quote == "\"") {
			c = substr(T, P++, 1)
			if (c == "n" || c == "t" || c == "r") c = " "
			else if (c == "u") {
				P += 4
				c = "?"
			}
		}
		out = out c
	}
	return out
}

function plain(stop,    start) {
	start = P
	while (P <= length(T) && index(stop, substr(T, P, 1)) == 0) P++
	return trim(substr(T, start, P - start))
}

function flow(path, depth,    c, i, key) {
	skip()
	c = substr(T, P, 1)
	if (depth > 16) {
		P = length(T) + 1
		return
	}
	if (c == "{") {
		P++
		for (;;) {
			skip()
			c = substr(T, P, 1)
			if (c == "" || c == "}") break
			if (c == ",") { P++; continue }
			key = c == "\"" || c == "'" ? quoted() : plain(":,}")
			skip()
			if (substr(T, P, 1) == ":") P++
			flow(path == "" ? key : path "/" key, depth + 1)
		}
		P++
	} else if (c == "[") {
		P++
		for (i = 0;; ) {
			skip()
			c = substr(T, P, 1)
			if (c == "" || c == "]") break
			if (c == ",") { P++; continue }
			flow(path "/" i++, depth + 1)
		}
		P++
	} else if (c == "\"" || c == "'")
		put(path, quoted())
	else
		put(path, plain(",]}"))
}

function scalar(path, text) {
	text = trim(text)
	T = text
	P = 1
	if (text ~ /^[\[{]/) flow(path, 0)
	else if (text ~ /^["']/) put(path, quoted())
	else put(path, text)
}

# The path of a line at an indentation: that of the nearest line above with less.
function up(column) {
	while (level > 0 && indent[level] >= column) level--
	return level > 0 ? where[level] : ""
}

function push(column, path) {
	if (level < 24) {
		level++
		indent[level] = column
		where[level] = path
	}
}

# The end of the key in "key: value", 0 if there is none.
function colon(s) {
	if (s ~ /^"[^"]*"[ \t]*:([ \t]|$)/ || s ~ /^'[^']*'[ \t]*:([ \t]|$)/) {
		match(s, /^("[^"]*"|'[^']*')[ \t]*:/)
		return RLENGTH
	}
	if (match(s, /^[^"'\[{ \t#][^ \t]*:([ \t]|$)/)) {
		match(s, /:([ \t]|$)/)
		return RSTART
	}
	return 0
}

function block(line,    column, parent, text, at, key) {
	match(line, /^ */)
	column = RLENGTH
	text = trim(substr(line, column + 1))
	if (skipping >= 0) {
		if (column > skipping) return
		skipping = -1
	}
	# Sequences may be no deeper than the key that they belong to.
	while (text ~ /^-([ \t]|$)/) {
		while (level > 0 && (indent[level] > column || (indent[level] == column && item[level]))) level--
		parent = level > 0 ? where[level] : ""
		push(column, parent "/" count[parent]++)
		item[level] = 1
		match(text, /^-[ \t]*/)
		column += RLENGTH
		text = substr(text, RLENGTH + 1)
	}
	if (text == "") return
	at = colon(text)
	if (!at) {
		if (level > 0) scalar(where[level], text)
		return
	}
	parent = up(column)
	key = trim(substr(text, 1, at - 1))
	gsub(/^["']|["']$/, "", key)
	text = trim(substr(text, at + 1))
	key = parent == "" ? key : parent "/" key
	push(column, key)
	item[level] = 0
	delete count[key]
	if (text ~ /^[|>][-+0-9]*$/) skipping = column
	else if (text != "" && text !~ /^[&*!]/) scalar(key, text)
}

BEGIN { level = 0; skipping = -1; json = "" }
NR > 4000 { exit }
NR == 1 && /^[ \t]*\{/ { json = " " }
json != "" {
	if (length(json) < 262144) json = json $0 " "
	next
}
/^(---|\.\.\.|%)/ { next }
{
	line = uncomment($0)
	if (line !~ /^[ \t\r]*$/ && line !~ /^ *\t/) block(line)
}
END {
	if (json != "") {
		T = json
		P = 1
		flow("", 0)
	}
}

# circles.awk - modules that include each other, from lines FILE:LINE:HEADER
#
# A module is x.c with x.h. Those that can reach each other by includes are one
# strongly connected part of the graph (Tarjan's algorithm); each is printed with
# the includes that close it.

function module(path) {
	sub(/^src\//, "", path)
	sub(/\.[ch]$/, "", path)
	return path
}

{
	split($0, part, ":")
	from = module(part[1])
	to = module(part[3])
	if (from == to || (from, to) in line)
		next
	line[from, to] = part[1] ":" part[2]
	uses[from] = uses[from] " " to
	names[++count] = from
}

function lower(v, value) {
	if (value < low[v])
		low[v] = value
}

function visit(v, i, n, list) {
	index_of[v] = low[v] = ++seen
	stack[++top] = v
	waiting[v] = 1
	n = split(uses[v], list, " ")
	for (i = 1; i <= n; i++)
		if (!(list[i] in index_of)) {
			visit(list[i])
			lower(v, low[list[i]])
		} else if (waiting[list[i]]) {
			lower(v, index_of[list[i]])
		}
	if (low[v] == index_of[v])
		show(v)
}

# The part whose first module is v: everything above it on the stack.
function show(v, first, i, j, text) {
	for (first = top; stack[first] != v; first--)
		;
	for (i = first; i <= top; i++) {
		waiting[stack[i]] = 0
		text = text (i > first ? ", " : "") stack[i]
	}
	if (top > first) {
		print "a circle of " text ":"
		for (i = first; i <= top; i++)
			for (j = first; j <= top; j++)
				if ((stack[i], stack[j]) in line)
					print "  " line[stack[i], stack[j]] " uses " stack[j]
	}
	top = first - 1
}

END {
	for (k = 1; k <= count; k++)
		if (!(names[k] in index_of))
			visit(names[k])
}

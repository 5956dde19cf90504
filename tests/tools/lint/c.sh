# c.sh - what C code must not do; sourced by lint.sh
# shellcheck disable=SC2154 # lint.sh sets the lists of files

# Each foreign library is known to exactly one file.
foreign_libraries() {
	for header in jansson blkid/ xxhash zstd ext2fs/ libssh/ parted/ libmount/ archive; do
		users=$(in_files "$src_files" grep -l "#include <$header")
		[ "$(printf '%s\n' "$users" | grep -c .)" -le 1 ] || echo "$header: $users" | tr '\n' ' '
	done
}

# Library code says things through util/log.h only, and writes to a stream that it is
# given; mains, and the modules that draw on a terminal, write themselves.
diagnostics() {
	in_files "$src_files" grep -nE '\b(perror|printf|puts|putchar|exit|abort)\(|\bfprintf\((stdout|stderr)\b|\bfputs\(.*, std(out|err)\)' /dev/null |
		grep -vE 'src/(push|receive|boot)/(main|cli|options|show|progress|report|menu|usage)\.c|src/util/log\.c'
}

assertions() { in_files "$src_files" grep -nE '\bassert\(' /dev/null; }

# A struct says what it is. Only functions that are handed over may have a name.
typedefs() { in_files "$src_files" grep -nE '^[ \t]*typedef\b' /dev/null | grep -vE 'typedef [a-z_ ]+\**[a-z_0-9]+_fn\('; }

formatting() { in_files "$c_files" clang-format --dry-run 2>&1 | grep warning; }

# cppcheck does not know the cleanup attribute, so it sees leaks everywhere.
cpp_check() {
	cppcheck --quiet --error-exitcode=0 --enable=warning,portability --inline-suppr -j 2 \
		--suppress=missingIncludeSystem --suppress=memleak --std=c11 -Isrc src 2>&1 |
		grep -E '(error|warning|portability):'
}

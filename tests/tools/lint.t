#!/bin/sh
# lint.t - each rule of tests/tools/lint.sh finds what is planted for it
#
# The rules run on a small tree of their own, once as it is, and once for each
# violation.
#
# shellcheck disable=SC2016,SC2026 # what is planted is not expanded, words are cut in two
. "$(dirname "$0")/../lib.sh"
need git clang-format shellcheck dash busybox codespell cppcheck rst2html

R=$T/tree
mkdir -p "$R/src/util" "$R/src/table" "$R/src/plan" "$R/src/push" "$R/hooks" "$R/initrd/files" "$R/initrd/ramboot" \
	"$R/fixups" "$R/docs" "$R/tests/tools/lint"
cp "$ROOT/.clang-format" "$R/"
cp "$ROOT/tests/tools/lint.sh" "$R/tests/tools/"
cp "$ROOT"/tests/tools/lint/* "$R/tests/tools/lint/"

# module PATH [INCLUDE...]: x.c and x.h.
module() {
	path=$1
	name=${path##*/}
	shift
	printf '#ifndef P2V_H\n#define P2V_H\n\nint %s_get(void);\n\n#endif\n' "$name" >"$R/src/$path.h"
	for header in "$path.h" "$@"; do
		echo "#include \"$header\""
	done >"$R/src/$path.c"
	printf '\nint %s_get(void)\n{\n\treturn 0;\n}\n' "$name" >>"$R/src/$path.c"
}

# modules: "PATH INCLUDE...", one a line.
modules() {
	while read -r path includes; do
		# shellcheck disable=SC2086 # a list of words
		module "$path" $includes
	done
}
modules <<'X'
util/text
table/table util/text.h
plan/plan table/table.h util/text.h
plan/check plan/plan.h
push/push plan/plan.h table/table.h util/text.h
X
printf '#include "push/push.h"\n\n#include <stdio.h>\n\nint main(void)\n{\n\tputs("hello");\n\treturn push_get();\n}\n' \
	>"$R/src/push/main.c"

for file in hooks/lib.sh initrd/lib.sh initrd/files/shared.sh initrd/ramboot/engine.sh fixups/lib.sh; do
	printf '# %s - functions\n\nhello() { echo hello; }\n' "${file##*/}" >"$R/$file"
done
printf '#!/bin/sh\n# shellcheck source=lib.sh\n. "$P2V_HOOKS/lib.sh"\n. "$P2V_INITRD/files/shared.sh"\n. /scripts/functions\n' \
	>"$R/hooks/10-first"
printf '#!/bin/sh\nhere=${0%%/*}\n. "$here/lib.sh"\n. "$here/ramboot/engine.sh"\n. "$here/config"\n' >"$R/initrd/p2v-initrd"
printf '#!/bin/sh\n. "${0%%/*}/lib.sh"\n' >"$R/fixups/10-first"
printf '# a.awk - a program\n\nfunction twice(n) {\n\treturn 2 * n\n}\n\n{ print twice($1) }\n' >"$R/fixups/a.awk"

cat >"$R/README.rst" <<'X'
=======
Program
=======

Reading the source
==================

``src/push/push.c`` comes first; ``src/NAME/`` is any folder.

Tests
=====

``HACKING.rst`` has them.
X
printf 'Hacking\n=======\n\nSee ``docs/architecture.rst``.\n' >"$R/HACKING.rst"
cat >"$R/docs/architecture.rst" <<'X'
Layers
======

=============  =====================================================
``src/util``   what all use
``src/table``  tables
``src/plan``   the plan. May use
               table
``src/push``   the program. May use plan, what it sends, and nothing
               else
=============  =====================================================
X
printf 'all:\n' >"$R/Makefile"
git -C "$R" init -q
git -C "$R" add -A
git -C "$R" -c user.name=x -c user.email=x@example.org commit -qm tree

lint() { "$R/tests/tools/lint.sh" "$@"; }
check_status "a clean tree passes" 0 lint
check_has "and says so" "$T/out" "lint: all rules hold"

# planted RULE WHAT FINDING: standard input plants it, in the tree's folder.
planted() {
	(cd "$R" && sh -eu /dev/stdin) || not_ok "$2: could not be planted"
	check_status "$1: $2" 1 lint "$1"
	check_has "$1: $2: it says where" "$T/out" "$3"
	echo "$1" >>"$T/planted"
	git -C "$R" checkout -q .
	git -C "$R" clean -fdq
}

# --- who may use whom ---
planted layers "a layer above" "src/table/table.c:1: table may not use plan/plan.h" <<'X'
sed -i '1i #include "plan/plan.h"' src/table/table.c
X
planted layers "by a header" "src/util/text.h:1: util may not use table/table.h" <<'X'
sed -i '1i #include "table/table.h"' src/util/text.h
X
planted layers "in a folder of a folder" "src/table/gpt/gpt.c:1: table may not use push/push.h" <<'X'
mkdir src/table/gpt
echo '#include "push/push.h"' >src/table/gpt/gpt.c
X
planted layers "a folder without a row" "src/odd is not in the table" <<'X'
mkdir src/odd
echo '#include "util/text.h"' >src/odd/odd.c
X
planted layers "a table with a circle" "plan may use itself through others" <<'X'
sed -i 's/  tables/  tables. May use push/' docs/architecture.rst
X
planted layers "all but some" "src/push/push.c:2: push may not use plan/plan.h" <<'X'
sed -i 's/May use plan, what it sends, and nothing/May use all but plan and what it sends/' docs/architecture.rst
X
planted circles "two modules" "src/plan/plan.c:1 uses plan/check" <<'X'
sed -i '1i #include "plan/check.h"' src/plan/plan.c
X
planted circles "three, through a header" "src/plan/third.h:1 uses plan/plan" <<'X'
echo '#include "plan/plan.h"' >src/plan/third.h
sed -i '1i #include "plan/third.h"' src/plan/check.h
sed -i '1i #include "plan/check.h"' src/plan/plan.c
X
planted modules "code without a header" "src/plan/plan.c has no src/plan/plan.h" <<'X'
rm src/plan/plan.h
X
planted shell_arrows "initrd sources a hook's file" "initrd/p2v-initrd:6: sources hooks/domain.sh" <<'X'
echo 'x=1' >hooks/domain.sh
echo '. "$here/../hooks/domain.sh"' >>initrd/p2v-initrd
X
planted shell_arrows "hooks source the engine" "hooks/10-first:6: sources initrd/ramboot/engine.sh" <<'X'
echo '. "$P2V_INITRD/ramboot/engine.sh"' >>hooks/10-first
X
planted shell_arrows "by what shellcheck is told" "fixups/10-first:4: sources initrd/lib.sh" <<'X'
printf '# shellcheck source=../initrd/lib.sh\n[ -z "$x" ] || . "$elsewhere"\n' >>fixups/10-first
X
planted shell_arrows "a fixup that sources initrd" "fixups/10-first:3: sources initrd/ramboot/engine.sh" <<'X'
echo 'test -z "$x" && . "${lib:-../initrd}/engine.sh"' >>fixups/10-first
X
planted shell_arrows "initrd reads what is in hooks" 'initrd/p2v-initrd:6:cat "$here/../hooks/10-first"' <<'X'
echo 'cat "$here/../hooks/10-first"' >>initrd/p2v-initrd
X

# --- C ---
planted foreign_libraries "a second user" "zstd: src/plan/plan.c" <<'X'
mkdir src/table/deep
echo '#include <zstd.h>' | tee -a src/plan/plan.c >src/table/deep/deep.c
X
planted diagnostics "a module that prints" 'src/plan/plan.c:9:	printf("x");' <<'X'
printf '\tprintf("x");\n' >>src/plan/plan.c
X
planted diagnostics "one that exits" 'src/util/text.c:7:	exit(1);' <<'X'
printf '\texit(1);\n' >>src/util/text.c
X
planted diagnostics "one that writes to standard error" 'src/util/text.c:7:	fprintf(stderr, "x");' <<'X'
printf '\tfprintf(stderr, "x");\n\tfprintf(out, "x");\n' >>src/util/text.c
X
planted assertions "an assertion" 'src/util/text.c:7:	assert(x);' <<'X'
printf '\tassert(x);\n' >>src/util/text.c
X
planted typedefs "a typedef" "src/util/text.h:7:typedef struct text text_t;" <<'X'
echo 'typedef struct text text_t;' >>src/util/text.h
X
planted formatting "spaces" "src/util/text.c:4" <<'X'
sed -i 's/^\treturn/    return/' src/util/text.c
X
planted cpp_check "an array's end" "src/util/text.c" <<'X'
printf '\nint text_bad(void);\nint text_bad(void)\n{\n\tint a[2] = {0, 0};\n\n\treturn a[2];\n}\n' >>src/util/text.c
X

# --- sizes ---
planted sizes "a long function" "src/util/text.c:8: 61 lines in text_long" <<'X'
{
	printf 'int text_long(void)\n{\n'
	seq -f '	f(%g);' 59
	echo '}'
} >>src/util/text.c
X
{
	printf 'int text_long(void)\n{\n'
	seq -f '	f(%g);' 58
	echo '}'
	seq 433 | sed 's/.*/\/* & *\//'
} >>"$R/src/util/text.c"
check_eq "a file of 500 lines" 500 "$(wc -l <"$R/src/util/text.c")"
check_status "with a function of 60 may be" 0 lint sizes
git -C "$R" checkout -q .
planted sizes "a long file" "src/util/text.c: 501 lines" <<'X'
seq 495 | sed 's/.*/\/* & *\//' >>src/util/text.c
X
planted sizes "in shell" "hooks/lib.sh:4: 62 lines in long_one" <<'X'
{
	echo 'long_one() {'
	seq -f '	echo %g' 60
	echo '}'
} >>hooks/lib.sh
X
planted sizes "in awk" "fixups/a.awk:8: 62 lines in long_one" <<'X'
{
	echo 'function long_one(a, b) {'
	seq -f '	print %g' 60
	echo '}'
} >>fixups/a.awk
X
planted sizes "in initrd's C" "initrd/relay/one.c:2: 62 lines in main" <<'X'
mkdir initrd/relay
{
	printf 'int main(void)\n{\n'
	seq -f '	f(%g);' 60
	echo '}'
} >initrd/relay/one.c
X
planted sizes "an exception that is not needed" "src/boot/main.c: set_option is short now" <<'X'
mkdir src/boot
echo 'int main(void);' >src/boot/main.c
X

# --- text ---
for what in TO''DO FIX''ME; do
	planted unfinished "$what" "hooks/lib.sh:4:# $what" <<X
echo '# $what: the rest' >>hooks/lib.sh
X
done
planted shell_style "a bashism" "In POSIX sh" <<'X'
echo '[[ -e x ]]' >>hooks/10-first
X
planted shell_style "a program without a suffix" "SC2086" <<'X'
printf '#!/bin/sh\nrm $1\n' >initrd/new
X
planted documents "the reading order" "README.rst names src/push/gone.c" <<'X'
sed -i 's|src/push/push.c|src/push/gone.c|' README.rst
X
planted documents "a document" "HACKING.rst names docs/gone.rst" <<'X'
sed -i 's|docs/architecture.rst|docs/gone.rst|' HACKING.rst
X
planted documents "markup" "Unknown target name" <<'X'
echo 'A link to nowhere_.' >>README.rst
X
planted documents "no way to HACKING.rst" "README.rst does not lead to HACKING.rst" <<'X'
sed -i 's/HACKING/Something/' README.rst
X
planted documents "no reading order" "README.rst has no reading order" <<'X'
sed -i '/comes first/d' README.rst
X
planted spelling "a word" "==> receive" <<'X'
printf '# rec%s\n' ieve >>hooks/lib.sh
X
planted places "a path" "hooks/lib.sh:4:x=/ho""me/somebody/x" <<'X'
echo "x=/ho""me/somebody/x" >>hooks/lib.sh
X

# --- lint itself ---
sed -n 's/^rule \([a-z_]*\) .*/\1/p' "$ROOT/tests/tools/lint.sh" | sort >"$T/rules"
sort -u "$T/planted" >"$T/found"
check "every rule has had its violation" diff "$T/rules" "$T/found"
check_status "one rule is not another" 0 lint sizes
check_status "a rule that does not exist" 1 lint no_such_rule
mkdir "$T/bin"
for tool in sh dirname sort grep sed awk; do
	ln -s "$(command -v "$tool")" "$T/bin/$tool"
done
check_status "a tool that is missing" 1 env PATH="$T/bin" "$R/tests/tools/lint.sh"
check_has "is named" "$T/err" "lint: clang-format is missing"
printf '#!/bin/sh\n. ../hooks/lib.sh\n' >"$R/fixups/20-new"
check_status "what is not committed is looked at" 1 lint shell_arrows
rm -rf "$R/.git"
mkdir "$R/build"
echo '. ../hooks/lib.sh' >"$R/build/x.sh"
check_status "so is a tree without git" 1 env GIT_CEILING_DIRECTORIES="$T" "$R/tests/tools/lint.sh"
check_has "and found wanting" "$T/out" "fixups/20-new:2: sources hooks/lib.sh"
check_has "in nothing else" "$T/out" "lint: rules that are broken: 1"

done_testing

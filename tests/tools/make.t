#!/bin/sh
# make.t - flags, and what is said when a library is missing; nothing is built here
. "$(dirname "$0")/../lib.sh"
need make pkg-config
# Not those of the make that runs the tests.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL SAN CPPFLAGS CFLAGS LDFLAGS

# plan ARGUMENT...: the commands that a build from nothing would run.
plan() { make -C "$ROOT" --no-print-directory -n V=1 BUILD="$T/build" CC=gcc "$@"; }
compile() { grep -e ' -o [^ ]*/obj/util/text.o ' "$T/plan"; }
linking() { grep -e ' -o [^ ]*/p2v-push ' "$T/plan"; }
compile_has() { compile | grep -qE -e "$1"; }
compile_lacks() { compile >"$T/line" && ! grep -qE -e "$1" "$T/line"; }
link_has() { linking | grep -qE -e "$1"; }

cat >"$T/pkg-config" <<X
#!/bin/sh
echo "\$*" >>"$T/asked"
exec pkg-config "\$@"
X
chmod +x "$T/pkg-config"
plan all PKG_CONFIG="$T/pkg-config" >"$T/plan" 2>&1
check "a build is planned" compile_has 'src/util/text\.c'
check "pkg-config was asked" test -s "$T/asked"
check_eq "never twice for the same" "" "$(sort "$T/asked" | uniq -d)"
check "nor for each file" test "$(wc -l <"$T/asked")" -lt 10
check "optimized, so with checked copies" compile_has '-D_FORTIFY_SOURCE=[23] '
check "and the rest" compile_has '-fPIE .*-fstack-protector-strong'
check "linked accordingly" link_has '-pie -Wl,-z,relro,-z,now,-z,noexecstack'

plan all CFLAGS='-O0 -DMY_C' CPPFLAGS=-DMY_CPP LDFLAGS=-Wl,--my-ld >"$T/plan" 2>&1
check "the user's flags come last" compile_has '-fPIE .* -DMY_CPP -O0 -DMY_C '
check "also for the linker" link_has '-z,now.* -Wl,--my-ld '
check "no checked copies without optimization" compile_lacks FORTIFY
plan all CPPFLAGS=-D_FORTIFY_SOURCE=2 >"$T/plan" 2>&1
check_eq "a distribution's _FORTIFY_SOURCE is the only one" 1 "$(compile | grep -o FORTIFY | wc -l)"
plan all SAN=address >"$T/plan" 2>&1
check "sanitizers go without hardening" compile_lacks 'FORTIFY|stack-protector'
plan all HARDEN= >"$T/plan" 2>&1
check "so does who wants that" compile_lacks 'FORTIFY|stack-protector|fPIE'

check_status "without pkg-config" 2 plan all PKG_CONFIG=no-such-pkg-config
check_has "it is named" "$T/err" "no-such-pkg-config is missing. On Debian \`make deps\` installs"
mkdir "$T/pc"
for folder in $(pkg-config --variable pc_path pkg-config | tr : ' '); do
	for file in "$folder"/*.pc; do
		case $file in
		*/libssh.pc | */blkid.pc) ;;
		*) [ ! -e "$file" ] || cp "$file" "$T/pc" ;;
		esac
	done
done
PKG_CONFIG_LIBDIR=$T/pc
export PKG_CONFIG_LIBDIR
check_status "without two of the libraries" 2 plan all
check_has "they are named" "$T/err" "does not know: blkid"
check_has "both, and what to do" "$T/err" "libssh. On Debian \`make deps\` installs"
check_status "nothing is asked for what needs no libraries" 0 plan clean help

# README's packages for a plain build are the first that `make deps` installs.
sed -n '/^    apt-get install gcc/,/[^\\]$/p' "$ROOT/README.rst" | tr -cs 'a-z0-9-' '\n' |
	grep -vx -e '' -e apt-get -e install -e python3-docutils | sort >"$T/readme"
sed -n '/^packages="gcc/,/"$/{s/^packages=//;s/"//g;p}' "$ROOT/tests/tools/deps.sh" | tr ' ' '\n' |
	grep -vx git | sort >"$T/deps"
check "README names the packages for a plain build" diff "$T/deps" "$T/readme"
check "they are some" test "$(wc -l <"$T/deps")" -gt 10

done_testing

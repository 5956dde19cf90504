#!/bin/sh
# hardened.t - the ELF files of the plain build have what the Makefile asks for
. "$(dirname "$0")/../lib.sh"
need readelf

# With the sanitizers there is nothing of this; the plain build is around that one.
plain=${B%/san}

# elf OPTIONS FILE PATTERN: what readelf says of it has such a line.
elf() { readelf -W "$1" "$2" | grep -qE -e "$3"; }
lacks() { ! elf "$@"; }

# every_program NAME...: what holds for static and dynamic ones.
every_program() {
	for name in "$@"; do
		check "$name is there" test -x "$plain/$name"
		check "$name can be placed anywhere (PIE)" elf -h "$plain/$name" 'Type: +DYN'
		check "$name has relocations made read-only" elf -l "$plain/$name" 'GNU_RELRO'
		check "all of them, at its start" elf -d "$plain/$name" 'BIND_NOW|Flags:.* NOW'
		check "$name has a stack that cannot be executed" elf -l "$plain/$name" 'GNU_STACK.* RW +0x'
		check "$name has no memory that is both written and executed" lacks -l "$plain/$name" 'LOAD.* RWE '
		check "$name looks for no libraries in odd places" lacks -d "$plain/$name" 'RPATH|RUNPATH'
	done
}

every_program p2v-push p2v-receive p2v-boot p2v-wrap-init p2v-relay-shutdown
for name in p2v-push p2v-receive p2v-boot; do
	check "$name guards its stack" elf --dyn-syms "$plain/$name" '__stack_chk_fail'
	check "$name has checked copies (_FORTIFY_SOURCE)" \
		elf --dyn-syms "$plain/$name" ' __(mem|str|s|vs|snp|vsnp|f|vf|p|read)[a-z]*_chk(@|$)'
done
for name in p2v-wrap-init p2v-relay-shutdown; do
	check "$name needs no interpreter" lacks -l "$plain/$name" 'INTERP'
	check "$name needs no library" lacks -d "$plain/$name" 'NEEDED'
done

# Jumps: the linker keeps the mark only if every library has it, so the objects
# are asked.
case $(uname -m) in
x86_64) mark='IBT.*SHSTK' ;;
aarch64) mark='BTI.*PAC' ;;
*) mark= ;;
esac
object=$plain/obj/receive/main.o
if [ -n "$mark" ]; then
	check "the objects' jumps are guarded" elf -n "$object" "$mark"
fi

done_testing

# p2v-target: one non-recursive makefile.
#
#   make              the programs, into build/
#   make demo         the main job, watched (installs what it needs)
#   make check-all    every test (installs what it needs)
#   make check        units, command lines, fixups, shell: no root, no VM
#   make check-root   partition tables and writes on loop devices
#   make check-vm     real machines in QEMU
#   make fuzz lint bench man deps clean
#   make install      DESTDIR= PREFIX=/usr/local
#
# `make install-push`, -target, -tools, -instance and -ganeti install a part.
#
# Variables: BUILD (output directory), SAN (address,undefined), WERROR=1, V=1
# (show commands), JOBS, DESTDIR and PREFIX for install, HARDEN= (not hardened);
# CC, CPPFLAGS, CFLAGS, LDFLAGS and PKG_CONFIG as everywhere.

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CFLAGS  ?= -O2 -g
PKG_CONFIG ?= pkg-config
HARDEN  ?= 1
SAN     ?=
WERROR  ?=
V       ?=
JOBS    ?= $(shell nproc)

# As many jobs as there are processors, unless told otherwise.
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(JOBS)
endif

ifeq ($(V),)
say = @echo "  $(1) $@"
run = @
else
say =
run =
endif

BIN     := $(BUILD)
OBJ     := $(BUILD)/obj

WARN := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes -Wvla \
	-Wformat=2 -Wundef -Wpointer-arith -Wwrite-strings -Werror=format-security
ifneq ($(WERROR),)
WARN += -Werror
endif
ifneq ($(SAN),)
SANFLAGS := -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=undefined
HARDEN :=
endif

LIBEXECDIR := $(PREFIX)/lib/p2v-target

# once: a variable's definition, which is expanded when it is needed for the first
# time and never again: asking pkg-config or the compiler costs more than compiling
# a small file, and `make deps` must work where neither exists.
once = $(eval $(1) := $$($(1)_ASK))$($(1))

# pkg FLAGS,MODULES: what pkg-config says of them, or which of them are missing.
pkg = $(shell $(PKG_CONFIG) $(1) $(2) 2>/dev/null)$(if \
	$(filter-out 0,$(.SHELLSTATUS)),$(error $(call pkg_missing,$(2))))
pkg_missing = $(if $(shell command -v $(firstword $(PKG_CONFIG))),$(PKG_CONFIG) does not know: $(strip \
	$(foreach module,$(1),$(shell $(PKG_CONFIG) --exists $(module) || \
	echo $(module)))),$(PKG_CONFIG) is missing). On Debian `make deps` \
	installs what is needed; README.rst names the packages

PKG_ARCHIVE := libarchive
PKG_BLKID   := blkid
PKG_JSON    := jansson
PKG_XXHASH  := libxxhash
PKG_ZSTD    := libzstd
PKG_EXT2    := ext2fs com_err
PKG_PARTED  := libparted
PKG_MOUNT   := mount
PKG_SSH     := libssh
PKG_ALL     := $(PKG_ARCHIVE) $(PKG_BLKID) $(PKG_JSON) $(PKG_XXHASH) $(PKG_ZSTD) \
	       $(PKG_EXT2) $(PKG_PARTED) $(PKG_MOUNT) $(PKG_SSH)

PKG_CFLAGS_ASK = $(call pkg,--cflags,$(PKG_ALL))
PKG_CFLAGS     = $(call once,PKG_CFLAGS)

# Hardening: these programs read other people's disks as root. What this compiler
# does not know is left out; the sanitizers and an unoptimized build go without.
# CFLAGS come later, so that a distribution's own flags win.
hash   := \#
cc_try  = $(shell $(CC) -Werror $(1) -x c -c -o /dev/null /dev/null 2>/dev/null && echo '$(1)')
ld_try  = $(shell echo 'int main(void) { return 0; }' | \
	  $(CC) $(1) -x c -o /dev/null - 2>/dev/null && echo '$(1)')
fortify = $(shell printf '%s\n' '$(hash)include <limits.h>' '$(hash)if __USE_FORTIFY_LEVEL + 0 != $(1)' \
	  '$(hash)error' '$(hash)endif' | $(CC) -Werror -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(1) \
	  -x c -c -o /dev/null - 2>/dev/null && echo -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(1))
optimized = $(filter-out -O0,$(lastword $(filter -O%,$(CFLAGS))))

HARDEN_CFLAGS_ASK = $(if $(HARDEN),-fPIE $(foreach flag,\
	-fstack-protector-strong -fstack-clash-protection -fcf-protection=full \
	-mbranch-protection=standard,$(call cc_try,$(flag))) \
	$(if $(optimized),$(if $(findstring _FORTIFY_SOURCE,$(CPPFLAGS) $(CFLAGS)),,$(or \
	$(call fortify,3),$(call fortify,2)))))
HARDEN_CFLAGS = $(call once,HARDEN_CFLAGS)
comma  := ,
RELRO  := $(if $(HARDEN),-Wl$(comma)-z$(comma)relro$(comma)-z$(comma)now$(comma)-z$(comma)noexecstack)
PIE     = $(if $(HARDEN),$(if $(filter -static% -no-pie,$(CFLAGS) $(LDFLAGS)),,-pie))

BASE_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARN)
ALL_CFLAGS  = $(BASE_CFLAGS) -D_FILE_OFFSET_BITS=64 -Isrc $(SANFLAGS) \
	      -DP2V_LIBEXECDIR='"$(LIBEXECDIR)"' \
	      -pthread $(PKG_CFLAGS) $(HARDEN_CFLAGS) $(CPPFLAGS) $(CFLAGS)
ALL_LDFLAGS = $(PIE) $(RELRO) $(LDFLAGS)

ifneq ($(findstring address,$(SAN)),)
ASAN_OBJ := $(OBJ)/asan-options.o
endif

# The programs are thin mains; everything else is one library.
MAINS   := $(wildcard src/push/main.c src/receive/main.c src/boot/main.c)
LIB_SRC := $(filter-out $(MAINS),$(sort $(wildcard src/*/*.c src/*/*/*.c)))
LIB_OBJ := $(LIB_SRC:src/%.c=$(OBJ)/%.o)
LIB     := $(BUILD)/libp2v.a

PROGRAMS := $(MAINS:src/%/main.c=$(BIN)/p2v-%)

# Small static programs that run where nothing of a system is left.
HELPERS := $(BIN)/p2v-wrap-init $(BIN)/p2v-relay-shutdown

all: $(LIB) $(PROGRAMS) $(HELPERS)

# The shared libarchive drags in libxml2 and ICU, 30 MB that a system in RAM
# must not pay for; of the static one only the decompressors are linked. Their
# libraries are named by soname, so that no further -dev packages are needed.
STATIC_ARCHIVE_ASK = $(wildcard $(call pkg,--variable=libdir,$(PKG_ARCHIVE))/libarchive.a)
STATIC_ARCHIVE     = $(call once,STATIC_ARCHIVE)
LIBS_archive_ASK   = $(if $(STATIC_ARCHIVE),$(STATIC_ARCHIVE) -l:libz.so.1 -l:liblzma.so.5 \
	-l:libzstd.so.1 -l:liblz4.so.1 -l:libbz2.so.1.0,$(call pkg,--libs,$(PKG_ARCHIVE)))
LIBS_archive       = $(call once,LIBS_archive)

# What each program may be linked with is part of the design: the receiver and
# the boot program must stay small in an initrd, the pusher writes no disks.
PKG_push    := $(PKG_SSH) $(PKG_JSON) $(PKG_XXHASH) $(PKG_ZSTD) $(PKG_EXT2) $(PKG_BLKID)
PKG_receive := $(PKG_PARTED) $(PKG_JSON) $(PKG_XXHASH) $(PKG_ZSTD) $(PKG_BLKID) $(PKG_MOUNT)
PKG_boot    := $(PKG_JSON) $(PKG_BLKID)

LIBS_push_ASK    = $(call pkg,--libs,$(PKG_push))
LIBS_receive_ASK = $(call pkg,--libs,$(PKG_receive)) $(LIBS_archive)
LIBS_boot_ASK    = $(call pkg,--libs,$(PKG_boot)) $(LIBS_archive)
LIBS_all_ASK     = $(call pkg,--libs,$(PKG_ALL))
LIBS_all         = $(call once,LIBS_all)

$(PROGRAMS): $(BIN)/p2v-%: $(OBJ)/%/main.o $(LIB) $(ASAN_OBJ)
	$(call say,LINK)
	$(run)$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(OBJ)/$*/main.o $(LIB) $(ASAN_OBJ) \
		$(call once,LIBS_$*)

# A static program that can be moved about in memory, where the C library has the
# start files for one.
STATIC_ASK = $(or $(if $(HARDEN),$(call ld_try,-static-pie)),-static)
STATIC     = $(call once,STATIC)

# What they share with the library is compiled for them, without sanitizers.
$(BIN)/p2v-relay-shutdown: src/kexec/watchdog.c src/util/io.c src/util/log.c

$(HELPERS): $(BIN)/p2v-%: initrd/relay/%.c
	@mkdir -p $(@D)
	$(call say,LINK)
	$(run)$(CC) $(BASE_CFLAGS) -Isrc $(HARDEN_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(RELRO) $(LDFLAGS) \
		$(STATIC) -s -o $@ $^

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(call say,AR  )
	$(run)$(AR) rcs $@ $(LIB_OBJ)

$(OBJ)/asan-options.o: tests/tools/asan-options.c
	@mkdir -p $(@D)
	$(run)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(OBJ)/%.o: src/%.c
	@mkdir -p $(@D)
	$(call say,CC  )
	$(run)$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Unit tests: one program for each tests/unit/test-*.c, and the small programs
# that shell tests use (tests/cli/*.c, tests/disk/*.c).
UNIT_SRC := $(sort $(wildcard tests/unit/test-*.c))
UNIT_BIN := $(UNIT_SRC:tests/%.c=$(BUILD)/tests/%)
TOOL_SRC := $(sort $(wildcard tests/cli/*.c tests/disk/*.c))
TOOL_BIN := $(TOOL_SRC:tests/%.c=$(BUILD)/tests/%)

$(UNIT_BIN) $(TOOL_BIN): $(BUILD)/tests/%: tests/%.c tests/tap.h $(LIB) $(ASAN_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(run)$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -MF $@.d -o $@ $< $(LIB) $(ASAN_OBJ) $(LIBS_all)

# Fuzz targets are linked twice: with a driver that replays their corpus (in
# every build), and with libFuzzer (`make fuzz`).
FUZZ_SRC   := $(sort $(wildcard tests/fuzz/fuzz-*.c))
FUZZ_NAMES := $(FUZZ_SRC:tests/fuzz/fuzz-%.c=%)
REPLAY_BIN := $(FUZZ_NAMES:%=$(BUILD)/tests/fuzz/replay-%)
FUZZ_BIN   := $(FUZZ_NAMES:%=$(BUILD)/tests/fuzz/fuzz-%)
FUZZ_SECONDS ?= 30

$(REPLAY_BIN): $(BUILD)/tests/fuzz/replay-%: tests/fuzz/fuzz-%.c tests/fuzz/replay.c $(LIB) $(ASAN_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(run)$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -DREPLAY_CORPUS='"tests/fuzz/corpus/$*"' \
		-o $@ tests/fuzz/replay.c $< $(LIB) $(ASAN_OBJ) $(LIBS_all)

$(FUZZ_BIN): $(BUILD)/tests/fuzz/fuzz-%: tests/fuzz/fuzz-%.c $(LIB) $(ASAN_OBJ)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(run)$(CC) $(ALL_CFLAGS) -Wno-missing-prototypes -fsanitize=fuzzer -o $@ $< $(LIB) $(ASAN_OBJ) $(LIBS_all)

test-programs: $(UNIT_BIN) $(TOOL_BIN) $(REPLAY_BIN)
unit: $(UNIT_BIN)

# Tests. `check` runs everything that needs neither root nor a virtual machine,
# with the sanitizers; the others run the programs as they are installed.
SAN_BUILD := $(BUILD)/san
SAN_MAKE   = $(MAKE) --no-print-directory BUILD=$(SAN_BUILD) SAN=address,undefined CFLAGS='-O1 -g'
PROVE      = tests/tools/prove.sh

check: all
	+$(SAN_MAKE) all test-programs
	+$(SAN_MAKE) prove-check

prove-check:
	@P2V_BUILD=$(BUILD) $(PROVE) --jobs 2 $(UNIT_BIN) \
		$(FUZZ_NAMES:%=$(BUILD)/tests/fuzz/replay-%) tests/cli/*.t tests/fixups/*.t tests/initrd/*.t tests/tools/*.t

check-root: all test-programs
	P2V_BUILD=$(BUILD) $(PROVE) tests/disk/*.t

check-vm: all
	P2V_BUILD=$(BUILD) $(PROVE) --jobs 2 tests/vm/*.t

check-all: deps
	+$(MAKE) --no-print-directory lint
	+$(MAKE) --no-print-directory check
	+$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=10
	+$(MAKE) --no-print-directory check-root
	+$(MAKE) --no-print-directory check-vm

FUZZ_BUILD := $(BUILD)/libfuzzer
fuzz:
	+$(MAKE) --no-print-directory BUILD=$(FUZZ_BUILD) CC=clang \
		SAN=fuzzer-no-link,address,undefined CFLAGS='-O1 -g' fuzz-programs
	tests/tools/fuzz.sh $(FUZZ_BUILD) $(FUZZ_SECONDS) $(FUZZ_NAMES)

fuzz-programs: $(FUZZ_BIN)

lint:
	tests/tools/lint.sh

deps:
	@tests/tools/deps.sh

demo: deps
	+$(MAKE) --no-print-directory all
	P2V_BUILD=$(BUILD) tests/demo.sh

bench: all
	P2V_BUILD=$(BUILD) tests/bench/partclone.sh

MAN_SRC := $(sort $(wildcard docs/man/*.8.rst))
MAN     := $(MAN_SRC:docs/man/%.rst=$(BUILD)/man/%)

$(BUILD)/man/%: docs/man/%.rst
	@mkdir -p $(@D)
	$(call say,MAN )
	$(run)rst2man --halt=warning $< $@

man: $(MAN)

# What is installed, by component, as a distribution would package it: programs that
# people run, to bin, with the manual page and the completion of their name; what
# these call, to lib/p2v-target. `instance` needs `tools` and `target`, `tools`
# needs `target`, `ganeti` needs `instance`; `push` needs nothing.
COMPONENTS    := push target tools instance ganeti
BIN_push      := $(BIN)/p2v-push
BIN_target    := $(BIN)/p2v-receive $(BIN)/p2v-boot
BIN_tools     := initrd/p2v-initrd initrd/p2v-takeover initrd/relay/p2v-relay
BIN_instance  := hooks/p2v-instance
HELPERS_tools := $(HELPERS)

# files FOLDER: what is in it for use, but for programs and Ganeti's part.
files = $(filter-out $(BIN_tools) $(BIN_instance) $(2),\
	$(shell find $(1) -type f ! -name '.*' ! -name '*.c'))
FILES_target   := $(call files,fixups)
FILES_tools    := $(call files,initrd)
FILES_instance := $(call files,hooks,hooks/ganeti/%)
# Ganeti looks for OS definitions in /usr/lib/ganeti/os and /usr/local/lib/ganeti/os.
OS_ganeti      := $(call files,hooks/ganeti)
OS_DIR         := $(PREFIX)/lib/ganeti/os/p2v-target

INSTALLED := $(DESTDIR)$(PREFIX)
INSTALLS  := $(COMPONENTS:%=install-%)

install: $(INSTALLS)

$(foreach part,$(COMPONENTS),$(eval install-$(part): $(BIN_$(part)) $(HELPERS_$(part)) \
	$(patsubst %,$(BUILD)/man/%.8,$(notdir $(BIN_$(part))))))

$(INSTALLS): install-%:
	$(call say,    )
	$(run)set -e; \
	for program in $(BIN_$*); do \
		name=$${program##*/}; \
		install -D -m 755 $$program $(INSTALLED)/bin/$$name; \
		install -D -m 644 $(BUILD)/man/$$name.8 $(INSTALLED)/share/man/man8/$$name.8; \
		[ ! -e docs/completion/$$name.bash ] || install -D -m 644 docs/completion/$$name.bash \
			$(INSTALLED)/share/bash-completion/completions/$$name; \
	done; \
	for helper in $(HELPERS_$*); do \
		install -D -m 755 $$helper $(DESTDIR)$(LIBEXECDIR)/initrd/$${helper##*/}; \
	done; \
	mode() { if [ -x $$1 ]; then echo 755; else echo 644; fi; }; \
	for file in $(FILES_$*); do \
		install -D -m $$(mode $$file) $$file $(DESTDIR)$(LIBEXECDIR)/$$file; \
	done; \
	for file in $(OS_$*); do \
		install -D -m $$(mode $$file) $$file $(DESTDIR)$(OS_DIR)/$${file#hooks/ganeti/}; \
	done

-include $(LIB_OBJ:.o=.d) $(MAINS:src/%.c=$(OBJ)/%.d) $(UNIT_BIN:=.d) $(TOOL_BIN:=.d)

clean:
	rm -rf $(BUILD)

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile

.PHONY: all unit test-programs check prove-check check-root check-vm check-all \
	fuzz fuzz-programs lint deps demo bench man install $(INSTALLS) clean help

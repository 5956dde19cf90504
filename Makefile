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
# Variables: BUILD (output directory), SAN (address,undefined), WERROR=1, V=1
# (show commands), JOBS, DESTDIR and PREFIX for install.

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
CFLAGS  ?= -O2 -g
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
	-Wformat=2 -Wundef -Wpointer-arith -Wwrite-strings
ifneq ($(WERROR),)
WARN += -Werror
endif
ifneq ($(SAN),)
SANFLAGS := -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=undefined
endif

LIBEXECDIR := $(PREFIX)/lib/p2v-target

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

ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -Isrc $(WARN) $(SANFLAGS) \
	     -DP2V_LIBEXECDIR='"$(LIBEXECDIR)"' \
	     -pthread $(shell pkg-config --cflags $(PKG_ALL) 2>/dev/null) $(CFLAGS)

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
STATIC_ARCHIVE := $(wildcard $(shell pkg-config --variable=libdir $(PKG_ARCHIVE))/libarchive.a)
LIBS_archive = $(if $(STATIC_ARCHIVE),$(STATIC_ARCHIVE) -l:libz.so.1 -l:liblzma.so.5 \
	-l:libzstd.so.1 -l:liblz4.so.1 -l:libbz2.so.1.0,$(shell pkg-config --libs $(PKG_ARCHIVE)))

# What each program may be linked with is part of the design: the receiver and
# the boot program must stay small in an initrd, the pusher writes no disks.
LIBS_push    = $(shell pkg-config --libs $(PKG_SSH) $(PKG_JSON) $(PKG_XXHASH) $(PKG_ZSTD) $(PKG_EXT2) $(PKG_BLKID))
LIBS_receive = $(shell pkg-config --libs $(PKG_PARTED) $(PKG_JSON) $(PKG_XXHASH) $(PKG_ZSTD) $(PKG_BLKID) $(PKG_MOUNT)) $(LIBS_archive)
LIBS_boot    = $(shell pkg-config --libs $(PKG_JSON) $(PKG_BLKID)) $(LIBS_archive)
LIBS_all     = $(shell pkg-config --libs $(PKG_ALL))

$(BIN)/p2v-push: $(OBJ)/push/main.o $(LIB) $(ASAN_OBJ)
	$(call say,LINK)
	$(run)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(OBJ)/push/main.o $(LIB) $(ASAN_OBJ) $(LIBS_push)

$(BIN)/p2v-receive: $(OBJ)/receive/main.o $(LIB) $(ASAN_OBJ)
	$(call say,LINK)
	$(run)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(OBJ)/receive/main.o $(LIB) $(ASAN_OBJ) $(LIBS_receive)

$(BIN)/p2v-boot: $(OBJ)/boot/main.o $(LIB) $(ASAN_OBJ)
	$(call say,LINK)
	$(run)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(OBJ)/boot/main.o $(LIB) $(ASAN_OBJ) $(LIBS_boot)

# What they share with the library is compiled for them, without sanitizers.
$(BIN)/p2v-relay-shutdown: src/kexec/watchdog.c src/util/io.c src/util/log.c

$(HELPERS): $(BIN)/p2v-%: initrd/relay/%.c
	@mkdir -p $(@D)
	$(call say,LINK)
	$(run)$(CC) -std=gnu11 -D_GNU_SOURCE -Isrc $(WARN) $(CFLAGS) -static -s -o $@ $^

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

# Programs that people run go to bin; what these call, to lib/p2v-target.
TOOLS       := initrd/p2v-initrd initrd/p2v-takeover initrd/relay/p2v-relay hooks/p2v-instance
INSTALL_BIN := $(PROGRAMS) $(TOOLS)
SCRIPTS     := $(filter-out $(TOOLS) hooks/ganeti/%,\
	       $(shell find fixups hooks initrd -type f ! -name '.*' ! -name '*.c' 2>/dev/null))
# Ganeti looks for OS definitions in /usr/lib/ganeti/os and /usr/local/lib/ganeti/os.
GANETI_OS   := $(shell find hooks/ganeti -type f ! -name '.*' 2>/dev/null)

install: all man
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/man/man8 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(INSTALL_BIN) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(MAN) $(DESTDIR)$(PREFIX)/share/man/man8
	for file in $(SCRIPTS); do \
		mode=644; [ ! -x $$file ] || mode=755; \
		install -D -m $$mode $$file $(DESTDIR)$(LIBEXECDIR)/$$file || exit 1; \
	done
	for file in $(GANETI_OS); do \
		mode=644; [ ! -x $$file ] || mode=755; \
		install -D -m $$mode $$file \
			$(DESTDIR)$(PREFIX)/lib/ganeti/os/p2v-target/$${file#hooks/ganeti/} || exit 1; \
	done
	install -m 755 $(HELPERS) $(DESTDIR)$(LIBEXECDIR)/initrd
	for file in docs/completion/*.bash; do \
		name=$${file##*/}; \
		install -m 644 $$file \
			$(DESTDIR)$(PREFIX)/share/bash-completion/completions/$${name%.bash} || exit 1; \
	done

-include $(LIB_OBJ:.o=.d) $(MAINS:src/%.c=$(OBJ)/%.d) $(UNIT_BIN:=.d) $(TOOL_BIN:=.d)

clean:
	rm -rf $(BUILD)

help:
	@sed -n '2,/^$$/s/^# \{0,1\}//p' Makefile

.PHONY: all unit test-programs check prove-check check-root check-vm check-all \
	fuzz fuzz-programs lint deps demo bench man install clean help

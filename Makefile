# p2v-target: one non-recursive makefile.
#
#   make              the programs, into build/
#   make demo         the main job, watched (installs what it needs)
#   make check-all    every test (installs what it needs)
#   make help         the other targets
#
# Variables: BUILD (output directory), SAN (address,undefined), WERROR=1,
# DESTDIR and PREFIX for install.

BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
CC      ?= cc
CFLAGS  ?= -O2 -g
SAN     ?=
WERROR  ?=

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
DATADIR    := $(PREFIX)/share/p2v-target

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
	     -DP2V_LIBEXECDIR='"$(LIBEXECDIR)"' -DP2V_DATADIR='"$(DATADIR)"' \
	     -pthread $(shell pkg-config --cflags $(PKG_ALL) 2>/dev/null) $(CFLAGS)

# The programs are thin mains; everything else is one library.
MAINS   := $(wildcard src/push/main.c src/receive/main.c src/boot/main.c)
LIB_SRC := $(filter-out $(MAINS),$(sort $(wildcard src/*/*.c)))
LIB_OBJ := $(LIB_SRC:src/%.c=$(OBJ)/%.o)
LIB     := $(BUILD)/libp2v.a

PROGRAMS := $(MAINS:src/%/main.c=$(BIN)/p2v-%)

all: $(LIB) $(PROGRAMS)

# What each program may be linked with is part of the design: the receiver and
# the boot program must stay small in an initrd, the pusher writes no disks.
LIBS_push    = $(shell pkg-config --libs $(PKG_SSH) $(PKG_JSON) $(PKG_XXHASH) $(PKG_ZSTD) $(PKG_EXT2) $(PKG_BLKID))
LIBS_receive = $(shell pkg-config --libs $(PKG_PARTED) $(PKG_JSON) $(PKG_XXHASH) $(PKG_ZSTD) $(PKG_BLKID) $(PKG_MOUNT))
LIBS_boot    = $(shell pkg-config --libs $(PKG_JSON) $(PKG_BLKID) $(PKG_MOUNT) $(PKG_ARCHIVE))
LIBS_all     = $(shell pkg-config --libs $(PKG_ALL))

$(BIN)/p2v-push: $(OBJ)/push/main.o $(LIB)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(OBJ)/push/main.o $(LIB) $(LIBS_push)

$(BIN)/p2v-receive: $(OBJ)/receive/main.o $(LIB)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(OBJ)/receive/main.o $(LIB) $(LIBS_receive)

$(BIN)/p2v-boot: $(OBJ)/boot/main.o $(LIB)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(OBJ)/boot/main.o $(LIB) $(LIBS_boot)

$(LIB): $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $(LIB_OBJ)

$(OBJ)/%.o: src/%.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# Unit tests: one program for each tests/unit/test-*.c.
UNIT_SRC := $(sort $(wildcard tests/unit/test-*.c))
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/tests/unit/%)

$(BUILD)/tests/unit/%: tests/unit/%.c tests/tap.h $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Itests -MMD -MP -MF $@.d -o $@ $< $(LIB) $(LIBS_all)

unit: $(UNIT_BIN)

-include $(LIB_OBJ:.o=.d) $(MAINS:src/%.c=$(OBJ)/%.d) $(UNIT_BIN:=.d)

clean:
	rm -rf $(BUILD)

.PHONY: all unit clean

/* usedmap.c - see usedmap.h */
#include "source/usedmap.h"
#include "util/cleanup.h"

#include <errno.h>
#include <ext2fs/ext2fs.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static void usedmap_close(ext2_filsys *fs)
{
	if (*fs)
		ext2fs_close_free(fs);
}

static void usedmap_damaged(struct usedmap_info *info, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void usedmap_damaged(struct usedmap_info *info, const char *fmt, ...)
{
	va_list ap;

	info->damaged = true;
	va_start(ap, fmt);
	vsnprintf(info->why, sizeof(info->why), fmt, ap);
	va_end(ap);
}

/* The descriptor is opened again through /proc, so that the library can have
 * its own with O_DIRECT, and a path that changes meanwhile does not matter. */
static errcode_t usedmap_open(int fd, uint64_t offset, ext2_filsys *fs)
{
	int flags = EXT2_FLAG_64BITS | EXT2_FLAG_SOFTSUPP_FEATURES;
	char path[40], options[48];
	errcode_t err;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	snprintf(options, sizeof(options), "offset=%" PRIu64, offset);
	err = ext2fs_open2(path, options, flags | EXT2_FLAG_DIRECT_IO, 0, 0, unix_io_manager, fs);
	/* tmpfs and some others know no O_DIRECT; nothing is mounted from
	 * there behind the page cache's back. */
	if (err == EINVAL)
		err = ext2fs_open2(path, options, flags, 0, 0, unix_io_manager, fs);
	return err;
}

/* Marks the used blocks of a group in @map, counts its free clusters. */
static uint64_t usedmap_group(ext2_filsys fs, dgrp_t group, struct blockmap *map)
{
	blk64_t at = ext2fs_group_first_block2(fs, group);
	blk64_t last = ext2fs_group_last_block2(fs, group);
	uint64_t free_clusters = 0;

	while (at <= last) {
		blk64_t used = last + 1, hole = last + 1;

		if (ext2fs_find_first_set_block_bitmap2(fs->block_map, at, last, &used))
			used = last + 1;
		free_clusters += EXT2FS_NUM_B2C(fs, used - at);
		if (used > last)
			break;
		if (ext2fs_find_first_zero_block_bitmap2(fs->block_map, used, last, &hole))
			hole = last + 1;
		blockmap_mark(map, used * fs->blocksize, (hole - used) * fs->blocksize);
		at = hole;
	}
	return free_clusters;
}

static bool usedmap_all_set(ext2_filsys fs, blk64_t first, blk64_t count)
{
	blk64_t hole;

	if (!first || first + count > ext2fs_blocks_count(fs->super))
		return false;
	return ext2fs_find_first_zero_block_bitmap2(fs->block_map, first, first + count - 1,
						    &hole) == ENOENT;
}

static void usedmap_groups(ext2_filsys fs, struct usedmap_info *info, struct blockmap *map)
{
	for (dgrp_t g = 0; g < fs->group_desc_count && !info->damaged; g++) {
		uint64_t want = ext2fs_bg_free_blocks_count(fs, g);
		uint64_t have = usedmap_group(fs, g, map);

		if (have != want)
			usedmap_damaged(info,
					"group %u has %" PRIu64 " free clusters in its bitmap, "
					"%" PRIu64 " in its descriptor",
					g, have, want);
		else if (!usedmap_all_set(fs, ext2fs_block_bitmap_loc(fs, g), 1) ||
			 !usedmap_all_set(fs, ext2fs_inode_bitmap_loc(fs, g), 1) ||
			 !usedmap_all_set(fs, ext2fs_inode_table_loc(fs, g),
					  fs->inode_blocks_per_group))
			usedmap_damaged(info, "group %u has metadata in blocks marked as free", g);
	}
}

static void usedmap_tail(uint64_t fs_bytes, uint64_t length, struct usedmap_info *info,
			 struct blockmap *map)
{
	uint64_t tail = length - fs_bytes;

	if (tail <= USEDMAP_TAIL_MAX) {
		blockmap_mark(map, fs_bytes, tail);
		return;
	}
	blockmap_mark(map, fs_bytes, USEDMAP_TAIL_EDGE);
	blockmap_mark(map, length - USEDMAP_TAIL_EDGE, USEDMAP_TAIL_EDGE);
	info->tail_left = tail - 2 * USEDMAP_TAIL_EDGE;
}

static void usedmap_state(ext2_filsys fs, struct usedmap_info *info)
{
	info->readable = true;
	info->needs_recovery = ext2fs_has_feature_journal_needs_recovery(fs->super);
	info->has_errors = fs->super->s_state & EXT2_ERROR_FS;
	info->unclean =
		!(fs->super->s_state & EXT2_VALID_FS) && !ext2fs_has_feature_journal(fs->super);
}

int usedmap_read(int fd, uint64_t offset, uint64_t length, struct usedmap_info *info,
		 struct blockmap **out)
{
	CLEANUP(blockmap_freep) struct blockmap *map = NULL;
	CLEANUP(usedmap_close) ext2_filsys fs = NULL;
	uint64_t blocks;
	errcode_t err;

	*out = NULL;
	*info = (struct usedmap_info){0};
	initialize_ext2_error_table();
	err = usedmap_open(fd, offset, &fs);
	if (err) {
		usedmap_damaged(info, "%s", error_message(err));
		return err == ENOMEM || err == EXT2_ET_NO_MEMORY ? -ENOMEM : 0;
	}
	usedmap_state(fs, info);
	blocks = ext2fs_blocks_count(fs->super);
	if (blocks > length / fs->blocksize) {
		usedmap_damaged(info, "the file system is larger than its partition");
		return 0;
	}
	err = ext2fs_read_block_bitmap(fs);
	if (err) {
		usedmap_damaged(info, "%s", error_message(err));
		return err == ENOMEM || err == EXT2_ET_NO_MEMORY ? -ENOMEM : 0;
	}
	map = blockmap_new(length, fs->blocksize);
	if (!map)
		return -ENOMEM;
	blockmap_mark(map, 0, ((uint64_t)fs->super->s_first_data_block + 1) * fs->blocksize);
	usedmap_groups(fs, info, map);
	if (info->damaged)
		return 0;
	usedmap_tail(blocks * fs->blocksize, length, info, map);
	*out = STEAL(map);
	return 0;
}

/* probe.h - what is on a device or a byte range of it, by libblkid's superblock probing
 *
 * The only user of libblkid. Reads, never writes.
 */
#ifndef P2V_UTIL_PROBE_H
#define P2V_UTIL_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct probe_result {
	char type[32];   /* libblkid's TYPE: "ext4", "swap", "LVM2_member"; "" unknown */
	char uuid[64];   /* "" none */
	char label[256]; /* "" none */
	char usage[16];  /* "filesystem", "raid", "crypto", "other", "" */
	char table[16];  /* partition table type by libblkid: "dos", "gpt", "sun"...; "" none */
	bool ambivalent; /* several signatures were found: do not trust the type */
};

/* Probes @length bytes at byte @offset of @fd (0: to its end). 0 or -errno. */
int probe_range(int fd, uint64_t offset, uint64_t length, struct probe_result *out);
/* The UUID that the partition table has for the partition @fd, a block device;
 * "" when there is none. */
void probe_partition_uuid(int fd, char *out, size_t size);

#endif

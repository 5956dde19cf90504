/* table_gpt.h - the GUID partition table, decoded
 *
 * UEFI specification 2.10, 5.2.3 and 5.3. Sector 1 has the header:
 *
 *    0 "EFI PART"         8 u32 revision        12 u32 header size
 *   16 u32 header CRC32  20 u32 reserved        24 u64 its own sector
 *   32 u64 backup sector 40 u64 first usable    48 u64 last usable sector
 *   56 disk GUID         72 u64 entries' sector 80 u32 number of entries
 *   84 u32 entry size    88 u32 entries' CRC32
 *
 * and an entry is
 *
 *    0 type GUID         16 its own GUID        32 u64 first  40 u64 last sector
 *   48 u64 attributes    56 name, 36 units of UTF-16LE
 *
 * The backup at the end of the disk is not looked at: the target gets its own
 * (table_convert.h).
 */
#ifndef P2V_TABLE_TABLE_GPT_H
#define P2V_TABLE_TABLE_GPT_H

#include "table/table_decode.h"

/* Offsets in a GPT header, of u64 sector numbers. */
#define TABLE_GPT_SELF    24u
#define TABLE_GPT_BACKUP  32u
#define TABLE_GPT_LAST    48u
#define TABLE_GPT_ENTRIES 72u

/* Makes a GPT header's checksum right; its length must have been checked. */
void table_gpt_seal(uint8_t *header);

/* Sector 0, the protective MBR, is the first extent already; adds header and
 * entries, and fills w->out. 0, -EINVAL for a damaged one, or -errno, with the
 * error set. */
int table_gpt_decode(struct table_work *w, const uint8_t *sector);

#endif

/* table_mbr.h - the MBR and its chain of extended boot records, decoded
 *
 * Sector 0 has four entries. One of them may be a container (types 05, 0f, 85);
 * its first sector is an EBR: a sector of the same form, with the entry of a
 * logical partition (start relative to that EBR) and the entry that leads to the
 * next EBR (start relative to the container). The kernel counts logicals from 5
 * in the order of the chain, which need not be the order on the disk, and looks
 * at all four slots of an EBR; so does this.
 */
#ifndef P2V_TABLE_TABLE_MBR_H
#define P2V_TABLE_TABLE_MBR_H

#include "table/table_decode.h"

/* Sector 0 is the first extent already; adds the EBRs, and fills w->out. 0,
 * -EINVAL for a damaged one, or -errno, with the error set. */
int table_mbr_decode(struct table_work *w, const uint8_t *sector);

#endif

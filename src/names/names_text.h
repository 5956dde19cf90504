/* names_text.h - struct names <-> the facts that fixups are given
 *
 * Two texts, a line for each disk or volume, fields separated by tabs, empty
 * ones at the end may be missing:
 *
 *   source-disks   the source's name, serial number, names below /dev ...
 *   volumes        node here or "-", the source's name of the disk, partition,
 *                  type, UUID, label, the disk's node here, PARTUUID, PARTLABEL,
 *                  names below /dev ...
 *
 * A volume's names[...] are whatever is known beyond what follows from its disk.
 */
#ifndef P2V_NAMES_NAMES_TEXT_H
#define P2V_NAMES_NAMES_TEXT_H

#include "names/names.h"

#include <stdio.h>

/* Pure: both texts, NUL-terminated and cut into pieces. Volumes get their line's
 * number as id; a gap's line (type "gap") is none. 0, -ENOMEM, or -E2BIG when there
 * are too many lines; names_release() in every case. */
int names_text_read(char *source_disks, char *volumes, struct names *out);

void names_text_write_disks(const struct names *n, FILE *out);
void names_text_write_volumes(const struct names *n, FILE *out);

#endif

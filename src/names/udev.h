/* udev.h - how udev spells what it makes links in /dev/disk of
 *
 * Pure. Formats: libblkid's blkid_encode_string() for by-label and
 * by-partlabel; udev's 60-persistent-storage.rules with ata_id, scsi_id and the
 * kernel's attributes for by-id.
 */
#ifndef P2V_NAMES_UDEV_H
#define P2V_NAMES_UDEV_H

#include <stdbool.h>
#include <stddef.h>

/* "my\x20root" is "my root". False when it does not fit, or has a NUL in it. */
bool udev_decode(const char *text, char *out, size_t size);

/* Does the name of a link in by-id, without "-partN", belong to the disk with that
 * serial number, as the kernel has it? The forms are BUS-MODEL_SERIAL (blanks are
 * underscores there), wwn-0xNUMBER and scsi-3NUMBER for "naa.NUMBER", and nvme-ID for
 * "eui.ID" and its kin. A number of less than four characters says nothing. */
bool udev_id_is(const char *link, const char *serial);

#endif

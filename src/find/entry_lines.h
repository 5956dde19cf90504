/* entry_lines.h - boot entries as lines for programs
 *
 * A line for each entry, in menu order, of these fields with a tab between them:
 *
 *   1 default  "yes" for the one that is started when nobody chooses, else "no"
 *   2 loader   the kind of configuration that it is of: grub, legacy, syslinux,
 *              bls; "kernels" where there is none; "" when not told
 *   3 config   the configuration's file
 *   4 kernel   the kernel's file
 *   5 version  as the kernel's image tells it (uname -r); "" where that is not known
 *   6 initrds  the initial RAM disks' files, with blanks between them
 *   7 cmdline  the kernel's command line
 *   8 id       the entry's, unique in the list
 *   9 title
 *
 * Files are DEVICE:/PATH, a part of one has #OFFSET+SIZE (bytes) behind it, and an
 * initrd that the kernel is to find under a name has newc:NAME: in front. DEVICE is
 * the name of the tree that it is on, "?" if that is not known.
 *
 * As in /proc/mounts, a byte that would be taken for something else is written as
 * a backslash and three octal digits: control characters and the backslash in
 * every field, in those with files also the blank (\040), and what belongs to a
 * file's name but looks like the mark of a part or of a device (\043, \072). So
 * one decoder does for all fields. A field may be empty: cut and awk -F '\t'
 * take that, the shell's read does not.
 */
#ifndef P2V_FIND_ENTRY_LINES_H
#define P2V_FIND_ENTRY_LINES_H

struct boot_list;
struct boot_entry;
struct strv;

/* The lines of all entries, each with its line end; "" for an empty list.
 * @versions: field 5 of each entry, in the order of the list; NULL: none is
 * known. Owned by the caller; NULL: out of memory. */
char *entry_lines(const struct boot_list *list, const struct strv *versions);
/* The line of @entry alone, which is an element of @list. @version as above, NULL: not
 * known. */
char *entry_lines_one(const struct boot_list *list, const struct boot_entry *entry,
		      const char *version);

#endif

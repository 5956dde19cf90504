/* menu-list.h - lists of boot entries for the tests of the menu */
#ifndef P2V_TESTS_MENU_LIST_H
#define P2V_TESTS_MENU_LIST_H

#include "bootconf/entry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline struct boot_entry *menu_list_add(struct boot_list *l, const char *id,
					       const char *title, const char *cmdline)
{
	struct boot_entry *e = boot_list_add(l);

	if (!e)
		abort();
	e->id = strdup(id);
	e->title = strdup(title);
	e->cmdline = strdup(cmdline);
	e->source = strdup("vda1:/boot/grub/grub.cfg");
	if (boot_file_set(&e->kernel, "vda1", "/boot/vmlinuz") < 0)
		abort();
	return e;
}

/* "Entry 0" to "Entry @n - 1", the second one is the default. */
static inline void menu_list_fill(struct boot_list *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char id[32], title[32];

		snprintf(id, sizeof(id), "id%zu", i);
		snprintf(title, sizeof(title), "Entry %zu", i);
		menu_list_add(l, id, title, "ro quiet")->is_default = i == 1;
	}
}

#endif

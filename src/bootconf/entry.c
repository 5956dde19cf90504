/* entry.c - see entry.h */
#include "bootconf/entry.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define BOOT_MAX_ENTRIES 4096u
#define BOOT_MAX_INITRDS 64u

struct boot_entry *boot_list_add(struct boot_list *l)
{
	struct boot_entry *grown;

	if (l->n == BOOT_MAX_ENTRIES)
		return NULL;
	grown = realloc(l->v, (l->n + 1) * sizeof(*grown));
	if (!grown)
		return NULL;
	l->v = grown;
	l->v[l->n] = (struct boot_entry){0};
	return &l->v[l->n++];
}

static void boot_file_release(struct boot_file *f)
{
	free(f->device);
	free(f->path);
	free(f->newc);
	*f = (struct boot_file){0};
}

int boot_file_set(struct boot_file *f, const char *device, const char *path)
{
	struct boot_file set = {.device = device ? strdup(device) : NULL, .path = strdup(path)};

	if (!set.path || (device && !set.device)) {
		boot_file_release(&set);
		return -ENOMEM;
	}
	boot_file_release(f);
	*f = set;
	return 0;
}

int boot_entry_add_initrd(struct boot_entry *e, const char *device, const char *path)
{
	struct boot_file *grown;
	int r;

	if (e->initrd_count == BOOT_MAX_INITRDS)
		return -E2BIG;
	grown = realloc(e->initrds, (e->initrd_count + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	e->initrds = grown;
	e->initrds[e->initrd_count] = (struct boot_file){0};
	r = boot_file_set(&e->initrds[e->initrd_count], device, path);
	if (!r)
		e->initrd_count++;
	return r;
}

void boot_entry_clear_initrds(struct boot_entry *e)
{
	for (size_t i = 0; i < e->initrd_count; i++)
		boot_file_release(&e->initrds[i]);
	free(e->initrds);
	e->initrds = NULL;
	e->initrd_count = 0;
}

void boot_entry_release(struct boot_entry *e)
{
	boot_entry_clear_initrds(e);
	boot_file_release(&e->kernel);
	boot_file_release(&e->devicetree);
	boot_file_release(&e->save.block);
	strv_release(&e->save.set);
	free(e->save.name);
	free(e->id);
	free(e->title);
	free(e->cmdline);
	free(e->source);
	*e = (struct boot_entry){0};
}

void boot_list_release(struct boot_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		boot_entry_release(&l->v[i]);
	free(l->v);
	strv_release(&l->warnings);
	*l = (struct boot_list){0};
}

/* Is @id the file name of a boot loader entry, and @what the same without its
 * suffix, or the other way round? GRUB leaves it out, systemd-boot does not. */
static bool boot_id_matches_bare(const char *id, const char *what)
{
	size_t n = strlen(id), m = strlen(what), shorter = n < m ? n : m;
	const char *rest = n < m ? what + shorter : id + shorter;

	return !strncmp(id, what, shorter) && (!strcmp(rest, ".conf") || !strcmp(rest, ".efi"));
}

const struct boot_entry *boot_list_find(const struct boot_list *l, const char *what)
{
	uint64_t number;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id && !strcmp(l->v[i].id, what))
			return &l->v[i];
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id && boot_id_matches_bare(l->v[i].id, what))
			return &l->v[i];
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].title && !strcmp(l->v[i].title, what))
			return &l->v[i];
	if (l->n && text_to_u64(what, 0, l->n - 1, &number))
		return &l->v[number];
	return NULL;
}

const struct boot_entry *boot_list_default(const struct boot_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].is_default)
			return &l->v[i];
	return l->n ? &l->v[0] : NULL;
}

char *boot_file_text(const struct boot_file *f)
{
	char *text, part[48] = "";

	if (f->offset || f->size)
		snprintf(part, sizeof(part), "#%" PRIu64 "+%" PRIu64, f->offset, f->size);
	return asprintf(&text, "%s%s%s%s:%s%s", f->newc ? "newc:" : "", f->newc ? f->newc : "",
			f->newc ? ":" : "", f->device ? f->device : "?", f->path, part) < 0
		       ? NULL
		       : text;
}

static void boot_file_to_json(struct jdoc *o, const char *key, const struct boot_file *f)
{
	CLEANUP_FREE char *text = f->path ? boot_file_text(f) : NULL;

	jdoc_set_str(o, key, text);
}

static struct jdoc *boot_entry_to_json(const struct boot_entry *e)
{
	struct jdoc *o = jdoc_object(), *initrds = jdoc_array();

	jdoc_set_str(o, "id", e->id);
	jdoc_set_str(o, "title", e->title);
	boot_file_to_json(o, "kernel", &e->kernel);
	for (size_t i = 0; i < e->initrd_count; i++) {
		CLEANUP_FREE char *text = boot_file_text(&e->initrds[i]);

		jdoc_add_str(initrds, text ? text : "?");
	}
	jdoc_set(o, "initrd", initrds);
	boot_file_to_json(o, "devicetree", &e->devicetree);
	jdoc_set_str(o, "cmdline", e->cmdline ? e->cmdline : "");
	jdoc_set_bool(o, "default", e->is_default);
	jdoc_set_str(o, "source", e->source);
	jdoc_set_str(o, "reader", e->reader);
	if (e->is_other)
		jdoc_set_bool(o, "other", true);
	return o;
}

struct jdoc *boot_list_to_json(const struct boot_list *l)
{
	struct jdoc *a = jdoc_array();

	for (size_t i = 0; i < l->n; i++)
		jdoc_add(a, boot_entry_to_json(&l->v[i]));
	return a;
}

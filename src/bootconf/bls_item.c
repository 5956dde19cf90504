/* bls_item.c - see bls_item.h */
#include "bootconf/bls_item.h"
#include "util/cleanup.h"
#include "util/text.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static void bls_item_release(struct bls_item *i)
{
	free(i->id);
	free(i->stem);
	free(i->title);
	free(i->version);
	free(i->show_version);
	free(i->machine_id);
	free(i->sort_key);
	boot_entry_release(&i->entry);
	*i = (struct bls_item){0};
}

void bls_items_release(struct bls_items *b)
{
	for (size_t i = 0; i < b->n; i++)
		bls_item_release(&b->v[i]);
	free(b->v);
	strv_release(&b->vars);
}

void bls_item_warn(struct bls_items *b, size_t device, const char *path, unsigned line,
		   const char *fmt, ...)
{
	char text[512], safe[600], number[16] = "";
	va_list ap;

	if (b->warned++ >= BLS_ITEM_MAX_WARN)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (line)
		snprintf(number, sizeof(number), ":%u", line);
	strv_addf(&b->list->warnings, "%s:%s%s: %s", b->facts->devices[device].name, path, number,
		  text_printable(text, safe, sizeof(safe)));
}

struct bls_item *bls_item_add(struct bls_items *b)
{
	struct bls_item *grown = realloc(b->v, (b->n + 1) * sizeof(*grown));

	if (!grown)
		return NULL;
	b->v = grown;
	b->v[b->n] = (struct bls_item){.number = b->n};
	return &b->v[b->n++];
}

void bls_item_drop_last(struct bls_items *b)
{
	bls_item_release(&b->v[--b->n]);
}

bool bls_item_charge(struct bls_items *b, const struct bls_place *p, const char *path)
{
	if (b->files < BLS_ITEM_MAX && b->bytes < BLS_ITEM_MAX_BYTES) {
		b->files++;
		return true;
	}
	if (b->files == BLS_ITEM_MAX || b->bytes >= BLS_ITEM_MAX_BYTES)
		bls_item_warn(
			b, p->device, path, 0,
			"there are too many entries: this one and those behind it are left out");
	b->files = BLS_ITEM_MAX + 1;
	b->bytes = 0;
	return false;
}

char *bls_item_join(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

static bool bls_item_is_file(const struct bls_items *b, size_t device, const char *path)
{
	return b->facts->stat(b->facts->ctx, device, path, NULL) == READER_REGULAR;
}

/* Paths are from the partition's root. Where the boot partition is mounted in
 * the tree that we look at, that is the mount point; where /boot is a plain
 * directory, GRUB's entries say so themselves; and zipl's entries say /boot
 * even on a /boot that is a partition. */
int bls_item_find_file(const struct bls_items *b, const struct bls_place *p, const char *value,
		       char **out)
{
	CLEANUP_FREE char *path = NULL;
	size_t prefix = strlen(p->prefix);

	if (asprintf(&path, "%s/%s", p->prefix, value + strspn(value, "/\\")) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	/* EFI's own way to write a path */
	if (*value == '\\')
		for (char *c = path + prefix; *c; c++)
			*c = *c == '\\' ? '/' : *c;
	if (!bls_item_is_file(b, p->device, path))
		memmove(path, path + prefix, strlen(path + prefix) + 1);
	if (!bls_item_is_file(b, p->device, path) && !strncmp(path, "/boot/", 6))
		memmove(path, path + 5, strlen(path + 5) + 1);
	if (!bls_item_is_file(b, p->device, path))
		return 1;
	*out = STEAL(path);
	return 0;
}

/* Titles that occur more than once get more words, as systemd-boot does it. */
static const char *bls_item_more(const struct bls_item *i, unsigned stage)
{
	switch (stage) {
	case 0:
		return i->show_version ? i->show_version : i->version;
	case 1:
		return i->machine_id;
	default:
		return i->id;
	}
}

static int bls_item_name_apart(struct bls_items *b, unsigned stage)
{
	CLEANUP_FREE bool *same = calloc(b->n + 1, sizeof(*same));

	if (!same)
		return -ENOMEM;
	for (size_t i = 0; i < b->n; i++)
		for (size_t k = i + 1; k < b->n; k++)
			if (!strcmp(b->v[i].title, b->v[k].title))
				same[i] = same[k] = true;
	for (size_t i = 0; i < b->n; i++) {
		const char *more = bls_item_more(&b->v[i], stage);
		char *title;

		if (!same[i] || !more)
			continue;
		if (asprintf(&title, "%s (%s)", b->v[i].title, more) < 0)
			return -ENOMEM;
		free(b->v[i].title);
		b->v[i].title = title;
	}
	return 0;
}

static bool bls_item_id_taken(const struct boot_list *l, const char *id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].id && !strcmp(l->v[i].id, id))
			return true;
	return false;
}

/* Numbered by their places in the list, so that many of one name cost little. */
static int bls_item_unique_id(const struct boot_list *l, char **id)
{
	CLEANUP_FREE char *first = strdup(*id);

	for (size_t n = l->n + 1; first && bls_item_id_taken(l, *id); n++) {
		char *next;

		if (asprintf(&next, "%s#%zu", first, n) < 0)
			return -ENOMEM;
		free(*id);
		*id = next;
	}
	return first ? 0 : -ENOMEM;
}

int bls_item_finish(struct bls_items *b)
{
	int r = 0;

	for (unsigned stage = 0; stage < 3 && !r; stage++)
		r = bls_item_name_apart(b, stage);
	for (size_t i = 0; i < b->n && !r; i++) {
		struct boot_entry *e;

		r = bls_item_unique_id(b->list, &b->v[i].id);
		if (r)
			break;
		e = boot_list_add(b->list);
		if (!e) {
			strv_addf(&b->list->warnings,
				  "there are too many boot entries: %s and "
				  "those behind it are left out",
				  b->v[i].entry.source);
			break;
		}
		*e = b->v[i].entry;
		b->v[i].entry = (struct boot_entry){0};
		e->id = STEAL(b->v[i].id);
		e->title = STEAL(b->v[i].title);
	}
	return r;
}

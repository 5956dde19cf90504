/* bls_type1.c - see bls_type1.h */
#include "bootconf/bls_type1.h"
#include "bootconf/bls_conf.h"
#include "bootconf/bls_name.h"
#include "bootconf/bls_type2.h"
#include "bootconf/grub/grub_envblk.h"
#include "util/cleanup.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static const char *const bls_type1_keys[] = {
	"title",   "version",    "machine-id",         "sort-key",   "linux",       "initrd",
	"options", "devicetree", "architecture",       "efi",        "uki",         "profile",
	"id",      "grub_users", "grub_arg",           "grub_class", "grub_hotkey", "uki-url",
	"extra",   "tries-left", "devicetree-overlay",
};

/* One entry while it is read. */
struct bls_type1 {
	struct bls_items *b;
	const struct bls_place *place;
	const char *path;
	struct bls_conf conf;
	struct bls_item *item;
	bool unusable; /* left out, a warning has said why */
};

__attribute__((format(printf, 3, 4))) static void
bls_type1_refuse(struct bls_type1 *t, const struct bls_pair *at, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	t->unusable = true;
	bls_item_warn(t->b, t->place->device, t->path, at ? at->line : 0,
		      "%s, so the entry is left out", text);
}

static void bls_type1_take_var(void *ctx, const char *name, const char *value)
{
	strv_addf(ctx, "%s=%s", name, value);
}

static bool bls_type1_read_block(struct bls_items *b, size_t device, const char *path)
{
	CLEANUP_FREE char *text = NULL;
	size_t len;

	return b->facts->read(b->facts->ctx, device, path, BLS_CONF_MAX_FILE, &text, &len) == 0 &&
	       grub_envblk_read(text, len, bls_type1_take_var, &b->vars);
}

/* GRUB's environment block, where Fedora and RHEL have it. */
static int bls_type1_vars(struct bls_items *b, const struct bls_place *p)
{
	static const char *const files[] = {"grub2/grubenv", "grub/grubenv"};
	CLEANUP_FREE char *efi = bls_item_join(p->prefix, "EFI");
	CLEANUP(strv_release) struct strv vendors = {0};

	if (b->vars_read)
		return 0;
	b->vars_read = true;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		CLEANUP_FREE char *path = bls_item_join(p->prefix, files[i]);

		if (!path)
			return -ENOMEM;
		if (bls_type1_read_block(b, p->device, path))
			return 0;
	}
	if (!efi)
		return -ENOMEM;
	b->facts->list(b->facts->ctx, p->device, efi, &vendors);
	for (size_t i = 0; i < vendors.n; i++) {
		CLEANUP_FREE char *path = NULL;

		if (asprintf(&path, "%s/%s/grubenv", efi, vendors.v[i]) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		if (bls_type1_read_block(b, p->device, path))
			return 0;
	}
	return 0;
}

static const char *bls_type1_var(const struct bls_items *b, const char *name, size_t len)
{
	for (size_t i = b->vars.n; i; i--)
		if (!strncmp(b->vars.v[i - 1], name, len) && b->vars.v[i - 1][len] == '=')
			return b->vars.v[i - 1] + len + 1;
	return NULL;
}

static size_t bls_type1_var_span(const char *s)
{
	return strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");
}

/* What stands for a variable: NULL, it is no variable of GRUB's but plain text. */
static const char *bls_type1_value(struct bls_type1 *t, const struct bls_pair *at, const char *name,
				   size_t len)
{
	const char *value = bls_type1_var(t->b, name, len);

	if (value)
		return value;
	if (len == 10 && !strncmp(name, "kernelopts", len)) {
		bls_type1_refuse(t, at, "$kernelopts is not in GRUB's environment block");
		return "";
	}
	return !strncmp(name, "tuned_", 6) && len > 6 ? "" : NULL;
}

/* @value with GRUB's variables replaced; owned. */
static char *bls_type1_expand(struct bls_type1 *t, const struct bls_pair *at)
{
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);

	if (!f)
		return NULL;
	for (const char *s = at->value; *s;) {
		bool brace = s[0] == '$' && s[1] == '{';
		const char *name = s + 1 + brace, *value;
		size_t len = *s == '$' ? bls_type1_var_span(name) : 0;

		if (brace && name[len] != '}')
			len = 0;
		value = len ? bls_type1_value(t, at, name, len) : NULL;
		if (value) {
			fputs(value, f);
			s = name + len + brace;
		} else {
			fputc(*s++, f);
		}
	}
	if (fclose(f) != 0) {
		free(out);
		return NULL;
	}
	return out;
}

/* All options lines in one. */
static int bls_type1_options(struct bls_type1 *t, char **line)
{
	const struct bls_conf *c = &t->conf;

	for (const struct bls_pair *p = bls_conf_next(c, "options", 0); p;
	     p = bls_conf_next(c, "options", (size_t)(p - c->v) + 1)) {
		CLEANUP_FREE char *value = bls_type1_expand(t, p);
		const char *words;
		char *joined;

		if (!value)
			return -ENOMEM;
		words = bls_conf_trim(value);
		if (!*words)
			continue;
		if (asprintf(&joined, "%s%s%s", *line ? *line : "", *line ? " " : "", words) < 0)
			return -ENOMEM;
		free(*line);
		*line = joined;
	}
	return 0;
}

static int bls_type1_file(struct bls_type1 *t, const struct bls_pair *at, const char *value,
			  char **path)
{
	int r = bls_item_find_file(t->b, t->place, value, path);

	if (r > 0)
		bls_type1_refuse(t, at, "%.300s does not exist", value);
	return r < 0 ? r : 0;
}

static int bls_type1_initrd(struct bls_type1 *t, const struct bls_pair *at)
{
	const char *device = t->b->facts->devices[t->place->device].name;
	CLEANUP_FREE char *value = bls_type1_expand(t, at);
	char *state = NULL;
	int r = 0;

	if (!value)
		return -ENOMEM;
	/* RHEL's tuned has two files on one line. */
	for (char *w = strtok_r(value, " \t", &state); w && !r && !t->unusable;
	     w = strtok_r(NULL, " \t", &state)) {
		CLEANUP_FREE char *path = NULL;

		r = bls_type1_file(t, at, w, &path);
		if (!r && path)
			r = boot_entry_add_initrd(&t->item->entry, device, path);
		if (r == -E2BIG) {
			bls_type1_refuse(t, at, "there are too many initrds");
			r = 0;
		}
	}
	return r;
}

/* The files of a kernel that is not in a unified image. */
static int bls_type1_files(struct bls_type1 *t, const char *kernel)
{
	const char *device = t->b->facts->devices[t->place->device].name;
	const struct bls_conf *c = &t->conf;
	const struct bls_pair *tree = bls_conf_next(c, "devicetree", 0);
	struct boot_entry *e = &t->item->entry;
	int r = boot_file_set(&e->kernel, device, kernel);

	for (const struct bls_pair *p = bls_conf_next(c, "initrd", 0); p && !r && !t->unusable;
	     p = bls_conf_next(c, "initrd", (size_t)(p - c->v) + 1))
		r = bls_type1_initrd(t, p);
	if (!r && tree && !t->unusable) {
		CLEANUP_FREE char *path = NULL;

		r = bls_type1_file(t, tree, tree->value, &path);
		if (!r && path)
			r = boot_file_set(&e->devicetree, device, path);
	}
	return r;
}

/* EFI's names of architectures, as the specification has them. */
static bool bls_type1_runs_here(const struct bls_type1 *t)
{
	static const char *const names[][2] = {
		{"x86_64", "x64"},
		{"i386", "ia32"},
		{"i486", "ia32"},
		{"i586", "ia32"},
		{"i686", "ia32"},
		{"aarch64", "aa64"},
		{"armv7l", "arm"},
		{"armv6l", "arm"},
		{"ia64", "ia64"},
		{"riscv64", "riscv64"},
		{"loongarch64", "loongarch64"},
	};
	const char *wanted = bls_conf_last(&t->conf, "architecture");

	for (size_t i = 0; wanted && i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(t->b->facts->machine, names[i][0]))
			return !strcasecmp(wanted, names[i][1]);
	return true;
}

static int bls_type1_copy(const struct bls_conf *c, const char *key, char **out)
{
	const char *value = bls_conf_last(c, key);
	char *copy;

	if (!value)
		return 0;
	copy = strdup(value);
	if (!copy)
		return -ENOMEM;
	free(*out);
	*out = copy;
	return 0;
}

/* What the file says about the entry, beside its files. */
static int bls_type1_about(struct bls_type1 *t)
{
	struct bls_item *i = t->item;
	const char *file = strrchr(t->path, '/') + 1;
	CLEANUP(bls_name_release) struct bls_name name;
	char *line = NULL;
	int r;

	if (!bls_name_parse(file, ".conf", &name))
		return -ENOMEM;
	free(i->id);
	free(i->stem);
	i->stem = strdup(name.id);
	i->id = STEAL(name.id);
	i->bad = name.counted && !name.left;
	i->left = name.left;
	i->done = name.done;
	r = i->stem ? bls_type1_copy(&t->conf, "title", &i->title) : -ENOMEM;
	if (!r && !i->title)
		r = (i->title = strdup(i->id)) ? 0 : -ENOMEM;
	if (!r)
		r = bls_type1_copy(&t->conf, "version", &i->version);
	if (!r)
		r = bls_type1_copy(&t->conf, "machine-id", &i->machine_id);
	if (!r)
		r = bls_type1_copy(&t->conf, "sort-key", &i->sort_key);
	if (!r)
		r = bls_type1_options(t, &line);
	if (r < 0) {
		free(line);
		return r;
	}
	/* Options replace what a unified image has of its own. */
	if (line || !i->entry.cmdline) {
		free(i->entry.cmdline);
		i->entry.cmdline = line ? line : strdup("");
	}
	free(i->entry.source);
	if (asprintf(&i->entry.source, "%s:%s", t->b->facts->devices[t->place->device].name,
		     t->path) < 0)
		i->entry.source = NULL;
	return i->entry.cmdline && i->entry.source ? 0 : -ENOMEM;
}

/* @at: the key that names the kernel, perhaps a unified kernel image. */
static int bls_type1_kernel(struct bls_type1 *t, const struct bls_pair *at)
{
	const char *number = bls_conf_last(&t->conf, "profile");
	unsigned long profile = number ? strtoul(number, NULL, 10) : 0;
	CLEANUP_FREE char *path = NULL;
	struct err_text why = {0};
	struct pe_image image;
	int r = bls_type1_file(t, at, at->value, &path);

	if (r < 0 || !path)
		return r;
	r = uki_open(t->b->facts, t->place->device, path, &image, &why);
	if (!r && profile < uki_profiles(&image)) {
		r = bls_type2_add(t->b, t->place, path, &image, (unsigned)profile, &t->item, &why);
		if (r < 0 && r != -ENOMEM) {
			bls_type1_refuse(t, at, "%.200s: %.150s", at->value, why.text);
			r = 0;
		}
		return r;
	}
	if (!r || strcmp(at->key, "linux") != 0) {
		bls_type1_refuse(t, at, "%.300s is not a Linux kernel", at->value);
		return 0;
	}
	t->item = bls_item_add(t->b);
	return t->item ? bls_type1_files(t, path) : -ENOMEM;
}

static void bls_type1_unknown(struct bls_type1 *t)
{
	for (size_t i = 0; i < t->conf.n; i++) {
		const struct bls_pair *p = &t->conf.v[i];
		bool known = false;

		for (size_t k = 0; k < sizeof(bls_type1_keys) / sizeof(bls_type1_keys[0]); k++)
			known = known || !strcmp(p->key, bls_type1_keys[k]);
		if (!known)
			bls_item_warn(t->b, t->place->device, t->path, p->line, "unknown key %.60s",
				      p->key);
		else if (!strcmp(p->key, "devicetree-overlay"))
			bls_item_warn(t->b, t->place->device, t->path, p->line,
				      "device tree overlays are not applied");
	}
}

static int bls_type1_parsed(struct bls_type1 *t)
{
	const struct bls_pair *at = bls_conf_next(&t->conf, "linux", 0);
	size_t before = t->b->n;
	int r;

	if (!bls_type1_runs_here(t))
		return 0;
	bls_type1_unknown(t);
	at = at ? at : bls_conf_next(&t->conf, "uki", 0);
	at = at ? at : bls_conf_next(&t->conf, "efi", 0);
	if (!at) {
		bls_type1_refuse(t, NULL, "it names no kernel");
		return 0;
	}
	r = bls_type1_vars(t->b, t->place);
	if (!r)
		r = bls_type1_kernel(t, at);
	if (!r && t->item && !t->unusable)
		r = bls_type1_about(t);
	if ((r < 0 || t->unusable) && t->b->n > before)
		bls_item_drop_last(t->b);
	return r;
}

int bls_type1_read(struct bls_items *b, const struct bls_place *p, const char *path)
{
	struct bls_type1 t = {.b = b, .place = p, .path = path};
	char *text = NULL;
	size_t len;
	int r;

	if (!bls_item_charge(b, p, path))
		return 0;
	r = b->facts->read(b->facts->ctx, p->device, path, BLS_CONF_MAX_FILE, &text, &len);
	if (r < 0) {
		if (r != -ENOMEM)
			bls_item_warn(b, p->device, path, 0, "cannot be read: %s",
				      r == -EFBIG ? "it is too large" : strerror(-r));
		return r == -ENOMEM ? r : 0;
	}
	b->bytes += len;
	r = bls_conf_parse(text, BLS_UAPI, &t.conf);
	if (r == -E2BIG) {
		bls_item_warn(b, p->device, path, 0, "is left out: it has too many lines");
		return 0;
	}
	if (!r)
		r = bls_type1_parsed(&t);
	bls_conf_release(&t.conf);
	return r;
}

int bls_type1_dir(struct bls_items *b, const struct bls_place *p)
{
	CLEANUP(strv_release) struct strv names = {0};
	CLEANUP_FREE char *dir = bls_item_join(p->prefix, "loader/entries");
	int r = dir ? b->facts->list(b->facts->ctx, p->device, dir, &names) : -ENOMEM;

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < names.n && !r; i++) {
		CLEANUP_FREE char *path = bls_item_join(dir, names.v[i]);
		size_t len = strlen(names.v[i]);

		if (!path)
			return -ENOMEM;
		if (len > 5 && !strcasecmp(names.v[i] + len - 5, ".conf"))
			r = bls_type1_read(b, p, path);
	}
	return r;
}

/* uki.c - see uki.h */
#include "bootconf/uki.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define UKI_MAX_TEXT   ((size_t)64 << 10) /* of one text section */
#define UKI_MAX_ADDONS 64u                /* files beside one image */
#define UKI_MAX_WARN   200u               /* in the caller's list, then no more */

static const struct pe_section *uki_find(const struct pe_image *image, size_t from, size_t to,
					 const char *name)
{
	for (size_t i = from; i < to && i < image->n; i++)
		if (!strcmp(image->v[i].name, name))
			return &image->v[i];
	return NULL;
}

/* Where the @number-th .profile section is; image->n when there is none. */
static size_t uki_profile_at(const struct pe_image *image, unsigned number)
{
	for (size_t i = 0; i < image->n; i++)
		if (!strcmp(image->v[i].name, ".profile") && !number--)
			return i;
	return image->n;
}

/* The section that counts in this profile. */
static const struct pe_section *uki_section(const struct pe_image *image, unsigned profile,
					    const char *name)
{
	size_t base = uki_profile_at(image, 0), from = uki_profile_at(image, profile);
	const struct pe_section *s = NULL;

	if (from < image->n)
		s = uki_find(image, from, uki_profile_at(image, profile + 1), name);
	return s ? s : uki_find(image, 0, base, name);
}

int uki_open(const struct reader_facts *facts, size_t device, const char *path,
	     struct pe_image *image, struct err_text *why)
{
	int r = pe_read(facts, device, path, image, why);

	if (r < 0)
		return r;
	if (!uki_find(image, 0, image->n, ".linux"))
		return err_set(why, -ENOEXEC, "has no .linux section: not a unified kernel image");
	return 0;
}

unsigned uki_profiles(const struct pe_image *image)
{
	unsigned n = 0;

	while (n < UKI_MAX_PROFILES && uki_profile_at(image, n) < image->n)
		n++;
	return n ? n : 1;
}

/* A text section; 0 with *out NULL when it is missing. */
static int uki_text(const struct reader_facts *facts, size_t device, const char *path,
		    const struct pe_section *s, char **out, struct err_text *why)
{
	CLEANUP_FREE void *data = NULL;
	int r;

	*out = NULL;
	if (!s)
		return 0;
	if (s->size > UKI_MAX_TEXT)
		return err_set(why, -ENOEXEC, "the section %s is too large", s->name);
	if (s->size) {
		r = facts->read_at(facts->ctx, device, path, s->offset, (size_t)s->size, &data);
		if (r < 0)
			return err_set(why, r, "the section %s cannot be read: %s", s->name,
				       strerror(-r));
	}
	*out = strndup(data ? data : "", (size_t)s->size);
	return *out ? 0 : -ENOMEM;
}

char *uki_osrel_get(const char *osrel, const char *key)
{
	size_t len = strlen(key);
	char *value, *out;

	for (const char *line = osrel; *line; line += strspn(line, "\r\n")) {
		const char *p = line + strspn(line, " \t");
		size_t n = strcspn(p, "\r\n");
		char quote;

		line = p + n;
		if (n <= len || strncmp(p, key, len) != 0 || p[len] != '=')
			continue;
		value = strndup(p + len + 1, n - len - 1);
		if (!value)
			return NULL;
		quote = *value == '"' || *value == '\'' ? *value : '\0';
		out = value;
		for (const char *from = value + (quote != 0); *from && *from != quote; from++) {
			if (*from == '\\' && quote != '\'' && from[1])
				from++;
			*out++ = *from;
		}
		while (!quote && out > value && strchr(" \t", out[-1]))
			out--;
		*out = '\0';
		return value;
	}
	return NULL;
}

/* The first of these keys that has a value. */
static char *uki_osrel_pick(const char *osrel, const char *const *keys)
{
	for (; *keys; keys++) {
		char *value = uki_osrel_get(osrel, *keys);

		if (value && *value)
			return value;
		free(value);
	}
	return NULL;
}

/* As the stub hands it over: control characters are blanks, none at the end. */
static void uki_clean_line(char *line)
{
	size_t n = strlen(line);

	for (size_t i = 0; i < n; i++)
		if ((unsigned char)line[i] < ' ')
			line[i] = ' ';
	while (n && line[n - 1] == ' ')
		line[--n] = '\0';
}

/* The same names in the same order as systemd-boot's. */
static void uki_take_osrel(struct uki *u, const char *osrel)
{
	static const char *const names[] = {"PRETTY_NAME", "IMAGE_ID", "NAME", "ID", NULL};
	static const char *const versions[] = {"IMAGE_VERSION", "VERSION", "VERSION_ID", "BUILD_ID",
					       NULL};
	static const char *const keys[] = {"IMAGE_ID", "ID", NULL};

	u->name = uki_osrel_pick(osrel, names);
	u->version = uki_osrel_pick(osrel, versions);
	u->sort_key = uki_osrel_pick(osrel, keys);
}

static void uki_take_profile(struct uki *u, const char *text)
{
	static const char *const titles[] = {"TITLE", "ID", NULL};

	u->profile = uki_osrel_pick(text, titles);
}

static struct pe_section uki_slice(const struct pe_image *image, unsigned profile, const char *name)
{
	const struct pe_section *s = uki_section(image, profile, name);

	return s ? *s : (struct pe_section){0};
}

int uki_read(const struct reader_facts *facts, size_t device, const char *path,
	     const struct pe_image *image, unsigned profile, struct uki *out, struct err_text *why)
{
	CLEANUP(uki_release) struct uki u = {0};
	CLEANUP_FREE char *osrel = NULL, *about = NULL;
	const struct pe_section *own = NULL;
	size_t at = uki_profile_at(image, profile);
	int r;

	if (at < image->n)
		own = &image->v[at];
	u.kernel = uki_slice(image, profile, ".linux");
	u.initrd = uki_slice(image, profile, ".initrd");
	u.ucode = uki_slice(image, profile, ".ucode");
	u.devicetree = uki_slice(image, profile, ".dtb");
	if (!u.kernel.size)
		return err_set(why, -ENOEXEC, "its .linux section is missing or empty");
	r = uki_text(facts, device, path, uki_section(image, profile, ".osrel"), &osrel, why);
	if (!r)
		r = uki_text(facts, device, path, uki_section(image, profile, ".uname"), &u.uname,
			     why);
	if (!r)
		r = uki_text(facts, device, path, uki_section(image, profile, ".cmdline"),
			     &u.cmdline, why);
	if (!r)
		r = uki_text(facts, device, path, own, &about, why);
	if (r < 0)
		return r;
	if (u.cmdline)
		uki_clean_line(u.cmdline);
	if (u.uname)
		uki_clean_line(u.uname);
	uki_take_osrel(&u, osrel ? osrel : "");
	uki_take_profile(&u, about ? about : "");
	*out = u;
	u = (struct uki){0};
	return 0;
}

void uki_release(struct uki *u)
{
	free(u->name);
	free(u->version);
	free(u->sort_key);
	free(u->uname);
	free(u->cmdline);
	free(u->profile);
	*u = (struct uki){0};
}

static int uki_add_initrd(struct boot_entry *e, const char *device, const char *path,
			  const struct pe_section *s)
{
	int r = s->size ? boot_entry_add_initrd(e, device, path) : 0;

	if (!r && s->size) {
		e->initrds[e->initrd_count - 1].offset = s->offset;
		e->initrds[e->initrd_count - 1].size = s->size;
	}
	return r;
}

static int uki_append_line(char **line, const char *more)
{
	char *joined;

	if (!more || !*more)
		return 0;
	if (asprintf(&joined, "%s%s%s", *line, **line ? " " : "", more) < 0)
		return -ENOMEM;
	free(*line);
	*line = joined;
	return 0;
}

/* What goes behind the image's own initrd, and what before everything. */
struct uki_addons {
	const struct reader_facts *facts;
	size_t device;
	struct boot_entry *entry; /* its initrds: those that go behind */
	struct boot_entry early;  /* its initrds: microcode, the last addon's first */
	char *cmdline;
	size_t seen;
	struct strv *warnings;
};

static int uki_addon_warn(const struct uki_addons *a, const char *path, const char *what,
			  const char *why)
{
	if (a->warnings->n >= UKI_MAX_WARN)
		return 0;
	return strv_addf(a->warnings, "%s:%s: %s%s", a->facts->devices[a->device].name, path, what,
			 why);
}

static int uki_addon(struct uki_addons *a, const char *path)
{
	const char *name = a->facts->devices[a->device].name;
	CLEANUP(uki_release) struct uki u = {0};
	struct err_text why = {0};
	struct pe_image image;
	int r = pe_read(a->facts, a->device, path, &image, &why);

	/* An addon is a unified kernel image without the kernel. */
	if (!r && !pe_runs_on(&image, a->facts->machine))
		return 0;
	if (!r)
		r = uki_text(a->facts, a->device, path, uki_find(&image, 0, image.n, ".cmdline"),
			     &u.cmdline, &why);
	if (r < 0)
		return r == -ENOMEM ? r
				    : uki_addon_warn(a, path, "the addon is left out: ", why.text);
	u.initrd = uki_slice(&image, 0, ".initrd");
	u.ucode = uki_slice(&image, 0, ".ucode");
	if (uki_find(&image, 0, image.n, ".dtb"))
		uki_addon_warn(a, path, "a device tree in an addon is not applied", "");
	if (u.cmdline)
		uki_clean_line(u.cmdline);
	r = uki_append_line(&a->cmdline, u.cmdline);
	if (!r)
		r = uki_add_initrd(a->entry, name, path, &u.initrd);
	return r ? r : uki_add_initrd(&a->early, name, path, &u.ucode);
}

static int uki_addon_dir(struct uki_addons *a, const char *dir)
{
	CLEANUP(strv_release) struct strv names = {0};
	int r = 0;

	if (a->facts->stat(a->facts->ctx, a->device, dir, NULL) != READER_DIRECTORY ||
	    a->facts->list(a->facts->ctx, a->device, dir, &names) < 0)
		return 0;
	for (size_t i = 0; i < names.n && a->seen++ < UKI_MAX_ADDONS && !r; i++) {
		size_t len = strlen(names.v[i]);
		CLEANUP_FREE char *path = NULL;

		if (asprintf(&path, "%s/%s", dir, names.v[i]) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		if (len > 10 && !strcmp(names.v[i] + len - 10, ".addon.efi"))
			r = uki_addon(a, path);
		else
			r = uki_addon_warn(a, path, "is not handed to the kernel", "");
	}
	return r;
}

static int uki_all_addons(struct uki_addons *a, const char *path)
{
	const char *efi = strstr(path, "/EFI/");
	CLEANUP_FREE char *own = NULL, *common = NULL;
	int r;

	if (asprintf(&own, "%s.extra.d", path) < 0) {
		own = NULL;
		return -ENOMEM;
	}
	if (efi && asprintf(&common, "%.*s/loader/addons", (int)(efi - path), path) < 0) {
		common = NULL;
		return -ENOMEM;
	}
	r = common ? uki_addon_dir(a, common) : 0;
	return r ? r : uki_addon_dir(a, own);
}

static void uki_release_addons(struct uki_addons *a)
{
	boot_entry_release(&a->early);
	free(a->cmdline);
}

/* Microcode first: the last addon's, ..., the image's own. */
static int uki_early_initrds(const struct uki_addons *a, const char *name, const char *path,
			     const struct uki *u, struct boot_entry *e)
{
	int r = 0;

	for (size_t i = a->early.initrd_count; i && !r; i--) {
		const struct boot_file *f = &a->early.initrds[i - 1];
		const struct pe_section s = {.offset = f->offset, .size = f->size};

		r = uki_add_initrd(e, f->device, f->path, &s);
	}
	return r ? r : uki_add_initrd(e, name, path, &u->ucode);
}

int uki_to_entry(const struct reader_facts *facts, size_t device, const char *path,
		 const struct uki *u, struct boot_entry *e, struct strv *warnings)
{
	const char *name = facts->devices[device].name;
	CLEANUP(boot_entry_release) struct boot_entry late = {0};
	CLEANUP(uki_release_addons)
	struct uki_addons a = {.facts = facts,
			       .device = device,
			       .entry = &late,
			       .cmdline = strdup(u->cmdline ? u->cmdline : ""),
			       .warnings = warnings};
	int r = a.cmdline ? uki_all_addons(&a, path) : -ENOMEM;

	if (!r)
		r = boot_file_set(&e->kernel, name, path);
	if (!r)
		r = uki_early_initrds(&a, name, path, u, e);
	if (!r)
		r = uki_add_initrd(e, name, path, &u->initrd);
	for (size_t i = 0; i < late.initrd_count && !r; i++) {
		const struct pe_section s = {.offset = late.initrds[i].offset,
					     .size = late.initrds[i].size};

		r = uki_add_initrd(e, late.initrds[i].device, late.initrds[i].path, &s);
	}
	if (!r && u->devicetree.size)
		r = boot_file_set(&e->devicetree, name, path);
	if (r < 0)
		return r;
	e->kernel.offset = u->kernel.offset;
	e->kernel.size = u->kernel.size;
	e->devicetree.offset = u->devicetree.offset;
	e->devicetree.size = u->devicetree.size;
	free(e->cmdline);
	e->cmdline = STEAL(a.cmdline);
	return 0;
}

/* initramfs_content.c - see initramfs_content.h */
#include "initramfs/initramfs_content.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define INITRAMFS_CONTENT_BUILTIN ((size_t)1 << 20) /* bytes of a modules.builtin */

/* The signs by which a generator is told. */
enum {
	SIGN_TOOLS = 1,
	SIGN_DRACUT = 2,
	SIGN_MKINITCPIO_FUNCTIONS = 4,
	SIGN_MKINITCPIO_CONFIG = 8,
	SIGN_MKINITRD = 16,
};

struct initramfs_content_reader {
	struct initramfs_content *out;
	int (*member)(void *ctx, struct initramfs_member *m);
	void *ctx;
	unsigned signs;
	size_t members;
	bool lib, usr_lib; /* something lies below it */
	struct err_text why;
};

/* @len bytes that are a version as below /lib/modules. */
static bool initramfs_content_is_version(const char *s, size_t len)
{
	if (!len || len > 255 || *s == '.')
		return false;
	while (len--) {
		if (!isalnum((unsigned char)*s) && !strchr("._+~-", *s))
			return false;
		s++;
	}
	return true;
}

/* A path below a folder, of names that nobody can mistake. */
static bool initramfs_content_is_path(const char *s)
{
	size_t len = strlen(s);

	if (!len || len > INITRAMFS_CONTENT_MAX_PATH)
		return false;
	for (const char *part = s; part;) {
		const char *end = strchr(part, '/');

		if (*part == '.' || *part == '/' || !*part)
			return false;
		part = end ? end + 1 : NULL;
	}
	for (; *s; s++)
		if (!isalnum((unsigned char)*s) && !strchr("/._+~=@,:-", *s))
			return false;
	return true;
}

/* "drivers/block/virtio-blk.ko.xz" is virtio_blk; false: it is no module. */
static bool initramfs_content_stem(const char *path, char *out, size_t size)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *end = strstr(base, ".ko");
	size_t len = end ? (size_t)(end - base) : 0;

	if (!len || len >= size)
		return false;
	/* Nothing behind it but what a compressor adds. */
	if (end[3] && (end[3] != '.' || !end[4] || strchr(end + 4, '.')))
		return false;
	for (size_t i = 0; i < len; i++)
		out[i] = base[i];
	out[len] = '\0';
	for (char *p = out; (p = strchr(p, '-'));)
		*p = '_';
	return true;
}

static void initramfs_content_free_module(struct initramfs_module *m)
{
	free(m->version);
	free(m->path);
	free(m->name);
	*m = (struct initramfs_module){0};
}

/* A file below modules/VERSION; what is no module is passed over. */
static int initramfs_content_add_module(struct initramfs_content_reader *r,
					struct initramfs_modules *list, const char *version,
					const char *path)
{
	char name[INITRAMFS_CONTENT_MAX_PATH];
	struct initramfs_module m;

	if (!initramfs_content_is_path(path) || !initramfs_content_stem(path, name, sizeof(name)))
		return 0;
	if (list->n >= INITRAMFS_CONTENT_MAX_MODULES)
		return err_set(&r->why, -EFBIG, "it has more than %u modules",
			       INITRAMFS_CONTENT_MAX_MODULES);
	if (list->n == list->room) {
		size_t room = list->room ? list->room * 2 : 64;
		struct initramfs_module *grown = realloc(list->v, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		list->v = grown;
		list->room = room;
	}
	m = (struct initramfs_module){strdup(version), strdup(path), strdup(name)};
	if (!m.version || !m.path || !m.name) {
		initramfs_content_free_module(&m);
		return -ENOMEM;
	}
	list->v[list->n++] = m;
	return 0;
}

/* The lines of a modules.builtin; a later file takes the place of the first. */
static int initramfs_content_builtin(struct initramfs_content_reader *r, const char *version,
				     char *text)
{
	struct initramfs_modules *list = &r->out->builtin;
	char *save = NULL;
	size_t kept = 0;
	int e = 0;

	for (size_t i = 0; i < list->n; i++) {
		if (!strcmp(list->v[i].version, version))
			initramfs_content_free_module(&list->v[i]);
		else
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
	for (char *line = strtok_r(text, "\n", &save); line && !e;
	     line = strtok_r(NULL, "\n", &save))
		e = initramfs_content_add_module(r, list, version, line);
	return e;
}

/* "lib/modules/VERSION/FILE", with or without usr/: sets @version to a copy of
 * that name, and returns FILE; NULL when it is something else. */
static const char *initramfs_content_in_modules(const char *path, char version[256])
{
	const char *end;

	if (!strncmp(path, "usr/", 4))
		path += 4;
	if (strncmp(path, "lib/modules/", 12) != 0)
		return NULL;
	path += 12;
	end = strchr(path, '/');
	if (!end || !end[1] || !initramfs_content_is_version(path, (size_t)(end - path)))
		return NULL;
	memcpy(version, path, (size_t)(end - path));
	version[end - path] = '\0';
	return end + 1;
}

static int initramfs_content_version(struct initramfs_content_reader *r, const char *version)
{
	struct strv *list = &r->out->versions;

	if (strv_has(list, version))
		return 0;
	if (list->n >= INITRAMFS_CONTENT_MAX_KERNELS)
		return err_set(&r->why, -EFBIG, "it has modules for more than %u kernels",
			       INITRAMFS_CONTENT_MAX_KERNELS);
	return strv_add(list, version);
}

/* The links of the root, as the last member of that name leaves them. */
static int initramfs_content_root_name(struct initramfs_content_reader *r,
				       const struct initramfs_member *m)
{
	struct initramfs_content *c = r->out;
	struct initramfs_link link;
	size_t i = 0;

	while (i < c->link_count && strcmp(c->links[i].name, m->path) != 0)
		i++;
	if (i < c->link_count) {
		free(c->links[i].name);
		free(c->links[i].target);
		c->links[i] = c->links[--c->link_count];
	}
	if (!S_ISLNK(m->mode) || !m->data || !initramfs_content_is_path(m->path))
		return 0;
	if (c->link_count >= INITRAMFS_CONTENT_MAX_LINKS)
		return err_set(&r->why, -EFBIG, "its root has more than %u links",
			       INITRAMFS_CONTENT_MAX_LINKS);
	if (!c->links) {
		c->links = calloc(INITRAMFS_CONTENT_MAX_LINKS, sizeof(*c->links));
		if (!c->links)
			return -ENOMEM;
	}
	link = (struct initramfs_link){strdup(m->path), strdup((const char *)m->data)};
	if (!link.name || !link.target) {
		free(link.name);
		free(link.target);
		return -ENOMEM;
	}
	c->links[c->link_count++] = link;
	return 0;
}

static void initramfs_content_look_for_signs(struct initramfs_content_reader *r, const char *path)
{
	static const struct {
		const char *path;
		unsigned sign;
	} files[] = {
		{"conf/modules", SIGN_TOOLS},       {"conf/initramfs.conf", SIGN_TOOLS},
		{"scripts/functions", SIGN_TOOLS},  {"init_functions", SIGN_MKINITCPIO_FUNCTIONS},
		{"config", SIGN_MKINITCPIO_CONFIG}, {"bin/nash", SIGN_MKINITRD},
		{"sbin/nash", SIGN_MKINITRD},       {"run_all.sh", SIGN_MKINITRD},
	};
	const char *below = !strncmp(path, "usr/", 4) ? path + 4 : path;

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (!strcmp(path, files[i].path))
			r->signs |= files[i].sign;
	if (!strncmp(below, "lib/dracut/", 11))
		r->signs |= SIGN_DRACUT;
	if (!strncmp(below, "lib/", 4) && below[4]) {
		r->lib = r->lib || below == path;
		r->usr_lib = r->usr_lib || below != path;
	}
}

static const char *initramfs_content_generator(unsigned signs)
{
	const unsigned mkinitcpio = SIGN_MKINITCPIO_FUNCTIONS | SIGN_MKINITCPIO_CONFIG;

	if (signs & SIGN_TOOLS)
		return "initramfs-tools";
	if (signs & SIGN_DRACUT)
		return "dracut";
	if ((signs & mkinitcpio) == mkinitcpio)
		return "mkinitcpio";
	return signs & SIGN_MKINITRD ? "mkinitrd" : "unknown";
}

static size_t initramfs_content_wants(void *ctx, const struct initramfs_member *m)
{
	char version[256];
	const char *file = initramfs_content_in_modules(m->path, version);

	(void)ctx;
	return file && !strcmp(file, "modules.builtin") ? INITRAMFS_CONTENT_BUILTIN : 0;
}

static int initramfs_content_member(void *ctx, struct initramfs_member *m)
{
	struct initramfs_content_reader *r = ctx;
	char version[256];
	const char *file = initramfs_content_in_modules(m->path, version);
	int e = 0;

	r->members++;
	initramfs_content_look_for_signs(r, m->path);
	if (!strchr(m->path, '/'))
		e = initramfs_content_root_name(r, m);
	if (!e && file)
		e = initramfs_content_version(r, version);
	if (!e && file && !S_ISDIR(m->mode))
		e = initramfs_content_add_module(r, &r->out->modules, version, file);
	if (!e && file && m->data && S_ISREG(m->mode))
		e = initramfs_content_builtin(r, version, (char *)m->data);
	if (!e && r->member)
		e = r->member(r->ctx, m);
	return e;
}

static int initramfs_content_segment(void *ctx, const struct initramfs_segment *s)
{
	struct initramfs_content_reader *r = ctx;
	struct initramfs_content *c = r->out;
	struct initramfs_segment *grown;

	/* By powers of two; the walk bounds their number. */
	if (!(c->segment_count & (c->segment_count - 1))) {
		grown = realloc(c->segments,
				(c->segment_count ? c->segment_count * 2 : 1) * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		c->segments = grown;
	}
	c->segments[c->segment_count++] = *s;
	return 0;
}

static int initramfs_content_compare(const void *a, const void *b)
{
	const struct initramfs_module *x = a, *y = b;
	int order = strcmp(x->version, y->version);

	return order ? order : strcmp(x->path, y->path);
}

static int initramfs_content_compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void initramfs_content_sort(struct initramfs_modules *list)
{
	size_t kept = 0;

	if (list->n)
		qsort(list->v, list->n, sizeof(*list->v), initramfs_content_compare);
	for (size_t i = 0; i < list->n; i++) {
		if (kept && !initramfs_content_compare(&list->v[kept - 1], &list->v[i]))
			initramfs_content_free_module(&list->v[i]);
		else
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
}

/* Where "lib" leads, as a plain path; NULL when it is no link that could be meant. */
static char *initramfs_content_lib_link(const struct initramfs_content *c)
{
	for (size_t i = 0; i < c->link_count; i++) {
		CLEANUP_FREE char *target = NULL;
		size_t len;

		if (strcmp(c->links[i].name, "lib") != 0)
			continue;
		target = strdup(initramfs_plain_name(c->links[i].target));
		len = target ? strlen(target) : 0;
		while (len && target[len - 1] == '/')
			target[--len] = '\0';
		return len && initramfs_content_is_path(target) ? STEAL(target) : NULL;
	}
	return NULL;
}

/* An archive starts at a multiple of four bytes. After lz4 there must be a word
 * of zeros: it is how older kernels see that no more of it follows. */
static void initramfs_content_append(struct initramfs_content *c)
{
	const struct initramfs_segment *last = &c->segments[c->segment_count - 1];

	c->append_compression = "none";
	c->append_zeros = (unsigned)((4 - c->size % 4) % 4);
	if (!strcmp(last->compression, "lz4") && last->zeros + c->append_zeros < 4)
		c->append_zeros += 4;
	for (size_t i = c->segment_count; i--;)
		if (strcmp(c->segments[i].compression, "none") != 0)
			c->append_compression = c->segments[i].compression;
}

/* What can be said when all, or all up to the damage, was seen. */
static int initramfs_content_conclude(const struct initramfs_content_reader *r)
{
	struct initramfs_content *c = r->out;

	initramfs_content_sort(&c->modules);
	initramfs_content_sort(&c->builtin);
	if (c->versions.n)
		qsort(c->versions.v, c->versions.n, sizeof(char *), initramfs_content_compare_text);
	c->generator = initramfs_content_generator(r->signs);
	c->lib = initramfs_content_lib_link(c);
	if (!c->lib)
		c->lib = strdup(r->lib || !r->usr_lib ? "lib" : "usr/lib");
	return c->lib ? 0 : -ENOMEM;
}

int initramfs_content_read(int fd, int (*member)(void *ctx, struct initramfs_member *m), void *ctx,
			   struct initramfs_content *out, struct err_text *why)
{
	struct initramfs_content_reader r = {.out = out, .member = member, .ctx = ctx};
	const struct initramfs_visitor v = {.wants = initramfs_content_wants,
					    .member = initramfs_content_member,
					    .segment = initramfs_content_segment,
					    .ctx = &r};
	struct err_text text = {""};
	struct stat st;
	int e, done;

	*out = (struct initramfs_content){0};
	e = fstat(fd, &st) < 0 ? -errno : initramfs_walk(fd, &v, &text);
	out->size = e < 0 ? 0 : (uint64_t)st.st_size;
	done = initramfs_content_conclude(&r);
	if (!e && !r.members)
		e = err_set(&r.why, -EINVAL, "it is empty: there is no archive in it");
	if (!e)
		e = done;
	if (!e)
		initramfs_content_append(out);
	if (e < 0)
		return err_set(why, e, "%s",
			       r.why.text[0]  ? r.why.text
			       : text.text[0] ? text.text
					      : strerror(-e));
	return 0;
}

void initramfs_content_release(struct initramfs_content *c)
{
	for (size_t i = 0; i < c->modules.n; i++)
		initramfs_content_free_module(&c->modules.v[i]);
	for (size_t i = 0; i < c->builtin.n; i++)
		initramfs_content_free_module(&c->builtin.v[i]);
	for (size_t i = 0; i < c->link_count; i++) {
		free(c->links[i].name);
		free(c->links[i].target);
	}
	free(c->modules.v);
	free(c->builtin.v);
	free(c->links);
	free(c->segments);
	free(c->lib);
	strv_release(&c->versions);
	*c = (struct initramfs_content){0};
}

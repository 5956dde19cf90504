/* cli_initrd.c - see cli_initrd.h */
#include "boot/cli_initrd.h"
#include "boot/cli.h"
#include "initramfs/initramfs_content.h"
#include "util/cleanup.h"
#include "util/io.h"
#include "util/jdoc.h"
#include "util/log.h"
#include "util/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* What scripts ask for: lists of modules, the init program. */
#define CLI_INITRD_MAX ((size_t)64 << 20)

/* A name of the image, and where it goes. */
struct cli_initrd_out {
	FILE *out;
	struct jdoc *files; /* for JSON; NULL: lines */
};

static int cli_initrd_open(const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		log_error("%s: %m", file);
	return fd;
}

static int cli_initrd_refuse(const char *file, int r, const struct err_text *why)
{
	log_error("%s: %s", file, why->text[0] ? why->text : strerror(-r));
	return P2V_EXIT_REFUSED;
}

static int cli_initrd_name(void *ctx, struct initramfs_member *m)
{
	char safe[4096 + 1];
	FILE *out = ctx;

	return fprintf(out, "%s\n", text_printable(m->name, safe, sizeof(safe))) < 0 ? -EIO : 0;
}

int cli_initrd_files(const char *file)
{
	CLEANUP_FD int fd = cli_initrd_open(file);
	const struct initramfs_visitor v = {.member = cli_initrd_name, .ctx = stdout};
	struct err_text why = {""};
	int r;

	if (fd < 0)
		return P2V_EXIT_REFUSED;
	r = initramfs_walk(fd, &v, &why);
	return r < 0 ? cli_flush(cli_initrd_refuse(file, r, &why)) : cli_flush(P2V_EXIT_OK);
}

static int cli_initrd_write(const uint8_t *data, size_t size)
{
	int r = io_write_full(STDOUT_FILENO, data, size);

	if (r < 0)
		log_error("standard output: %s", strerror(-r));
	return r < 0 ? P2V_EXIT_FAILED : P2V_EXIT_OK;
}

int cli_initrd_cat(const char *file, const char *name, bool link)
{
	CLEANUP_FD int fd = cli_initrd_open(file);
	CLEANUP(initramfs_file_release) struct initramfs_file f = {0};
	struct err_text why = {""};
	int status, r;

	if (fd < 0)
		return P2V_EXIT_REFUSED;
	r = initramfs_read(fd, name, CLI_INITRD_MAX, &f, &why);
	if (r < 0)
		return cli_initrd_refuse(file, r, &why);
	if (link ? !S_ISLNK(f.mode) : !S_ISREG(f.mode)) {
		log_error("%s: %s is not a %s", file, name,
			  link ? "symbolic link" : "regular file");
		return P2V_EXIT_REFUSED;
	}
	status = cli_initrd_write(f.data, f.size);
	return link && !status ? cli_initrd_write((const uint8_t *)"\n", 1) : status;
}

/* "early", "main" or "damaged". */
static const char *cli_initrd_stage(const struct initramfs_segment *s)
{
	return s->damaged ? "damaged" : s->early ? "early" : "main";
}

static int cli_initrd_member(void *ctx, struct initramfs_member *m)
{
	const struct cli_initrd_out *o = ctx;
	const char *link = S_ISLNK(m->mode) && m->data ? (const char *)m->data : NULL;
	char name[4096 + 1], target[4096 + 1];
	FILE *out = o->out;
	struct jdoc *j;

	text_printable(m->path, name, sizeof(name));
	text_printable(link ? link : "", target, sizeof(target));
	if (!o->files)
		return fprintf(out, "member\t%zu\t%06o\t%u\t%s%s%s\n", m->segment,
			       (unsigned)m->mode, (unsigned)m->size, name, link ? "\t" : "",
			       target) < 0
			       ? -EIO
			       : 0;
	j = jdoc_object();
	jdoc_set_u64(j, "segment", m->segment);
	jdoc_set_u64(j, "mode", m->mode);
	jdoc_set_u64(j, "size", m->size);
	jdoc_set_str(j, "name", name);
	jdoc_set_str(j, "target", link ? target : NULL);
	jdoc_add(o->files, j);
	return 0;
}

static void cli_initrd_print_segments(FILE *out, const struct initramfs_content *c)
{
	for (size_t i = 0; i < c->segment_count; i++) {
		const struct initramfs_segment *s = &c->segments[i];

		fprintf(out, "segment\t%zu\t%llu\t%llu\t%s\t%s\t%llu\t%zu\t%llu\n", i,
			(unsigned long long)s->offset, (unsigned long long)s->length,
			s->compression, cli_initrd_stage(s), (unsigned long long)s->zeros,
			s->members, (unsigned long long)s->unpacked);
	}
}

static void cli_initrd_print_modules(FILE *out, const char *what,
				     const struct initramfs_modules *list)
{
	for (size_t i = 0; i < list->n; i++)
		fprintf(out, "%s\t%s\t%s\t%s\n", what, list->v[i].version, list->v[i].name,
			list->v[i].path);
}

static void cli_initrd_print(FILE *out, const struct initramfs_content *c)
{
	char target[4096 + 1];

	fprintf(out, "generator\t%s\n", c->generator);
	for (size_t i = 0; i < c->versions.n; i++)
		fprintf(out, "kernel\t%s\n", c->versions.v[i]);
	cli_initrd_print_modules(out, "module", &c->modules);
	cli_initrd_print_modules(out, "builtin", &c->builtin);
	for (size_t i = 0; i < c->link_count; i++)
		fprintf(out, "link\t%s\t%s\n", c->links[i].name,
			text_printable(c->links[i].target, target, sizeof(target)));
	fprintf(out, "lib\t%s\n", c->lib);
	fprintf(out, "append\t%llu\t%u\t%s\n", (unsigned long long)c->size, c->append_zeros,
		c->append_compression);
}

static void cli_initrd_print_damage(FILE *out, const char *text)
{
	fprintf(out, "damage\t%s\n", text);
}

static struct jdoc *cli_initrd_json_segments(const struct initramfs_content *c)
{
	struct jdoc *list = jdoc_array();

	for (size_t i = 0; i < c->segment_count; i++) {
		const struct initramfs_segment *s = &c->segments[i];
		struct jdoc *j = jdoc_object();

		jdoc_set_u64(j, "offset", s->offset);
		jdoc_set_u64(j, "length", s->length);
		jdoc_set_str(j, "compression", s->compression);
		jdoc_set_str(j, "stage", cli_initrd_stage(s));
		jdoc_set_u64(j, "zeros", s->zeros);
		jdoc_set_u64(j, "members", s->members);
		jdoc_set_u64(j, "unpacked", s->unpacked);
		jdoc_add(list, j);
	}
	return list;
}

static struct jdoc *cli_initrd_json_modules(const struct initramfs_modules *modules)
{
	struct jdoc *list = jdoc_array();

	for (size_t i = 0; i < modules->n; i++) {
		struct jdoc *j = jdoc_object();

		jdoc_set_str(j, "kernel", modules->v[i].version);
		jdoc_set_str(j, "name", modules->v[i].name);
		jdoc_set_str(j, "path", modules->v[i].path);
		jdoc_add(list, j);
	}
	return list;
}

/* What is known only of a whole image. */
static void cli_initrd_json_content(struct jdoc *d, const struct initramfs_content *c)
{
	struct jdoc *versions = jdoc_array(), *links = jdoc_object(), *append = jdoc_object();

	for (size_t i = 0; i < c->versions.n; i++)
		jdoc_add_str(versions, c->versions.v[i]);
	for (size_t i = 0; i < c->link_count; i++)
		jdoc_set_str(links, c->links[i].name, c->links[i].target);
	jdoc_set_u64(append, "offset", c->size);
	jdoc_set_u64(append, "zeros", c->append_zeros);
	jdoc_set_str(append, "compression", c->append_compression);
	jdoc_set_str(d, "generator", c->generator);
	jdoc_set(d, "kernels", versions);
	jdoc_set(d, "modules", cli_initrd_json_modules(&c->modules));
	jdoc_set(d, "builtin", cli_initrd_json_modules(&c->builtin));
	jdoc_set(d, "links", links);
	jdoc_set_str(d, "lib", c->lib);
	jdoc_set(d, "append", append);
}

/* @files is consumed. */
static int cli_initrd_print_json(FILE *out, const struct initramfs_content *c, const char *damage,
				 struct jdoc *files)
{
	CLEANUP(jdoc_freep) struct jdoc *d = jdoc_object();
	CLEANUP_FREE char *text = NULL;

	jdoc_set_str(d, "damage", damage);
	jdoc_set(d, "segments", cli_initrd_json_segments(c));
	if (!damage)
		cli_initrd_json_content(d, c);
	jdoc_set(d, "members", files);
	text = jdoc_print_pretty(d);
	if (!text) {
		log_error("out of memory");
		return P2V_EXIT_FAILED;
	}
	fprintf(out, "%s\n", text);
	return P2V_EXIT_OK;
}

int cli_initrd_show(const char *file, bool json)
{
	CLEANUP_FD int fd = cli_initrd_open(file);
	CLEANUP(initramfs_content_release) struct initramfs_content c = {0};
	struct cli_initrd_out o = {.out = stdout, .files = json ? jdoc_array() : NULL};
	struct err_text why = {""};
	int r, status = P2V_EXIT_OK, printed = P2V_EXIT_OK;

	if (fd < 0) {
		jdoc_free(o.files);
		return P2V_EXIT_REFUSED;
	}
	r = initramfs_content_read(fd, cli_initrd_member, &o, &c, &why);
	if (r < 0)
		status = cli_initrd_refuse(file, r, &why);
	if (json) {
		printed = cli_initrd_print_json(o.out, &c, r < 0 ? why.text : NULL, o.files);
	} else {
		cli_initrd_print_segments(o.out, &c);
		if (r < 0)
			cli_initrd_print_damage(o.out, why.text);
		else
			cli_initrd_print(o.out, &c);
	}
	return cli_flush(printed ? printed : status);
}

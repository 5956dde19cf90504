/* names_text.c - see names_text.h */
#include "names/names_text.h"
#include "names/devname.h"
#include "util/text.h"

#include <errno.h>
#include <string.h>

/* The next piece of *@at before @end, which becomes a NUL; NULL: no more. */
static char *names_text_cut(char **at, char end)
{
	char *piece = *at, *p;

	if (!piece)
		return NULL;
	p = strchr(piece, end);
	if (p)
		*p++ = '\0';
	*at = p;
	return piece;
}

static const char *names_text_field(char **at)
{
	const char *piece = names_text_cut(at, '\t');

	return piece ? piece : "";
}

static int names_text_rest(char **at, struct strv *out)
{
	int r = 0;

	while (!r && *at) {
		const char *name = names_text_field(at);

		if (*name)
			r = strv_add(out, name);
	}
	return r;
}

/* The disk of that name; a new one if there is none. */
static int names_text_disk(struct names *n, const char *name, uint32_t *index)
{
	struct names_disk *d;

	for (*index = 0; *index < n->disk_count; (*index)++)
		if (!strcmp(n->disks[*index].name, name))
			return 0;
	d = names_add_disk(n);
	return d ? names_call_disk(d, name) : -E2BIG;
}

static int names_text_disk_line(struct names *n, char *line)
{
	const char *name = names_text_field(&line);
	const char *serial = names_text_field(&line);
	uint32_t index;
	int r = *name ? names_text_disk(n, name, &index) : 0;

	if (r || !*name)
		return r;
	text_copy(n->disks[index].serial, sizeof(n->disks[index].serial), serial);
	return names_text_rest(&line, &n->disks[index].names);
}

static int names_text_volume_line(struct names *n, char *line, uint32_t id)
{
	const char *node = names_text_field(&line), *disk = names_text_field(&line);
	const char *number = names_text_field(&line), *type = names_text_field(&line);
	const char *target;
	struct names_volume *v;
	uint64_t partition;
	uint32_t index = NAMES_NO_DISK;
	int r;

	if (!line || !text_to_u64(number, 0, DEVNAME_MAX_PARTITION, &partition))
		return 0;
	r = *disk ? names_text_disk(n, disk, &index) : 0;
	if (r)
		return r;
	v = names_add_volume(n);
	if (!v)
		return -E2BIG;
	v->id = id;
	v->disk = index;
	v->partition = (uint32_t)partition;
	text_copy(v->target, sizeof(v->target), strcmp(node, "-") ? node : "");
	text_copy(v->type, sizeof(v->type), type);
	text_copy(v->uuid, sizeof(v->uuid), names_text_field(&line));
	text_copy(v->label, sizeof(v->label), names_text_field(&line));
	target = names_text_field(&line);
	if (index != NAMES_NO_DISK)
		text_copy(n->disks[index].target, sizeof(n->disks[index].target), target);
	text_copy(v->partuuid, sizeof(v->partuuid), names_text_field(&line));
	text_copy(v->partlabel, sizeof(v->partlabel), names_text_field(&line));
	r = names_text_rest(&line, &v->names);
	/* It says where the disk is, and is no volume that anything could name. */
	if (!strcmp(type, "gap")) {
		strv_release(&v->names);
		n->volume_count--;
	}
	return r;
}

int names_text_read(char *source_disks, char *volumes, struct names *out)
{
	char *line;
	uint32_t id = 0;
	int r = 0;

	*out = (struct names){.disk_count = 0};
	while (!r && (line = names_text_cut(&source_disks, '\n')))
		r = names_text_disk_line(out, line);
	while (!r && (line = names_text_cut(&volumes, '\n')))
		r = names_text_volume_line(out, line, id++);
	return r;
}

static void names_text_write_names(const struct strv *names, const char *but, FILE *out)
{
	for (size_t i = 0; i < names->n; i++)
		if (strcmp(names->v[i], but) != 0)
			fprintf(out, "\t%s", names->v[i]);
	fputc('\n', out);
}

void names_text_write_disks(const struct names *n, FILE *out)
{
	for (uint32_t i = 0; i < n->disk_count; i++) {
		const struct names_disk *d = &n->disks[i];
		bool below = !strncmp(d->name, "/dev/", 5);

		fprintf(out, "%s\t%s", d->name, d->serial);
		names_text_write_names(&d->names, below ? d->name + 5 : d->name, out);
	}
}

void names_text_write_volumes(const struct names *n, FILE *out)
{
	for (uint32_t i = 0; i < n->volume_count; i++) {
		const struct names_volume *v = &n->volumes[i];
		bool on_disk = v->disk != NAMES_NO_DISK;

		fprintf(out, "%s\t%s\t%u\t%s\t%s\t%s\t%s\t%s\t%s", v->target[0] ? v->target : "-",
			on_disk ? n->disks[v->disk].name : "", v->partition, v->type, v->uuid,
			v->label, on_disk ? n->disks[v->disk].target : "", v->partuuid,
			v->partlabel);
		names_text_write_names(&v->names, "", out);
	}
}

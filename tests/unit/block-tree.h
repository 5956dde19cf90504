/* block-tree.h - makes a machine's sys, proc, dev and run of a recorded tree
 *
 * tests/tools/record-block.sh has the format, tests/vm/record-block.sh records
 * the machines of tests/unit/block. Tests run from the top of the source tree.
 */
#ifndef P2V_TESTS_BLOCK_TREE_H
#define P2V_TESTS_BLOCK_TREE_H

#include "image.h"
#include "util/text.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

static inline void block_tree_parents(char *path)
{
	for (char *at = strchr(path + 1, '/'); at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(path, 0755) && errno != EEXIST)
			printf("# %s: %s\n", path, strerror(errno));
		*at = '/';
	}
}

static inline void block_tree_hex(const char *path, const char *hex)
{
	uint8_t bytes[4096];
	size_t len = strlen(hex) / 2;
	FILE *f = fopen(path, "w");

	TAP_OK(f && len <= sizeof(bytes) && text_from_hex(hex, bytes, len));
	TAP_OK(f && fwrite(bytes, 1, len, f) == len && fclose(f) == 0);
}

/* One line that is not a file's; the file that follows in *@file. */
static inline void block_tree_line(const char *root, char *line, FILE **file)
{
	char kind = line[0], path[1000], *rest;

	if (kind == '#' || !kind)
		return;
	TAP_OK(line[1] == '\t');
	rest = strchr(line + 2, '\t');
	if (rest)
		*rest++ = '\0';
	TAP_OK((size_t)snprintf(path, sizeof(path), "%s/%s", root, line + 2) < sizeof(path));
	block_tree_parents(path);
	if (kind == 'd')
		TAP_OK(mkdir(path, 0755) == 0 || errno == EEXIST);
	else if (kind == 'l')
		TAP_OK(rest && symlink(rest, path) == 0);
	else if (kind == 'x')
		block_tree_hex(path, rest ? rest : "x");
	else
		*file = fopen(path, "w");
}

/* Makes the tree that @from describes, and closes it. Returns its root, which
 * stays valid for a while. */
static inline const char *block_tree_make(FILE *from)
{
	static char root[8][200];
	static unsigned next;
	char *to = root[next++ % 8], *line = NULL;
	FILE *file = NULL;
	size_t size = 0;
	ssize_t len;

	snprintf(to, sizeof(root[0]), "%s/machine%u", image_dir, next);
	TAP_INT(mkdir(to, 0755), 0);
	TAP_OK(from);
	while (from && (len = getline(&line, &size, from)) > 0) {
		if (line[len - 1] == '\n')
			line[len - 1] = '\0';
		if (line[0] == '\t') {
			TAP_OK(file && fprintf(file, "%s\n", line + 1) > 0);
			continue;
		}
		if (file)
			fclose(file);
		file = NULL;
		block_tree_line(to, line, &file);
	}
	if (file)
		fclose(file);
	if (from)
		fclose(from);
	free(line);
	return to;
}

/* tests/unit/block/@name.tree */
static inline const char *block_tree(const char *name)
{
	char path[300];

	snprintf(path, sizeof(path), "tests/unit/block/%s.tree", name);
	return block_tree_make(fopen(path, "r"));
}

/* A tree by hand, in the same format. */
static inline const char *block_tree_text(const char *text)
{
	return block_tree_make(fmemopen((void *)(uintptr_t)text, strlen(text), "r"));
}

#endif

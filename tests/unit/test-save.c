/* test-save.c - GRUB's environment block, changed when an entry is started */
#include "bootconf/grub/grub_envblk.h"
#include "find/save.h"
#include "tap.h"
#include "util/cleanup.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>

#define SIGNATURE "# GRUB Environment Block\n"

static char test_block[GRUB_ENVBLK_SIZE], test_out[GRUB_ENVBLK_SIZE];

static void test_fill(const char *lines)
{
	size_t n = (size_t)snprintf(test_block, sizeof(test_block), "%s%s", SIGNATURE, lines);

	memset(test_block + n, '#', sizeof(test_block) - n);
}

static int test_edit(const char *a, const char *b, struct err_text *why)
{
	CLEANUP(strv_release) struct strv set = {0};

	if (a)
		TAP_OK(!strv_add(&set, a));
	if (b)
		TAP_OK(!strv_add(&set, b));
	*why = (struct err_text){""};
	return grub_envblk_edit(test_block, sizeof(test_block), &set, test_out, why);
}

static void test_edit_is(const char *lines, const char *a, const char *b, const char *want)
{
	struct err_text why;

	test_fill(lines);
	TAP_INT(test_edit(a, b, &why), 0);
	test_fill(want);
	TAP_OK(!memcmp(test_block, test_out, sizeof(test_out)));
}

static void test_changes(void)
{
	test_edit_is("a=1\nb=2\n", NULL, NULL, "a=1\nb=2\n");
	test_edit_is("a=1\nb=2\n", "a=3", NULL, "b=2\na=3\n");
	test_edit_is("a=1\nb=2\n", "a", "c=", "b=2\nc=\n");
	test_edit_is("ab=1\n", "a=2", "a=3", "ab=1\na=3\n");
	test_edit_is("# WARNING: Do not edit\na=1\n", "a", NULL, "# WARNING: Do not edit\n");
	test_edit_is("v=a\\\\b\\\nc=d\n", "w=x\\y\nz", NULL, "v=a\\\\b\\\nc=d\nw=x\\\\y\\\nz\n");
	test_edit_is("", "a=1", NULL, "a=1\n");
}

static void test_refusals(void)
{
	struct err_text why;
	char big[1200] = "v=";

	test_fill("a=1\n");
	TAP_INT(test_edit("=x", NULL, &why), -EINVAL);
	TAP_INT(test_edit("#a=x", NULL, &why), -EINVAL);
	TAP_INT(test_edit("a\nb=x", NULL, &why), -EINVAL);
	memset(big + 2, 'x', sizeof(big) - 3);
	TAP_INT(test_edit(big, NULL, &why), -ENOSPC);
	TAP_HAS(why.text, "no room");
	test_fill("damaged\n");
	TAP_INT(test_edit("a=1", NULL, &why), -EINVAL);
	test_fill("a=1\n");
	test_block[1000] = 'x';
	TAP_INT(test_edit("a=1", NULL, &why), -EINVAL);
	test_fill("a=1\n");
	test_block[2] = 'g';
	TAP_INT(test_edit("a=1", NULL, &why), -EINVAL);
	test_fill("a=1\n");
	TAP_INT(grub_envblk_edit(test_block, 512, &(struct strv){0}, test_out, &why), -EINVAL);
}

/* Exactly full is not too full. */
static void test_full(void)
{
	struct err_text why;
	char value[GRUB_ENVBLK_SIZE] = "v=";
	size_t room = GRUB_ENVBLK_SIZE - strlen(SIGNATURE) - 3;

	memset(value + 2, 'y', room);
	test_fill("");
	TAP_INT(test_edit(value, NULL, &why), 0);
	TAP_INT(test_out[GRUB_ENVBLK_SIZE - 1], '\n');
	memcpy(test_block, test_out, sizeof(test_out));
	TAP_INT(test_edit("v=1", NULL, &why), 0);
	value[2 + room] = 'y';
	TAP_INT(test_edit(value, NULL, &why), -ENOSPC);
}

static char test_dir[] = "/tmp/p2v-test-save.XXXXXX";

static int test_commit(const char *path, bool make_default, struct err_text *why)
{
	struct find_trees trees = {0};
	CLEANUP(boot_entry_release) struct boot_entry e = {0};
	int r;

	TAP_INT(find_trees_add(&trees, test_dir, "root", "", "", ""), 0);
	if (path)
		TAP_INT(boot_file_set(&e.save.block, "root", path), 0);
	e.save.name = strdup("sub>two");
	TAP_INT(strv_add(&e.save.set, "next_entry="), 0);
	*why = (struct err_text){""};
	r = save_commit(&trees, &e, make_default, why);
	find_trees_release(&trees);
	return r;
}

static void test_put(const char *name, size_t len)
{
	char path[128];
	CLEANUP_FD int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", test_dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	TAP_INT(io_write_full(fd, test_block, len), 0);
}

static void test_file_is(const char *lines)
{
	CLEANUP_FREE char *text = NULL;
	char path[128];
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/grubenv", test_dir);
	TAP_INT(io_read_file(AT_FDCWD, path, 4096, &text, &len), 0);
	TAP_INT(len, GRUB_ENVBLK_SIZE);
	test_fill(lines);
	TAP_OK(len == GRUB_ENVBLK_SIZE && !memcmp(text, test_block, len));
}

static void test_commits(void)
{
	struct err_text why;

	TAP_OK(mkdtemp(test_dir) != NULL);
	test_fill("next_entry=5\nkeep=1\n");
	test_put("grubenv", GRUB_ENVBLK_SIZE);
	TAP_INT(test_commit("/grubenv", false, &why), 0);
	test_file_is("keep=1\nnext_entry=\n");
	TAP_INT(test_commit("/grubenv", true, &why), 0);
	test_file_is("keep=1\nnext_entry=\nsaved_entry=sub>two\n");
	TAP_INT(test_commit(NULL, false, &why), 0);
	TAP_INT(test_commit(NULL, true, &why), -ENOTSUP);
	TAP_INT(test_commit("/none", false, &why), -ENOENT);
	TAP_OK(why.text[0]);
	test_put("short", 100);
	TAP_INT(test_commit("/short", false, &why), -EINVAL);
	TAP_INT(test_commit("/", false, &why), -EISDIR);
}

static void test_remove(void)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/grubenv", test_dir);
	TAP_INT(unlink(path), 0);
	snprintf(path, sizeof(path), "%s/short", test_dir);
	TAP_INT(unlink(path), 0);
	TAP_INT(rmdir(test_dir), 0);
}

int main(void)
{
	TAP_RUN(test_changes);
	TAP_RUN(test_refusals);
	TAP_RUN(test_full);
	TAP_RUN(test_commits);
	TAP_RUN(test_remove);
	return tap_done();
}

/* test-boot-entry.c - lists of boot entries, and files inside trees */
#include "bootconf/entry.h"
#include "find/tree.h"
#include "tap.h"
#include "util/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static void test_add(struct boot_list *l, const char *id, const char *title, bool is_default)
{
	struct boot_entry *e = boot_list_add(l);

	TAP_OK(e != NULL);
	e->id = strdup(id);
	e->title = strdup(title);
	e->cmdline = strdup("");
	e->source = strdup("root:/x");
	e->is_default = is_default;
	TAP_INT(boot_file_set(&e->kernel, "root", "/k"), 0);
}

static void test_find(void)
{
	CLEANUP(boot_list_release) struct boot_list l = {0};

	TAP_OK(boot_list_default(&l) == NULL);
	TAP_OK(boot_list_find(&l, "0") == NULL);
	test_add(&l, "a", "First", false);
	TAP_OK(boot_list_default(&l) == &l.v[0]);
	test_add(&l, "b", "a", true);
	test_add(&l, "0", "Third", false);
	TAP_OK(boot_list_find(&l, "a") == &l.v[0]);
	TAP_OK(boot_list_find(&l, "Third") == &l.v[2]);
	TAP_OK(boot_list_find(&l, "0") == &l.v[2]);
	TAP_OK(boot_list_find(&l, "1") == &l.v[1]);
	TAP_OK(boot_list_find(&l, "3") == NULL);
	TAP_OK(boot_list_find(&l, "-1") == NULL);
	TAP_OK(boot_list_default(&l) == &l.v[1]);
}

static void test_limits(void)
{
	CLEANUP(boot_list_release) struct boot_list l = {0};
	CLEANUP(boot_entry_release) struct boot_entry e = {0};
	int r = 0;

	for (size_t i = 0; i < 4096; i++)
		TAP_OK(boot_list_add(&l) != NULL);
	TAP_OK(boot_list_add(&l) == NULL);
	for (size_t i = 0; i < 1000 && !r; i++)
		r = boot_entry_add_initrd(&e, "root", "/i");
	TAP_INT(r, -E2BIG);
}

static void test_json(void)
{
	CLEANUP(boot_list_release) struct boot_list l = {0};
	struct jdoc *d;
	char *text;

	test_add(&l, "a", "First \xff", true);
	boot_entry_add_initrd(&l.v[0], "vda2", "/i");
	d = boot_list_to_json(&l);
	text = jdoc_print(d);
	TAP_STR(text, "[{\"id\":\"a\",\"title\":\"First ?\",\"kernel\":\"root:/k\","
		      "\"initrd\":[\"vda2:/i\"],\"cmdline\":\"\",\"default\":true,"
		      "\"source\":\"root:/x\"}]");
	free(text);
	jdoc_free(d);
}

static void test_tree(void)
{
	CLEANUP(find_trees_release) struct find_trees t = {0};
	char dir[] = "/tmp/p2v-test-tree.XXXXXX", path[64];
	char *text = NULL;
	size_t len = 0;
	int fd;

	TAP_OK(mkdtemp(dir) != NULL);
	TAP_INT(find_trees_add(&t, dir, "root", "u", "l", "hd0"), 0);
	TAP_INT(find_trees_add(&t, dir, "a:b", "", "", ""), -EINVAL);
	TAP_INT(find_trees_add(&t, dir, "", "", "", ""), -EINVAL);
	TAP_INT(find_trees_add(&t, dir, "root", "", "", ""), -EEXIST);
	TAP_INT(find_trees_add(&t, "/dev/null", "file", "", "", ""), -ENOTDIR);
	TAP_INT(t.n, 1);
	TAP_OK(find_trees_by_name(&t, "root") == &t.v[0]);
	TAP_OK(find_trees_by_name(&t, "none") == NULL);

	snprintf(path, sizeof(path), "%s/f", dir);
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644);
	TAP_OK(write(fd, "text", 4) == 4);
	close(fd);
	TAP_INT(find_tree_read(&t.v[0], "/f", 4, &text, &len), 0);
	TAP_STR(text, "text");
	TAP_INT(len, 4);
	free(text);
	TAP_INT(find_tree_read(&t.v[0], "/f", 3, &text, &len), -EFBIG);
	/* The tree's root is the end of the way up. */
	fd = find_tree_open(&t.v[0], "/../../../f");
	TAP_OK(fd >= 0);
	close(fd);
	TAP_INT(find_tree_open(&t.v[0], "/etc/passwd"), -ENOENT);
	TAP_INT(find_tree_open(&t.v[0], "/"), -EISDIR);
	unlink(path);
	TAP_INT(symlink("/etc/passwd", path), 0);
	TAP_INT(find_tree_open(&t.v[0], "/f"), -ENOENT);
	unlink(path);
	TAP_INT(mkfifo(path, 0644), 0);
	TAP_INT(find_tree_open(&t.v[0], "/f"), -EINVAL);
	unlink(path);
	rmdir(dir);
}

int main(void)
{
	TAP_RUN(test_find);
	TAP_RUN(test_limits);
	TAP_RUN(test_json);
	TAP_RUN(test_tree);
	return tap_done();
}

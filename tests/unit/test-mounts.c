/* Lines of mountinfo, as they are and as they should not be. */
#include "block/mounts.h"
#include "tap.h"
#include "util/cleanup.h"

#include <sys/sysmacros.h>

static void parse(const char *text, struct mounts *out)
{
	CLEANUP_FREE char *copy = strdup(text);

	TAP_INT(mounts_parse(copy, out), 0);
}

static void test_line(void)
{
	CLEANUP(mounts_release) struct mounts m = {0};

	parse("36 35 98:7 /sub /mnt/a\\040b\\134c ro,noatime shared:1 master:2 - ext4 "
	      "/dev/x\\011y rw,errors=continue\n",
	      &m);
	TAP_INT(m.n, 1);
	TAP_INT(m.v[0].number, makedev(98, 7));
	TAP_OK(m.v[0].writable);
	TAP_STR(m.v[0].root, "/sub");
	TAP_STR(m.v[0].point, "/mnt/a b\\c");
	TAP_STR(m.v[0].type, "ext4");
	TAP_STR(m.v[0].source, "/dev/x\ty");
}

static void test_strange(void)
{
	CLEANUP(mounts_release) struct mounts m = {0};

	parse("\n1\n1 2 3 4 5 6\n1 2 x:y / /a rw - ext4 /dev/x rw\n1 2 8:1 / /a rw - ext4\n"
	      "1 2 8:1 / /a rw a b c d e f g h\n1 2 8:1 / /a rw -\n - - - - - - - - -\n",
	      &m);
	TAP_INT(m.n, 0);
	/* No tags, no source, options that only begin like the one that counts,
	 * escapes that are none. */
	parse("1 2 8:1 / /ok\\04 rw - tmpfs  ro,rw_not,norw\n1 2 8:2 / / rw - ext4 a b c d rw\n",
	      &m);
	TAP_INT(m.n, 2);
	TAP_OK(!m.v[0].writable);
	TAP_STR(m.v[0].source, "");
	TAP_STR(m.v[0].point, "/ok\\04");
}

static void test_places(void)
{
	CLEANUP(mounts_release) struct mounts m = {0};

	TAP_OK(!mounts_root(&m) && !mounts_of_path(&m, "/x"));
	parse("1 0 8:1 / / rw - ext4 /dev/a rw\n2 1 8:2 / /var rw - ext4 /dev/b rw\n"
	      "3 1 8:3 / /var/lib rw - ext4 /dev/c rw\n4 1 8:4 / /var rw - ext4 /dev/d rw\n"
	      "5 1 8:5 / / rw - ext4 /dev/e rw\n",
	      &m);
	TAP_STR(mounts_root(&m)->source, "/dev/e");
	TAP_STR(mounts_of_path(&m, "/etc/x")->source, "/dev/e");
	TAP_STR(mounts_of_path(&m, "/variant")->source, "/dev/e");
	TAP_STR(mounts_of_path(&m, "/var/lib/x")->source, "/dev/c");
	TAP_STR(mounts_of_path(&m, "/var/x")->source, "/dev/d");
	TAP_OK(!mounts_of_path(&m, "relative"));
}

int main(void)
{
	TAP_RUN(test_line);
	TAP_RUN(test_strange);
	TAP_RUN(test_places);
	return tap_done();
}

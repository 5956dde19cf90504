/* test-menu-plain.c - what a line asks the menu for, and the lock of several menus */
#include "menu-list.h"
#include "menu/lock.h"
#include "menu/plain.h"
#include "tap.h"

#include <unistd.h>

static struct boot_list list;

static struct plain_command parse(const char *text)
{
	static char line[256]; /* the answer borrows from it */

	snprintf(line, sizeof(line), "%s", text);
	return plain_parse(line, &list);
}

static void test_numbers_and_names(void)
{
	TAP_INT(parse("2").verb, PLAIN_START);
	TAP_INT(parse("2").entry, 2);
	TAP_INT(parse("  3 \r").entry, 3);
	TAP_INT(parse("id4").verb, PLAIN_START);
	TAP_INT(parse("id4").entry, 4);
	TAP_INT(parse("Entry 5").entry, 5);
	TAP_INT(parse("").verb, PLAIN_NOTHING);
	TAP_INT(parse(" \t").verb, PLAIN_NOTHING);
	TAP_INT(parse("6").verb, PLAIN_START); /* though an entry is called "6" */
	TAP_INT(parse("6").entry, 6);
	TAP_INT(parse("10").verb, PLAIN_WRONG);
	TAP_INT(parse("-1").verb, PLAIN_WRONG);
	TAP_INT(parse("99999999999999999999").verb, PLAIN_WRONG);
	TAP_INT(parse("nothing").verb, PLAIN_WRONG);
}

static void test_commands(void)
{
	TAP_INT(parse("e 1").verb, PLAIN_EDIT);
	TAP_OK(!parse("e 1").text);
	TAP_INT(parse("edit 1").entry, 1);
	TAP_STR(parse("e 1  ro  single").text, "ro  single");
	TAP_STR(parse("a 1 single").text, "single");
	TAP_INT(parse("a 1").verb, PLAIN_WRONG);
	TAP_INT(parse("e").verb, PLAIN_WRONG);
	TAP_INT(parse("e 10").verb, PLAIN_WRONG);
	TAP_INT(parse("e x").verb, PLAIN_WRONG);
	TAP_INT(parse("d 9").verb, PLAIN_DETAILS);
	TAP_INT(parse("d 9 x").verb, PLAIN_WRONG);
	TAP_INT(parse("l").verb, PLAIN_LIST);
	TAP_INT(parse("w").verb, PLAIN_WARNINGS);
	TAP_INT(parse("!").verb, PLAIN_SHELL);
	TAP_INT(parse("shell").verb, PLAIN_SHELL);
	TAP_INT(parse("shell id").verb, PLAIN_WRONG);
	TAP_INT(parse("reboot").verb, PLAIN_REBOOT);
	TAP_INT(parse("r").verb, PLAIN_WRONG);
	TAP_INT(parse("poweroff").verb, PLAIN_POWEROFF);
	TAP_INT(parse("p").verb, PLAIN_WRONG);
}

static void test_a_disk_cannot_take_a_word_away(void)
{
	TAP_INT(parse("q").verb, PLAIN_LEAVE); /* entry 7 has this id */
	TAP_INT(parse("quit").verb, PLAIN_LEAVE);
}

static void test_nothing_to_boot(void)
{
	struct boot_list empty = {0};
	char line[] = "0", edit[] = "e 0";

	TAP_INT(plain_parse(line, &empty).verb, PLAIN_WRONG);
	TAP_INT(plain_parse(edit, &empty).verb, PLAIN_WRONG);
}

static void test_lock(void)
{
	char path[] = "/tmp/p2v-menu-lock.XXXXXX", who[64];
	int fd = mkstemp(path);
	struct lock a, b, c;

	TAP_OK(fd >= 0);
	close(fd);
	TAP_INT(lock_open(&a, path), 0);
	TAP_INT(lock_open(&b, path), 0);
	TAP_INT(lock_open(&c, path), 0);
	TAP_OK(!lock_elsewhere(&a, who, sizeof(who)));
	lock_use(&a, "pts/\0337");
	TAP_OK(!lock_elsewhere(&a, who, sizeof(who)));
	TAP_OK(lock_elsewhere(&b, who, sizeof(who)));
	TAP_STR(who, "pts/?7");
	/* Several may be in use, and one of them starts. */
	lock_use(&b, "ttyS0");
	TAP_OK(lock_elsewhere(&a, who, sizeof(who)));
	TAP_OK(lock_start(&b));
	TAP_OK(!lock_start(&a));
	lock_leave(&a);
	lock_leave(&b);
	TAP_OK(lock_elsewhere(&c, who, sizeof(who)));
	lock_stop(&b);
	TAP_OK(!lock_elsewhere(&c, who, sizeof(who)));
	TAP_OK(lock_start(&a));
	lock_close(&a); /* as when the process ends */
	TAP_OK(lock_start(&c));
	lock_started(&c);
	lock_stop(&c);
	TAP_OK(lock_elsewhere(&b, who, sizeof(who)));
	TAP_HAS(who, "was started");
	lock_close(&b);
	lock_close(&c);
	unlink(path);
}

static void test_no_lock_file(void)
{
	struct lock l;
	char who[64];

	TAP_OK(lock_open(&l, "/nonexistent/lock") < 0);
	lock_use(&l, "x");
	TAP_OK(!lock_elsewhere(&l, who, sizeof(who)));
	TAP_OK(lock_start(&l));
	lock_stop(&l);
	lock_close(&l);
}

int main(void)
{
	menu_list_fill(&list, 10);
	strcpy(list.v[8].id, "6");
	strcpy(list.v[7].id, "q");
	TAP_RUN(test_numbers_and_names);
	TAP_RUN(test_commands);
	TAP_RUN(test_a_disk_cannot_take_a_word_away);
	TAP_RUN(test_nothing_to_boot);
	TAP_RUN(test_lock);
	TAP_RUN(test_no_lock_file);
	boot_list_release(&list);
	return tap_done();
}

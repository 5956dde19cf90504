/* test-strv.c - lists of strings, and the first error's text */
#include "tap.h"
#include "util/cleanup.h"
#include "util/err.h"
#include "util/strv.h"

#include <errno.h>

static void test_list(void)
{
	CLEANUP(strv_release) struct strv list = {0};

	TAP_OK(!list.v && !list.n && !strv_has(&list, ""));
	TAP_INT(strv_add(&list, "one"), 0);
	TAP_OK(list.v[1] == NULL);
	TAP_INT(strv_addf(&list, "%s-%d", "two", 2), 0);
	TAP_INT(strv_add(&list, ""), 0);
	TAP_INT(list.n, 3);
	TAP_STR(list.v[0], "one");
	TAP_STR(list.v[1], "two-2");
	TAP_STR(list.v[2], "");
	TAP_OK(list.v[3] == NULL);
	TAP_OK(strv_has(&list, "two-2") && strv_has(&list, "") && !strv_has(&list, "two"));
	strv_release(&list);
	TAP_OK(!list.v && !list.n);
}

/* An item of the list itself may be added. */
static void test_copy_of_own_item(void)
{
	CLEANUP(strv_release) struct strv list = {0};

	strv_add(&list, "x");
	for (int i = 0; i < 100; i++)
		TAP_INT(strv_add(&list, list.v[i]), 0);
	TAP_STR(list.v[100], "x");
	list.v[0][0] = 'y';
	TAP_STR(list.v[1], "x");
}

static void test_first_error_stays(void)
{
	struct err_text err = {0};
	char text[2 * sizeof(err.text)];

	TAP_INT(err_set(NULL, -EINVAL, "nobody reads %s", "this"), -EINVAL);
	TAP_INT(err_set(&err, -EIO, "disk %d", 1), -EIO);
	TAP_INT(err_set(&err, -EINVAL, "disk %d", 2), -EINVAL);
	TAP_STR(err.text, "disk 1");
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err.text[0] = '\0';
	err_set(&err, -EIO, "%s", text);
	TAP_INT(strlen(err.text), sizeof(err.text) - 1);
}

int main(void)
{
	TAP_RUN(test_list);
	TAP_RUN(test_copy_of_own_item);
	TAP_RUN(test_first_error_stays);
	return tap_done();
}

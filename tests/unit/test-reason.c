/* test-reason.c - lists of reasons and their JSON */
#include "plan/reason.h"
#include "tap.h"
#include "util/cleanup.h"

static void test_levels(void)
{
	CLEANUP(reasons_release) struct reasons list = {0};

	TAP_OK(!reasons_refuse(&list));
	TAP_OK(!reasons_warn(&list));
	reason_add(&list, REASON_NOTE, "a-note", NULL, "disk %s", "sda");
	TAP_OK(!reasons_refuse(&list) && !reasons_warn(&list));
	reason_add(&list, REASON_WARN, "a-warning", "look", "two");
	TAP_OK(!reasons_refuse(&list) && reasons_warn(&list));
	reason_add(&list, REASON_REFUSE, "a-refusal", "run fsck", "three");
	TAP_OK(reasons_refuse(&list) && reasons_warn(&list));
	TAP_INT(list.n, 3);
	TAP_STR(list.v[0].text, "disk sda");
	TAP_STR(list.v[0].hint, "");
	TAP_STR(list.v[2].hint, "run fsck");
	TAP_STR(reason_level_name(REASON_WARN), "warning");
	TAP_STR(reason_level_name(REASON_REFUSE), "refused");
}

static void test_long_text_is_cut(void)
{
	CLEANUP(reasons_release) struct reasons list = {0};
	char text[1000];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	reason_add(&list, REASON_NOTE, text, text, "%s", text);
	TAP_INT(strlen(list.v[0].code), sizeof(list.v[0].code) - 1);
	TAP_INT(strlen(list.v[0].text), sizeof(list.v[0].text) - 1);
	TAP_INT(strlen(list.v[0].hint), sizeof(list.v[0].hint) - 1);
}

/* A refusal that no longer fits must still refuse. */
static void test_full_list_keeps_the_level(void)
{
	CLEANUP(reasons_release) struct reasons list = {0};

	for (unsigned i = 0; i < REASON_MAX; i++)
		reason_add(&list, REASON_NOTE, "n", NULL, "%u", i);
	TAP_INT(list.n, REASON_MAX);
	reason_add(&list, REASON_NOTE, "n", NULL, "one more");
	TAP_OK(!reasons_refuse(&list));
	reason_add(&list, REASON_REFUSE, "r", NULL, "the refusal");
	TAP_INT(list.n, REASON_MAX);
	TAP_OK(reasons_refuse(&list));
	reason_add(&list, REASON_WARN, "w", NULL, "a warning");
	TAP_OK(reasons_refuse(&list));
	TAP_STR(list.v[REASON_MAX - 1].code, "too-many-reasons");
}

static void test_json_both_ways(void)
{
	CLEANUP(reasons_release) struct reasons in = {0}, out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct jread r = {.what = "test"};

	reason_add(&in, REASON_REFUSE, "target-too-small", "take a larger one",
		   "vda \xc3\xa9\x1b[1m");
	reason_add(&in, REASON_NOTE, "n", NULL, "second");
	d = reasons_to_json(&in);
	TAP_OK(reasons_from_json(&r, d, &out));
	TAP_INT(out.n, 2);
	TAP_INT(out.v[0].level, REASON_REFUSE);
	TAP_STR(out.v[0].code, "target-too-small");
	TAP_STR(out.v[0].text, "vda \xc3\xa9?[1m");
	TAP_STR(out.v[0].hint, "take a larger one");
	TAP_INT(out.v[1].level, REASON_NOTE);
	/* It appends. */
	TAP_OK(reasons_from_json(&r, d, &out));
	TAP_INT(out.n, 4);
}

static bool refused(const char *json, const char *part)
{
	CLEANUP(reasons_release) struct reasons out = {0};
	CLEANUP(jdoc_freep) struct jdoc *d = NULL;
	struct jread r = {.what = "test"};

	if (jdoc_parse(json, strlen(json), &d, NULL) < 0)
		return false;
	return !reasons_from_json(&r, d, &out) && strstr(r.err.text, part);
}

static void test_json_refused(void)
{
	CLEANUP(jdoc_freep) struct jdoc *many = jdoc_array();
	CLEANUP(reasons_release) struct reasons out = {0};
	struct jread r = {.what = "test"};

	TAP_OK(refused("[1]", "object"));
	TAP_OK(refused("[{}]", "level"));
	TAP_OK(refused("[{\"level\":\"fatal\",\"code\":\"\",\"text\":\"\",\"hint\":\"\"}]",
		       "level"));
	TAP_OK(refused("[{\"level\":\"note\",\"code\":\"\",\"text\":7,\"hint\":\"\"}]", "text"));
	TAP_OK(refused("[{\"level\":\"note\",\"code\":\"\",\"text\":\"\"}]", "hint"));
	TAP_OK(refused("[{\"level\":\"note\",\"code\":"
		       "\"0123456789012345678901234567890123456789\",\"text\":\"\",\"hint\":\"\"}]",
		       "code is longer"));
	for (unsigned i = 0; i <= REASON_MAX; i++)
		jdoc_add(many, jdoc_object());
	TAP_OK(!reasons_from_json(&r, many, &out));
	TAP_HAS(r.err.text, "256");
}

int main(void)
{
	TAP_RUN(test_levels);
	TAP_RUN(test_long_text_is_cut);
	TAP_RUN(test_full_list_keeps_the_level);
	TAP_RUN(test_json_both_ways);
	TAP_RUN(test_json_refused);
	return tap_done();
}

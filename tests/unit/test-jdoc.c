/* test-jdoc.c - JSON: building, parsing, reading with a schema */
#include "tap.h"
#include "util/cleanup.h"
#include "util/jdoc.h"

#include <errno.h>

#define CLEANUP_JDOC CLEANUP(jdoc_freep)

static struct jdoc *parse(const char *text)
{
	struct jdoc *d = NULL;

	TAP_INT(jdoc_parse(text, strlen(text), &d, NULL), 0);
	return d;
}

static void test_build_and_print(void)
{
	CLEANUP_JDOC struct jdoc *o = jdoc_object();
	struct jdoc *array = jdoc_array();
	CLEANUP_FREE char *text = NULL, *pretty = NULL;

	jdoc_set_str(o, "z", "first stays first");
	jdoc_set_u64(o, "n", 1ULL << 62);
	jdoc_set_bool(o, "b", false);
	jdoc_set_real(o, "r", 0.5);
	jdoc_add_str(array, "x");
	jdoc_add(array, jdoc_object());
	jdoc_set(o, "a", array);
	jdoc_set_str(o, "absent", NULL);
	text = jdoc_print(o);
	TAP_STR(text, "{\"z\":\"first stays first\",\"n\":4611686018427387904,\"b\":false,"
		      "\"r\":0.5,\"a\":[\"x\",{}]}");
	pretty = jdoc_print_pretty(o);
	TAP_HAS(pretty, "\n  \"n\": 4611686018427387904");
}

/* Builders may be out of memory at any point; a NULL document goes through. */
static void test_null_documents(void)
{
	jdoc_set_str(NULL, "k", "v");
	jdoc_set_u64(NULL, "k", 1);
	jdoc_set_bool(NULL, "k", true);
	jdoc_set_real(NULL, "k", 1);
	jdoc_set(NULL, "k", jdoc_object());
	jdoc_add(NULL, jdoc_object());
	jdoc_add_str(NULL, "v");
	jdoc_free(NULL);
	TAP_OK(!jdoc_print(NULL) && !jdoc_print_pretty(NULL));
	TAP_INT(jdoc_length(NULL), 0);
	TAP_OK(!jdoc_item(NULL, 0) && !jdoc_item_str(NULL, 0));
	{
		CLEANUP_JDOC struct jdoc *o = jdoc_object();
		CLEANUP_FREE char *text = NULL;

		jdoc_set(o, "k", NULL);
		jdoc_add(o, jdoc_object()); /* no array: dropped */
		text = jdoc_print(o);
		TAP_STR(text, "{}");
	}
}

static void text_becomes(const char *in, const char *want)
{
	CLEANUP_JDOC struct jdoc *o = jdoc_array();
	CLEANUP_FREE char *text = NULL;

	jdoc_add_str(o, in);
	text = jdoc_print(o);
	TAP_STR(text, want);
}

static void test_text_of_disks(void)
{
	text_becomes("K\xc3\xa4se", "[\"K\xc3\xa4se\"]");
	text_becomes("K\xe4se", "[\"K?se\"]");
	text_becomes("\xc3\xa4\xff", "[\"???\"]");
	text_becomes("a\x01\"\\\n", "[\"a\\u0001\\\"\\\\\\n\"]");
}

static void refused(const char *bytes, size_t len)
{
	struct jdoc *d = (struct jdoc *)1;
	struct err_text err = {0};

	TAP_INT(jdoc_parse(bytes, len, &d, &err), -EINVAL);
	TAP_OK(!d && err.text[0]);
}

static void test_parse_refused(void)
{
	char deep[10000];

	refused("", 0);
	refused("{", 1);
	refused("{}x", 3);
	refused("{}{}", 4);
	refused("7", 1);
	refused("null", 4);
	refused("\"x\"", 3);
	refused("{\"a\":1,\"a\":2}", 13);
	refused("[\"a\\u0000b\"]", 12);
	refused("[\"\xff\"]", 5);
	refused("[\"\xed\xa0\x80\"]", 7);
	refused("[\"\\ud800\"]", 10);
	refused("[1e999]", 7);
	refused("[99999999999999999999]", 22);
	refused("[1]\0", 4);
	refused("[NaN]", 5);
	memset(deep, '[', sizeof(deep));
	refused(deep, sizeof(deep));
}

static void test_read(void)
{
	CLEANUP_JDOC struct jdoc *d = parse("{\"s\":\"text\",\"n\":7,\"t\":true,\"h\":\"00fF\","
					    "\"o\":{\"x\":1},\"a\":[\"p\",2],\"more\":null}");
	struct jread r = {.what = "test"};
	const struct jdoc *a;
	uint8_t h[2];
	char out[5];

	TAP_STR(jread_str(&r, d, "s", 4), "text");
	TAP_STR(jread_str_opt(&r, d, "none", 4), "");
	jread_str_into(&r, d, "s", out, sizeof(out));
	TAP_STR(out, "text");
	TAP_INT(jread_u64(&r, d, "n", 7, 7), 7);
	TAP_OK(jread_bool(&r, d, "t"));
	TAP_OK(jread_bool_opt(&r, d, "t", false));
	TAP_OK(jread_bool_opt(&r, d, "none", true) && !jread_bool_opt(&r, d, "none", false));
	jread_hex(&r, d, "h", h, 2);
	TAP_OK(h[0] == 0 && h[1] == 0xff);
	TAP_INT(jread_u64(&r, jread_object(&r, d, "o"), "x", 0, 9), 1);
	TAP_OK(jread_object_opt(&r, d, "o") == jread_object(&r, d, "o"));
	TAP_OK(!jread_object_opt(&r, d, "absent") && jread_ok(&r));
	a = jread_array(&r, d, "a", 2);
	TAP_INT(jdoc_length(a), 2);
	TAP_STR(jdoc_item_str(a, 0), "p");
	TAP_OK(!jdoc_item_str(a, 1) && !jdoc_item_str(a, 2) && !jdoc_item(a, 2));
	TAP_OK(jread_ok(&r));
	TAP_STR(r.err.text, "");
}

/* Each wrong value fails with the key's name. */
#define WRONG(json, get, part) \
	do { \
		CLEANUP_JDOC struct jdoc *d = parse(json); \
		struct jread r = {.what = "test"}; \
		get; \
		TAP_OK(!jread_ok(&r)); \
		TAP_HAS(r.err.text, "test: "); \
		TAP_HAS(r.err.text, part); \
	} while (0)

static void test_read_refused(void)
{
	uint8_t h[2] = {1, 1};
	char out[4] = "x";

	WRONG("{}", jread_str(&r, d, "k", 9), "k must be a string");
	WRONG("{\"k\":1}", jread_str(&r, d, "k", 9), "k must be a string");
	WRONG("{\"k\":1}", jread_str_opt(&r, d, "k", 9), "k must be a string");
	WRONG("{\"k\":\"abc\"}", jread_str(&r, d, "k", 2), "longer than 2");
	WRONG("{\"k\":\"abcd\"}", jread_str_into(&r, d, "k", out, sizeof(out)), "longer than 3");
	TAP_STR(out, "");
	WRONG("[]", jread_str(&r, d, "k", 9), "must be an object");
	WRONG("{}", jread_u64(&r, d, "k", 0, 9), "k must be a number from 0 to 9");
	WRONG("{\"k\":-1}", jread_u64(&r, d, "k", 0, UINT64_MAX), "k must be");
	WRONG("{\"k\":10}", jread_u64(&r, d, "k", 0, 9), "k must be");
	WRONG("{\"k\":1}", jread_u64(&r, d, "k", 2, 9), "k must be");
	WRONG("{\"k\":1.0}", jread_u64(&r, d, "k", 0, 9), "k must be");
	WRONG("{\"k\":\"1\"}", jread_u64(&r, d, "k", 0, 9), "k must be");
	WRONG("{\"k\":1}", jread_bool(&r, d, "k"), "true or false");
	WRONG("{}", jread_bool(&r, d, "k"), "true or false");
	WRONG("{\"k\":null}", jread_bool_opt(&r, d, "k", true), "true or false");
	WRONG("{\"k\":\"0\"}", jread_hex(&r, d, "k", h, 2), "4 hex digits");
	TAP_INT(h[0], 0);
	WRONG("{\"k\":\"00zz\"}", jread_hex(&r, d, "k", h, 2), "4 hex digits");
	WRONG("{\"k\":[]}", jread_object(&r, d, "k"), "k must be an object");
	WRONG("{\"k\":[]}", jread_object_opt(&r, d, "k"), "k must be an object");
	WRONG("{\"k\":{}}", jread_array(&r, d, "k", 9), "k must be an array");
	WRONG("{\"k\":[1,2]}", jread_array(&r, d, "k", 1), "at most 1 items");
	{
		struct jread r = {.what = "test"};

		TAP_INT(jread_u64(&r, NULL, "k", 0, 9), 0);
		TAP_OK(!jread_ok(&r));
	}
}

/* The first failure makes every later get return nothing, and stays. */
static void test_failure_sticks(void)
{
	CLEANUP_JDOC struct jdoc *d =
		parse("{\"s\":\"text\",\"n\":7,\"t\":true,\"h\":\"ffff\",\"o\":{},\"a\":[1]}");
	struct jread r = {.what = "test"};
	uint8_t h[2] = {1, 1};

	jread_fail(&r, "%s happened", "this");
	jread_fail(&r, "not that");
	TAP_STR(r.err.text, "test: this happened");
	TAP_STR(jread_str(&r, d, "s", 9), "");
	TAP_STR(jread_str_opt(&r, d, "s", 9), "");
	TAP_INT(jread_u64(&r, d, "n", 1, 9), 0);
	TAP_OK(!jread_bool(&r, d, "t"));
	jread_hex(&r, d, "h", h, 2);
	TAP_INT(h[0], 0);
	TAP_OK(!jread_object(&r, d, "o"));
	TAP_OK(!jread_array(&r, d, "a", 9));
	TAP_STR(r.err.text, "test: this happened");
}

int main(void)
{
	TAP_RUN(test_build_and_print);
	TAP_RUN(test_null_documents);
	TAP_RUN(test_text_of_disks);
	TAP_RUN(test_parse_refused);
	TAP_RUN(test_read);
	TAP_RUN(test_read_refused);
	TAP_RUN(test_failure_sticks);
	return tap_done();
}

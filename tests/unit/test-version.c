/* test-version.c - the orders in which boot loaders sort what they find */
#include "bootconf/version.h"
#include "tap.h"

typedef int compare_fn(const char *a, const char *b);

/* "A < B", "A = B": both ways. */
static void check(compare_fn *compare, const char *text)
{
	char a[80] = "", b[80] = "", sign = '?';
	int want;

	if (sscanf(text, "%79s %c %79s", a, &sign, b) != 3) {
		TAP_STR(text, "A < B");
		return;
	}
	/* "''" is the empty version */
	if (!strcmp(a, "''"))
		a[0] = '\0';
	if (!strcmp(b, "''"))
		b[0] = '\0';
	want = sign == '<' ? -1 : sign == '>';
	if (compare(a, b) != want || compare(b, a) != -want)
		printf("# %s: got %d and %d\n", text, compare(a, b), compare(b, a));
	TAP_INT(compare(a, b), want);
	TAP_INT(compare(b, a), -want);
	TAP_INT(compare(a, a), 0);
}

/* The examples of the specification, and a few of the rules' corners. */
static void test_uapi(void)
{
	static const char *const rows[] = {
		"11 = 11",
		"systemd-123 = systemd-123",
		"bar-123 < foo-123",
		"123a > 123",
		"123.a > 123",
		"123.a < 123.b",
		"123a > 123.a",
		"11\xce\xb1 = 11\xce\xb2",
		"A < a",
		"'' < 0",
		"0. > 0",
		"0.0 > 0",
		"0 > ~",
		"'' > ~",
		"1_ = 1",
		"_1 = 1",
		"1_ < 1.2",
		"1_2_3 > 1.3.3",
		"1+ = 1",
		"1+2+3 > 1.3.3",
		"1~rc1 < 1",
		"1~rc1 < 1~rc2",
		"1^post > 1",
		"1^post < 1.1",
		"1-2 < 1.2",
		"6.1.0-9 < 6.1.0-56",
		"6.10 > 6.9",
		"007 = 7",
		"1.00000000000000000000002 > 1.1",
		"5.14.0-70.13.1.el9_0.x86_64 > 5.14.0-70.el9.x86_64",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(version_compare_uapi, rows[i]);
	TAP_INT(version_compare_uapi(NULL, ""), 0);
	TAP_INT(version_compare_uapi(NULL, "1"), -1);
}

static void test_rpm(void)
{
	static const char *const rows[] = {
		"1.0 = 1.0",
		"1.0 < 2.0",
		"2.0.1 > 2.0",
		"2.0.1a > 2.0.1",
		"5.5p1 < 5.5p10",
		"10xyz < 10.1xyz",
		"xyz10 < xyz10.1",
		"xyz.4 < 8",
		"5.5p10 > 5.5p1",
		"10.0001 = 10.1",
		"10.1 < 10.0001a",
		"4.999.9 < 5.0",
		"20101121 < 20101122",
		"1.0~rc1 < 1.0",
		"1.0~rc1 < 1.0~rc2",
		"1.0^ > 1.0",
		"1.0^git1 > 1.0",
		"1.0^git1 < 1.0.1",
		"1.0^git1~pre < 1.0^git1",
		"1.0~rc1 < 1.0~rc1^git1",
		"2_0 = 2.0",
		"1.0a < 1.0.1",
		"0-rescue < 5.14",
		"a < 1",
		"1 < 1.",
	};

	/* Separators at the end count for nothing. */
	for (size_t i = 0; i + 1 < sizeof(rows) / sizeof(rows[0]); i++)
		check(version_compare_rpm, rows[i]);
	check(version_compare_rpm, "1 = 1.");
	TAP_INT(version_compare_rpm(NULL, NULL), 0);
}

/* Names of RHEL's entries: MACHINE-VERSION-RELEASE. */
static void test_nvr(void)
{
	static const char *const rows[] = {
		"f00-5.14.0-70.el9.x86_64 > f00-5.14.0-9.el9.x86_64",
		"f00-0-rescue < f00-5.14.0-70.el9.x86_64",
		"f00-5.14.0-70.13.1.el9_0.x86_64 > f00-5.14.0-70.el9.x86_64",
		"f00-6.0.0-1 > f00-5.19.9-300",
		"a00-6.0.0-1 < b00-5.19.9-300",
		"6.0.0-1 > 5.19.9-300",
		"one = one",
		"b-1-1 > a-b-1-1",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(version_compare_nvr, rows[i]);
	TAP_INT(version_compare_nvr(NULL, "a"), -1);
}

static void test_file(void)
{
	static const char *const rows[] = {
		"a-1.conf < a-2.conf",
		"a-9.conf < a-10.conf",
		"linux-6.1.conf < linux-6.10.conf",
		"a.conf < a1.conf",
		"a~rc.conf < a.conf",
		"a1.conf = a1.conf",
		"a-1.2.conf < a-1.10.conf",
		"b.conf > a.conf",
		"a.b.conf > a.a.conf",
		"a.conf > a",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(version_compare_file, rows[i]);
}

/* Random versions: antisymmetric, and equal to themselves. */
static void test_order(void)
{
	static const char chars[] = "0129aAz.-~^_+";
	static compare_fn *const all[] = {version_compare_uapi, version_compare_rpm,
					  version_compare_nvr, version_compare_file};
	unsigned seed = 1;

	for (unsigned n = 0; n < 20000; n++) {
		char v[2][8];

		for (unsigned k = 0; k < 2; k++) {
			unsigned len = rand_r(&seed) % 7;

			for (unsigned i = 0; i < len; i++)
				v[k][i] = chars[rand_r(&seed) % (sizeof(chars) - 1)];
			v[k][len] = '\0';
		}
		for (unsigned k = 0; k < 4; k++)
			if (all[k](v[0], v[1]) != -all[k](v[1], v[0]) || all[k](v[0], v[0])) {
				printf("# '%s' '%s' by %u\n", v[0], v[1], k);
				TAP_OK(!"an order");
			}
	}
}

int main(void)
{
	TAP_RUN(test_uapi);
	TAP_RUN(test_rpm);
	TAP_RUN(test_nvr);
	TAP_RUN(test_file);
	TAP_RUN(test_order);
	return tap_done();
}

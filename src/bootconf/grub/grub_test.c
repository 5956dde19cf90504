/* grub_test.c - see grub_test.h */
#include "bootconf/grub/grub_test.h"
#include "bootconf/grub/grub_path.h"

#include <stdlib.h>
#include <string.h>

struct grub_test {
	struct grub_eval *ev;
	char **v;
	size_t n, at;
	unsigned depth;
};

/* -1, 0 or 1. */
static int grub_test_sign(long long a, long long b)
{
	return (a > b) - (a < b);
}

static bool grub_test_number(const char *op, int sign, bool *result)
{
	static const struct {
		const char *op;
		bool less, equal, more;
	} table[] = {
		{"-eq", false, true, false}, {"-ne", true, false, true},
		{"-lt", true, false, false}, {"-le", true, true, false},
		{"-gt", false, false, true}, {"-ge", false, true, true},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(op, table[i].op) != 0)
			continue;
		*result = sign < 0 ? table[i].less : sign > 0 ? table[i].more : table[i].equal;
		return true;
	}
	return false;
}

static bool grub_test_text(const char *op, int sign, bool *result)
{
	static const struct {
		const char *op;
		bool less, equal, more;
	} table[] = {
		{"=", false, true, false}, {"==", false, true, false}, {"!=", true, false, true},
		{"<", true, false, false}, {"<=", true, true, false},  {">", false, false, true},
		{">=", false, true, true},
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(op, table[i].op) != 0)
			continue;
		*result = sign < 0 ? table[i].less : sign > 0 ? table[i].more : table[i].equal;
		return true;
	}
	return false;
}

/* -pgt, -plt: numbers behind a common beginning ("vmlinuz-2", "vmlinuz-11"). */
static bool grub_test_prefixed(const char *a, const char *op, const char *b, bool *result)
{
	size_t same = 0;
	int sign;

	if (strcmp(op, "-pgt") != 0 && strcmp(op, "-plt") != 0)
		return false;
	while (a[same] && a[same] == b[same] && !(a[same] >= '0' && a[same] <= '9'))
		same++;
	sign = grub_test_sign(strtoll(a + same, NULL, 0), strtoll(b + same, NULL, 0));
	*result = op[2] == 'g' ? sign > 0 : sign < 0;
	return true;
}

static bool grub_test_three(const char *a, const char *op, const char *b, bool *result)
{
	return grub_test_text(op, strcmp(a, b), result) ||
	       grub_test_number(op, grub_test_sign(strtoll(a, NULL, 0), strtoll(b, NULL, 0)),
				result) ||
	       grub_test_prefixed(a, op, b, result);
}

static bool grub_test_two(struct grub_test *t, const char *op, const char *arg, bool *result)
{
	struct grub_where w;

	if (op[0] != '-' || !op[1] || op[2] || !strchr("defsnz", op[1]))
		return false;
	if (op[1] == 'n' || op[1] == 'z') {
		*result = !*arg == (op[1] == 'z');
		return true;
	}
	w = grub_path_find(t->ev, arg);
	if (op[1] == 'd')
		*result = w.kind == READER_DIRECTORY;
	else if (op[1] == 'f')
		*result = w.kind == READER_REGULAR;
	else if (op[1] == 's')
		*result = w.kind == READER_REGULAR && w.size > 0;
	else
		*result = w.kind != READER_NONE;
	return true;
}

static bool grub_test_expression(struct grub_test *t);

/* One test; false when the expression is over. Takes its words. */
static bool grub_test_term(struct grub_test *t, bool *result)
{
	char **v = t->v + t->at;
	size_t left = t->n - t->at;

	if (left > 2 && grub_test_three(v[0], v[1], v[2], result)) {
		t->at += 3;
	} else if (left > 1 && grub_test_two(t, v[0], v[1], result)) {
		t->at += 2;
	} else if (!strcmp(v[0], "(")) {
		t->at++;
		*result = grub_test_expression(t);
	} else {
		*result = *v[0] != '\0';
		t->at++;
	}
	return true;
}

static bool grub_test_expression(struct grub_test *t)
{
	bool any = false, all = true, invert = false;

	if (++t->depth > 32) {
		grub_eval_stop(t->ev, "a test is nested too deeply");
		t->at = t->n;
	}
	while (t->at < t->n) {
		const char *word = t->v[t->at];
		/* A sign that is itself compared ("! = x") is a text. */
		bool compared = t->at + 2 < t->n &&
				(!strcmp(t->v[t->at + 1], "=") || !strcmp(t->v[t->at + 1], "!="));
		bool result;

		if (!compared && !strcmp(word, ")")) {
			t->at++;
			break;
		}
		if (!compared && !strcmp(word, "!")) {
			invert = !invert;
			t->at++;
		} else if (!compared && !strcmp(word, "-a")) {
			t->at++;
		} else if (!compared && !strcmp(word, "-o")) {
			any = any || all;
			all = true;
			t->at++;
		} else if (grub_test_term(t, &result)) {
			all = all && result != invert;
			invert = false;
		}
	}
	t->depth--;
	return any || all;
}

/* The words @v: 0 for true, 1 for false. */
static int grub_test_words(struct grub_eval *ev, char **v, size_t n)
{
	struct grub_test t = {.ev = ev, .v = v, .n = n};

	if (!grub_eval_charge(ev, n))
		return 1;
	return !grub_test_expression(&t);
}

int grub_test(struct grub_eval *ev, const struct grub_args *a)
{
	return grub_test_words(ev, a->v + 1, a->n - 1);
}

int grub_test_bracket(struct grub_eval *ev, const struct grub_args *a)
{
	if (strcmp(a->v[a->n - 1], "]") != 0) {
		grub_eval_warn(ev, "[ lacks its ]");
		return 1;
	}
	return grub_test_words(ev, a->v + 1, a->n - 2);
}

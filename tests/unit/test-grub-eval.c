/* test-grub-eval.c - the evaluator of GRUB scripts alone, with commands of its own */
#include "bootconf/grub/grub_commands.h"
#include "bootconf/grub/grub_run.h"
#include "tap.h"

/* What these commands work on: the evaluator must not care. */
struct grub_state {
	char said[512];
	unsigned blocks;
};

static int test_say(struct grub_eval *ev, const struct grub_args *a)
{
	char *said = ev->state->said;
	size_t n = strlen(said);

	for (size_t i = 1; i < a->n; i++) {
		snprintf(said + n, sizeof(ev->state->said) - n, "%s%s", n ? " " : "", a->v[i]);
		n = strlen(said);
	}
	ev->state->blocks += ev->at->has_block;
	return 0;
}

static int test_fail(struct grub_eval *ev, const struct grub_args *a)
{
	(void)ev;
	return (int)a->n;
}

static int test_leave(struct grub_eval *ev, const struct grub_args *a)
{
	(void)a;
	ev->flow = GRUB_FLOW_EXIT;
	return 0;
}

static const struct grub_command test_commands[] = {
	{"say", test_say, 0},     {"fail", test_fail, 0},
	{"leave", test_leave, 0}, {"weak", test_say, GRUB_COMMAND_WEAK},
	{NULL, NULL, 0},
};

static bool test_wild(struct grub_eval *ev, const char *word,
		      void (*add)(void *ctx, const char *word), void *ctx)
{
	(void)ev;
	if (strcmp(word, "a*") != 0)
		return false;
	add(ctx, "a1");
	add(ctx, "a2");
	return true;
}

struct test_run {
	struct grub_state state;
	struct strv warnings;
	enum grub_flow flow;
	int status;
	size_t spent; /* of the steps that all may take together */
};

static void test_script(struct test_run *t, const char *text, size_t total)
{
	struct grub_eval *ev = calloc(1, sizeof(*ev));

	*t = (struct test_run){0};
	if (!ev)
		abort();
	ev->commands = test_commands;
	ev->wild = test_wild;
	ev->state = &t->state;
	ev->warnings = &t->warnings;
	grub_eval_begin(ev, total);
	grub_run_text(ev, "test", text, strlen(text));
	t->flow = ev->flow;
	t->status = ev->status;
	t->spent = total - ev->total;
	grub_eval_release(ev);
	free(ev);
}

/* The script says @said, is warned of @warning (NULL: of nothing) and ends so. */
static void test_ends(const char *text, const char *said, const char *warning, enum grub_flow flow,
		      int status)
{
	struct test_run t;

	test_script(&t, text, 0);
	TAP_STR(t.state.said, said);
	TAP_INT(t.flow, flow);
	TAP_INT(t.status, status);
	TAP_INT(t.warnings.n, warning != NULL);
	if (warning && t.warnings.n)
		TAP_HAS(t.warnings.v[0], warning);
	strv_release(&t.warnings);
}

static void test_commands_come_first(void)
{
	test_ends("function say { fail; }\nsay 1", "1", NULL, GRUB_FLOW_ON, 0);
	test_ends("function weak { say mine; }\nweak 1", "mine", NULL, GRUB_FLOW_ON, 0);
	test_ends("weak 1", "1", NULL, GRUB_FLOW_ON, 0);
	test_ends("function f { say $1 $#; fail; }\nf x y", "x 2", NULL, GRUB_FLOW_ON, 1);
	test_ends("say=5\nsay $say", "5", NULL, GRUB_FLOW_ON, 0);
}

/* Nothing is built in but the language. */
static void test_only_the_table(void)
{
	static const char *const names[] = {"set", "menuentry", "linux", "test", "return"};
	char script[64], warning[64];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(script, sizeof(script), "%s x; say $?; %s y", names[i], names[i]);
		snprintf(warning, sizeof(warning), "test:1: unknown command %s", names[i]);
		test_ends(script, "1", warning, GRUB_FLOW_ON, 1);
	}
}

static void test_status_and_flow(void)
{
	test_ends("fail 1 2; say $?", "3", NULL, GRUB_FLOW_ON, 0);
	test_ends("! fail; say $?", "0", NULL, GRUB_FLOW_ON, 0);
	test_ends("if fail; then say a; elif say b; then leave; say c; fi; say d", "b", NULL,
		  GRUB_FLOW_EXIT, 0);
	test_ends("for i in 1 2; do say $i; done", "1 2", NULL, GRUB_FLOW_ON, 0);
	test_ends("until say x; do fail; done", "x", NULL, GRUB_FLOW_ON, 0);
}

static void test_words(void)
{
	test_ends("say a* 'a*' b* \"a\"* 'a*'*", "a1 a2 a* b* a1 a2 a**", NULL, GRUB_FLOW_ON, 0);
	test_ends("v='x  y'; say $v; say \"$v\"", "x y x  y", NULL, GRUB_FLOW_ON, 0);
}

static void test_block(void)
{
	struct test_run t;

	test_script(&t, "say a { fail; }\nsay b", 0);
	TAP_STR(t.state.said, "a b");
	TAP_INT(t.state.blocks, 1);
	strv_release(&t.warnings);
}

/* @head, then @n times @each, then @tail; owned. */
static char *test_repeated(const char *head, const char *each, size_t n, const char *tail)
{
	char *text = malloc(strlen(head) + n * strlen(each) + strlen(tail) + 1), *at;

	if (!text)
		abort();
	at = stpcpy(text, head);
	for (size_t i = 0; i < n; i++)
		at = stpcpy(at, each);
	strcpy(at, tail);
	return text;
}

static void test_is_stopped(const char *head, const char *each, size_t n, const char *tail,
			    const char *why)
{
	char *text = test_repeated(head, each, n, tail);

	test_ends(text, "", why, GRUB_FLOW_STOP, 0);
	free(text);
}

static void test_size_bounds(void)
{
	char *most = test_repeated("fail", " x", GRUB_EVAL_MAX_WORDS - 1, "");

	test_ends(most, "", NULL, GRUB_FLOW_ON, GRUB_EVAL_MAX_WORDS);
	free(most);
	test_is_stopped("fail", " x", GRUB_EVAL_MAX_WORDS, "; say no",
			"test:1: stopped here: a command has too many words");
	test_is_stopped("v=", "0123456789abcdef", 1024, "\nfail $v$v$v$v$v; say no",
			"test:2: stopped here: a command is too long");
}

static void test_step_bounds(void)
{
	struct test_run t;

	test_ends("while true=1; do v=; done; say no", "",
		  "stopped here: the script takes too many steps", GRUB_FLOW_STOP, 0);
	test_script(&t, "while v=; do v=; done; say no", 1000);
	TAP_INT(t.flow, GRUB_FLOW_STOP);
	TAP_OK(t.spent <= 1000 && t.spent > 990);
	strv_release(&t.warnings);
	/* Each turn leaves a longer value behind. */
	test_ends("v=x; while v=${v}yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; do v=$v; done", "",
		  "stopped here: the script uses too much memory", GRUB_FLOW_STOP, 0);
}

/* Too deep is an error of the call, after which the script goes on. */
static void test_depth_bound(void)
{
	test_ends("function f { f; }\nf; say $?", "1", "test:1: calls are nested too deeply",
		  GRUB_FLOW_ON, 0);
}

/* The first of two commands of one name would hide the other. */
static void test_table(void)
{
	size_t n = 0;

	for (const struct grub_command *c = grub_commands; c->name; c++, n++) {
		TAP_OK(c->run != NULL);
		TAP_OK(!strchr(c->name, '=')); /* an assignment */
		for (const struct grub_command *d = grub_commands; d < c; d++)
			if (!strcmp(c->name, d->name))
				TAP_STR(c->name, "a name that stands once");
	}
	TAP_OK(n > 100);
}

int main(void)
{
	TAP_RUN(test_commands_come_first);
	TAP_RUN(test_only_the_table);
	TAP_RUN(test_status_and_flow);
	TAP_RUN(test_words);
	TAP_RUN(test_block);
	TAP_RUN(test_size_bounds);
	TAP_RUN(test_step_bounds);
	TAP_RUN(test_depth_bound);
	TAP_RUN(test_table);
	return tap_done();
}

/* grub_eval.h - an evaluation of a GRUB script: its state and its limits
 *
 * The language and its commands are two things. Here is what every part of an
 * evaluation needs: variables, $1..., $?, where the script is, and what it may
 * still cost. grub_expand.h makes arguments of words, grub_run.h runs
 * statements. None of the three knows a command, a disk or a menu: commands are
 * a table that is handed in, and what they look at and leave behind is their
 * own affair. Each part knows only those above it:
 *
 *   grub_arena, grub_env              memory, variables
 *   grub_ast, grub_lex, grub_parse    a text becomes a tree
 *   grub_eval, grub_expand, grub_run  the tree is run
 *   grub_state, grub_path, grub_wild  what commands work on: devices, files, ...
 *   grub_menu, grub_builtin, ...      the commands, each family in a file
 *   grub_commands                     the table of them all
 *   grub_walk, grub_default           every menu entry is tried; the default
 *   grub                              the beginning and the end
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_EVAL_H
#define P2V_BOOTCONF_GRUB_GRUB_EVAL_H

#include "bootconf/grub/grub_arena.h"
#include "bootconf/grub/grub_ast.h"
#include "bootconf/grub/grub_env.h"
#include "util/strv.h"

#define GRUB_EVAL_MAX_BYTES  ((size_t)64 << 10) /* of one command's words together */
#define GRUB_EVAL_MAX_WORDS  4096u
#define GRUB_EVAL_MAX_DEPTH  200u    /* calls, blocks and files inside each other */
#define GRUB_EVAL_MAX_STEPS  200000u /* of the configuration, and of each entry */
#define GRUB_EVAL_MAX_TOTAL  4000000u
#define GRUB_EVAL_MAX_MEMORY ((size_t)48 << 20)
#define GRUB_EVAL_MAX_WARN   100u

struct grub_eval;
struct grub_state; /* what the commands work on; never looked into here */

struct grub_args {
	char **v; /* in the arena, NULL-terminated; of a command, v[0] is its name */
	size_t n;
};

enum grub_command_flags {
	/* A function of the script's own that has its name is run in its place. */
	GRUB_COMMAND_WEAK = 1,
};

struct grub_command {
	const char *name;
	/* Returns the exit status, 0 for success. ev->at is the statement, for a
	 * command that takes a { block }; ev->flow may be changed. */
	int (*run)(struct grub_eval *ev, const struct grub_args *a);
	unsigned flags; /* enum grub_command_flags */
};

/* Calls @add for each device or file that @word's wildcards match; false when
 * there is none, the word then stays as it is. */
typedef bool grub_eval_wild_fn(struct grub_eval *ev, const char *word,
			       void (*add)(void *ctx, const char *word), void *ctx);

struct grub_function {
	const char *name;
	const struct grub_node *body;
	struct grub_function *next;
};

enum grub_flow {
	GRUB_FLOW_ON,
	GRUB_FLOW_BREAK, /* out of ev->levels loops */
	GRUB_FLOW_CONTINUE,
	GRUB_FLOW_RETURN,
	GRUB_FLOW_EXIT, /* this configuration or body is over */
	GRUB_FLOW_STOP, /* a bound was exceeded */
};

struct grub_eval {
	/* What it is begun with, borrowed. */
	const struct grub_command *commands; /* the last one has no name */
	grub_eval_wild_fn *wild;
	struct grub_state *state;
	struct strv *warnings; /* "FILE:LINE: what" */

	struct grub_arena arena;
	struct grub_env env;
	struct grub_function *functions;
	struct grub_args args;      /* $1... */
	const struct grub_node *at; /* the statement that is run */
	int status;                 /* $? */
	enum grub_flow flow;
	unsigned levels;
	unsigned depth;
	size_t steps, total;                   /* left */
	struct strv told;                      /* warnings that are given once */
	char scratch[GRUB_EVAL_MAX_BYTES + 1]; /* grub_expand.c's */
};

/* @ev is zeroed but for what it is begun with. @total: steps of all that it will
 * run; 0: GRUB_EVAL_MAX_TOTAL. */
void grub_eval_begin(struct grub_eval *ev, size_t total);
void grub_eval_release(struct grub_eval *ev);
/* Another configuration or body begins, with steps of its own. */
void grub_eval_renew(struct grub_eval *ev);

/* At the statement that is run. */
void grub_eval_warn(struct grub_eval *ev, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void grub_eval_warn_at(struct grub_eval *ev, const char *file, unsigned line, const char *text);
/* The same text only once in an evaluation. */
void grub_eval_warn_once(struct grub_eval *ev, const char *text);
/* A bound is exceeded: nothing more of this configuration or body is run. */
void grub_eval_stop(struct grub_eval *ev, const char *why);
/* Takes @cost steps; false when there are none left, which stops it. */
bool grub_eval_charge(struct grub_eval *ev, size_t cost);

#endif

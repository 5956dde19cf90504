/* grub_eval.h - running a GRUB script: what the parts of the reader share
 *
 * grub_eval.c runs statements, grub_cmd.c has the commands, grub_load.c those
 * that load a kernel, grub_block.c those of the environment block,
 * grub_regexp.c and grub_test.c the conditions, grub_path.c devices and files,
 * grub_wild.c wildcards in them, grub_menu.c what becomes of menuentry and
 * submenu, grub_default.c which is the default, grub.c the beginning and the
 * end.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_EVAL_H
#define P2V_BOOTCONF_GRUB_GRUB_EVAL_H

#include "bootconf/grub/grub.h"
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
#define GRUB_EVAL_MAX_OPEN   3u /* times that one file is open at once */

struct grub_args {
	char **v; /* in the arena, NULL-terminated */
	size_t n;
};

struct grub_function {
	const char *name;
	const struct grub_node *body;
	struct grub_function *next;
};

struct grub_item {
	const char *title, *id;
	bool has_id; /* given by --id; else it is the title, as in GRUB */
	bool is_submenu;
	const struct grub_node *body;
	struct grub_args args; /* $1 is the title */
	long entry;            /* its place in the list; -1: nothing that we can boot */
	struct grub_menu *sub; /* what it opens */
	struct grub_item *next;
};

struct grub_menu {
	struct grub_item *first, **tail;
	unsigned count;
	struct grub_env env;   /* the variables at the end of its configuration */
	struct grub_env saved; /* and what it has saved until then */
};

enum grub_flow {
	GRUB_FLOW_ON,
	GRUB_FLOW_BREAK, /* out of ev->levels loops */
	GRUB_FLOW_CONTINUE,
	GRUB_FLOW_RETURN,
	GRUB_FLOW_EXIT, /* this configuration or body is over */
	GRUB_FLOW_STOP, /* a bound was exceeded */
};

/* A file that is being run. */
struct grub_open {
	const char *name;
	const struct grub_open *outer;
};

struct grub_eval {
	const struct reader_facts *facts;
	struct boot_list *list;
	struct grub_arena arena;
	struct grub_env env;
	struct grub_env saved; /* what save_env would have written; NULL values: removed */
	long block_device;     /* the environment block in use; -1: none yet */
	char *block_path;      /* owned */
	const char *chosen;    /* the entry's ids from the top, as $chosen: "a>b" */
	struct grub_function *functions;
	struct grub_menu *menu;      /* where menuentry adds */
	struct grub_menu *next_menu; /* a configfile took over with this one */
	struct grub_args args;       /* $1... */
	struct boot_entry *draft;    /* what has been loaded so far */
	const char *foreign;         /* the command that loads something else than Linux */
	bool missing;                /* a file that the draft needs was not found */
	const struct grub_node *at;  /* for warnings */
	int status;                  /* $? */
	enum grub_flow flow;
	const struct grub_open *open; /* the innermost file */
	unsigned levels;
	unsigned depth;
	size_t steps, total; /* left */
	struct strv told;    /* warnings that are given once */
	char scratch[GRUB_EVAL_MAX_BYTES + 1];
};

/* grub_eval.c */
void grub_eval_warn(struct grub_eval *ev, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void grub_eval_stop(struct grub_eval *ev, const char *why);
/* Takes @cost steps; false when there are none left. */
bool grub_eval_charge(struct grub_eval *ev, size_t cost);
void grub_eval_list(struct grub_eval *ev, const struct grub_node *n);
/* Parses and runs; $? and flow as the script left them. @file names it. */
struct grub_node *grub_eval_parse(struct grub_eval *ev, const char *file, const char *text,
				  size_t len);
void grub_eval_text(struct grub_eval *ev, const char *file, const char *text, size_t len);
/* Reads and runs a file in the current context; status 1 when it cannot. */
int grub_eval_source(struct grub_eval *ev, const char *word);
/* Runs a function's or an entry's body with its own $1... */
void grub_eval_call(struct grub_eval *ev, const struct grub_node *body, struct grub_args args);

/* grub_cmd.c: runs the built-in command args[0]; false when there is none of
 * that name. @quiet: those that change nothing we look at. */
bool grub_cmd_run(struct grub_eval *ev, const struct grub_args *args, const struct grub_node *n);
bool grub_cmd_quiet(struct grub_eval *ev, const struct grub_args *args);

/* grub_load.c: fill ev->draft */
int grub_load_linux(struct grub_eval *ev, const struct grub_args *a);
int grub_load_initrd(struct grub_eval *ev, const struct grub_args *a);
int grub_load_devicetree(struct grub_eval *ev, const struct grub_args *a);
int grub_load_foreign(struct grub_eval *ev, const struct grub_args *a);
/* The words from @from on as GRUB makes a command line of them; owned, NULL: no memory. */
char *grub_load_line(const struct grub_args *a, size_t from);

/* grub_bls.c: boot loader entries and unified kernel images as menu entries */
int grub_bls_blscfg(struct grub_eval *ev, const struct grub_args *a);
int grub_bls_uki(struct grub_eval *ev, const struct grub_args *a);
/* Loads a unified kernel image; anything else is not Linux. */
int grub_bls_chainloader(struct grub_eval *ev, const struct grub_args *a);

/* grub_test.c: 0 for true, 1 for false. */
int grub_test(struct grub_eval *ev, char **v, size_t n);

/* grub_path.c */
struct grub_where {
	long device;      /* -1: not one that we know */
	const char *path; /* absolute, in the arena; NULL: no path at all */
	enum reader_kind kind;
	uint64_t size;
};
struct grub_where grub_path_find(struct grub_eval *ev, const char *word);
/* The device that GRUB or we call so ("hd0,1", "(hd0,gpt1)", "vda1"); -1: none. */
long grub_path_device(const struct grub_eval *ev, const char *name);
/* What a script calls the device. */
const char *grub_path_name(const struct grub_eval *ev, size_t device);
int grub_path_search(struct grub_eval *ev, const struct grub_args *args);
int grub_path_probe(struct grub_eval *ev, const struct grub_args *args);

/* grub_wild.c: calls @add for each device or file that @word's wildcards match;
 * false when there is none. */
bool grub_wild_expand(struct grub_eval *ev, const char *word,
		      void (*add)(void *ctx, const char *word), void *ctx);
/* * and ? in the first @len bytes of @pattern. */
bool grub_wild_match(const char *pattern, size_t len, const char *text);

/* grub_block.c: load_env and save_env, and the counters kept there */
int grub_block_load(struct grub_eval *ev, const struct grub_args *a);
int grub_block_save(struct grub_eval *ev, const struct grub_args *a);
int grub_block_count(struct grub_eval *ev, const struct grub_args *a);
/* What GRUB would have written when it starts ev->draft. */
void grub_block_take(struct grub_eval *ev, struct boot_save *out);

/* grub_regexp.c */
int grub_regexp(struct grub_eval *ev, const struct grub_args *a);

/* grub_menu.c */
struct grub_menu *grub_menu_new(struct grub_eval *ev);
int grub_menu_define(struct grub_eval *ev, const struct grub_args *args, const struct grub_node *n);
/* Adds an entry whose body is the script @text; @source names it in warnings. */
void grub_menu_add(struct grub_eval *ev, const char *title, const char *id, const char *source,
		   const char *text, size_t len);
/* Another configuration: a new context and, when it has entries, a menu. */
int grub_menu_configfile(struct grub_eval *ev, const char *word);
/* Runs every entry's body and fills ev->list. */
void grub_menu_walk(struct grub_eval *ev, struct grub_menu *menu, const char *above);
/* grub_default.c: marks the default entry, sets the list's timeout. */
void grub_menu_default(struct grub_eval *ev, const struct grub_menu *menu);

#endif

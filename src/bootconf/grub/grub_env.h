/* grub_env.h - variables of a GRUB script, and GRUB's environment block
 *
 * A context is a set of variables. A submenu or another configuration starts a
 * new one that has only the exported ones.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_ENV_H
#define P2V_BOOTCONF_GRUB_GRUB_ENV_H

#include "bootconf/grub/grub_ast.h"
#include "util/err.h"
#include "util/strv.h"

struct grub_var {
	const char *name, *value;
	bool exported;
	struct grub_var *next;
};

#define GRUB_ENV_BUCKETS 32

struct grub_env {
	struct grub_arena *arena;
	struct grub_var *bucket[GRUB_ENV_BUCKETS];
	unsigned count;
};

/* NULL when it is not set. */
const char *grub_env_get(const struct grub_env *env, const char *name);
/* A full arena, or too many variables, drop the value. */
void grub_env_set(struct grub_env *env, const char *name, const char *value);
void grub_env_unset(struct grub_env *env, const char *name);
/* Remembers that @name has no value; grub_env_knows() tells it from one that
 * nobody has spoken of. */
void grub_env_forget(struct grub_env *env, const char *name);
bool grub_env_knows(const struct grub_env *env, const char *name);
void grub_env_export(struct grub_env *env, const char *name);
/* A copy of the variables, or of the exported ones, in the same arena. */
struct grub_env grub_env_copy(const struct grub_env *env, bool only_exported);

/* Calls @fn for each variable of an environment block ("# GRUB Environment
 * Block", then NAME=VALUE lines with \\ before a newline or backslash, filled
 * up with #). False when the signature is missing. */
bool grub_env_block(const char *text, size_t len,
		    void (*fn)(void *ctx, const char *name, const char *value), void *ctx);

#define GRUB_ENV_BLOCK 1024u /* bytes of an environment block */

/* Copies the intact block @in with @set ("NAME=VALUE"; "NAME" alone: removed)
 * changed in it; what is not named stays as it is, in its order. -EINVAL when
 * @in is no block of @len == GRUB_ENV_BLOCK bytes, a line of it is no variable,
 * or something of @set is no variable; -ENOSPC when it gets too long. */
int grub_env_block_edit(const char *in, size_t len, const struct strv *set,
			char out[GRUB_ENV_BLOCK], struct err_text *why);

#endif

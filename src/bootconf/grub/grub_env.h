/* grub_env.h - the variables of a GRUB script
 *
 * A context is a set of variables. A submenu or another configuration starts a
 * new one that has only the exported ones.
 */
#ifndef P2V_BOOTCONF_GRUB_GRUB_ENV_H
#define P2V_BOOTCONF_GRUB_GRUB_ENV_H

#include "bootconf/grub/grub_arena.h"

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

#endif

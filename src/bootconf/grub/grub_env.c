/* grub_env.c - see grub_env.h */
#include "bootconf/grub/grub_env.h"

#include <string.h>

/* Far above what any configuration uses; it bounds the price of a copy. */
#define GRUB_ENV_MAX_VARS 1024

static unsigned grub_env_hash(const char *name)
{
	unsigned h = 5381;

	for (; *name; name++)
		h = h * 33 + (unsigned char)*name;
	return h % GRUB_ENV_BUCKETS;
}

static struct grub_var *grub_env_find(const struct grub_env *env, const char *name)
{
	struct grub_var *v = env->bucket[grub_env_hash(name)];

	while (v && strcmp(v->name, name))
		v = v->next;
	return v;
}

const char *grub_env_get(const struct grub_env *env, const char *name)
{
	const struct grub_var *v = grub_env_find(env, name);

	return v ? v->value : NULL;
}

static struct grub_var *grub_env_add(struct grub_env *env, const char *name)
{
	struct grub_var *v;
	unsigned h = grub_env_hash(name);

	if (env->count == GRUB_ENV_MAX_VARS)
		return NULL;
	v = grub_arena_alloc(env->arena, sizeof(*v));
	if (!v)
		return NULL;
	v->name = grub_arena_strdup(env->arena, name);
	if (!v->name)
		return NULL;
	v->next = env->bucket[h];
	env->bucket[h] = v;
	env->count++;
	return v;
}

void grub_env_set(struct grub_env *env, const char *name, const char *value)
{
	struct grub_var *v = grub_env_find(env, name);
	const char *copy;

	if (v && v->value && !strcmp(v->value, value))
		return;
	copy = grub_arena_strdup(env->arena, value);
	if (!copy)
		return;
	if (!v)
		v = grub_env_add(env, name);
	if (v)
		v->value = copy;
}

void grub_env_unset(struct grub_env *env, const char *name)
{
	struct grub_var *v = grub_env_find(env, name);

	if (v)
		v->value = NULL;
}

void grub_env_forget(struct grub_env *env, const char *name)
{
	struct grub_var *v = grub_env_find(env, name);

	if (!v)
		v = grub_env_add(env, name);
	if (v)
		v->value = NULL;
}

bool grub_env_knows(const struct grub_env *env, const char *name)
{
	return grub_env_find(env, name) != NULL;
}

void grub_env_export(struct grub_env *env, const char *name)
{
	struct grub_var *v = grub_env_find(env, name);

	/* GRUB lets a variable be exported before it is set. */
	if (!v)
		v = grub_env_add(env, name);
	if (v)
		v->exported = true;
}

struct grub_env grub_env_copy(const struct grub_env *env, bool only_exported)
{
	struct grub_env copy = {.arena = env->arena};

	for (unsigned h = 0; h < GRUB_ENV_BUCKETS; h++) {
		for (const struct grub_var *v = env->bucket[h]; v; v = v->next) {
			struct grub_var *n;

			if (only_exported && !v->exported)
				continue;
			n = grub_arena_alloc(env->arena, sizeof(*n));
			if (!n)
				return copy;
			/* Values are never written to, so they are shared. */
			*n = *v;
			n->next = copy.bucket[h];
			copy.bucket[h] = n;
			copy.count++;
		}
	}
	return copy;
}

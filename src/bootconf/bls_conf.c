/* bls_conf.c - see bls_conf.h */
#include "bootconf/bls_conf.h"
#include "util/cleanup.h"

#include <errno.h>
#include <string.h>

#define BLS_CONF_BLANKS " \t\r\f\v"

char *bls_conf_trim(char *s)
{
	size_t n;

	s += strspn(s, BLS_CONF_BLANKS);
	for (n = strlen(s); n && strchr(BLS_CONF_BLANKS, s[n - 1]); n--)
		;
	s[n] = '\0';
	return s;
}

static int bls_conf_add(struct bls_conf *c, const char *key, const char *value, unsigned line)
{
	struct bls_pair *grown;

	if (c->n == BLS_CONF_MAX_KEYS)
		return -E2BIG;
	grown = realloc(c->v, (c->n + 1) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	c->v = grown;
	c->v[c->n++] = (struct bls_pair){key, value, line};
	return 0;
}

int bls_conf_parse(char *text, enum bls_dialect dialect, struct bls_conf *conf)
{
	char *next = text;
	unsigned line = 0;
	int r = 0;

	*conf = (struct bls_conf){.text = text};
	while (next && *next && !r) {
		char *key = next, *value;

		line++;
		next = strchr(next, '\n');
		if (next)
			*next++ = '\0';
		key = bls_conf_trim(key);
		if (*key == '#')
			continue;
		value = key + strcspn(key, BLS_CONF_BLANKS);
		if (!*value && dialect == BLS_GRUB)
			break;
		if (!*value)
			continue;
		*value++ = '\0';
		value += strspn(value, BLS_CONF_BLANKS);
		r = bls_conf_add(conf, key, value, line);
	}
	if (r)
		bls_conf_release(conf);
	return r;
}

void bls_conf_release(struct bls_conf *c)
{
	free(c->text);
	free(c->v);
	*c = (struct bls_conf){0};
}

const struct bls_pair *bls_conf_next(const struct bls_conf *c, const char *key, size_t from)
{
	for (size_t i = from; i < c->n; i++)
		if (!strcmp(c->v[i].key, key))
			return &c->v[i];
	return NULL;
}

const char *bls_conf_last(const struct bls_conf *c, const char *key)
{
	for (size_t i = c->n; i; i--)
		if (!strcmp(c->v[i - 1].key, key))
			return c->v[i - 1].value;
	return NULL;
}

/* strv.h - a growing list of strings, each owned; NULL-terminated like argv */
#ifndef P2V_UTIL_STRV_H
#define P2V_UTIL_STRV_H

#include <stdbool.h>
#include <stddef.h>

struct strv {
	char **v; /* NULL when empty, else v[n] == NULL */
	size_t n;
};

/* Copies @s; 0 or -ENOMEM. */
int strv_add(struct strv *list, const char *s);
int strv_addf(struct strv *list, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
bool strv_has(const struct strv *list, const char *s);
void strv_release(struct strv *list);

#endif

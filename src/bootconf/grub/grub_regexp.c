/* grub_regexp.c - see grub_regexp.h */
#include "bootconf/grub/grub_regexp.h"
#include "util/text.h"

#include <ctype.h>
#include <regex.h>
#include <string.h>

#define GRUB_REGEXP_MAX 200u

/* A pattern from a disk must not cost us more than it costs GRUB: no
 * repetition counts, no back references, few groups. */
static bool grub_regexp_ok(const char *re, const char *subject)
{
	unsigned groups = 0;

	if (strlen(re) > GRUB_REGEXP_MAX || strlen(subject) > GRUB_REGEXP_MAX * 4)
		return false;
	for (; *re; re++) {
		if (*re == '{' || (*re == '\\' && isdigit((unsigned char)re[1])))
			return false;
		groups += *re == '(';
	}
	return groups <= 9;
}

/* "[N:]VAR" of a --set */
static void grub_regexp_set(struct grub_eval *ev, const char *spec, const char *subject,
			    const regmatch_t *match, size_t groups)
{
	const char *colon = strchr(spec, ':');
	char number[4] = "1", *value;
	uint64_t n;

	if (colon && (size_t)(colon - spec) < sizeof(number)) {
		memcpy(number, spec, (size_t)(colon - spec));
		number[colon - spec] = '\0';
	}
	if (!text_to_u64(number, 0, groups - 1, &n) || match[n].rm_so < 0)
		return;
	value = grub_arena_strndup(&ev->arena, subject + match[n].rm_so,
				   (size_t)(match[n].rm_eo - match[n].rm_so));
	if (value)
		grub_env_set(&ev->env, colon ? colon + 1 : spec, value);
}

int grub_regexp(struct grub_eval *ev, const struct grub_args *a)
{
	const char *set[16], *rest[2];
	size_t sets = 0, rests = 0;
	regmatch_t match[10];
	regex_t re;

	for (size_t i = 1; i < a->n; i++) {
		const char *s = a->v[i];
		bool next = (!strcmp(s, "--set") || !strcmp(s, "-s")) && i + 1 < a->n;

		if (next)
			s = a->v[++i];
		else if (!strncmp(s, "--set=", 6))
			s += 6;
		else if (rests < 2) {
			rest[rests++] = s;
			continue;
		}
		if (sets < 16)
			set[sets++] = s;
	}
	if (rests != 2 || !grub_regexp_ok(rest[0], rest[1]) || !grub_eval_charge(ev, 100) ||
	    regcomp(&re, rest[0], REG_EXTENDED))
		return 1;
	rests = (size_t)regexec(&re, rest[1], 10, match, 0);
	regfree(&re);
	for (size_t i = 0; i < sets && !rests; i++)
		grub_regexp_set(ev, set[i], rest[1], match, 10);
	return rests ? 1 : 0;
}

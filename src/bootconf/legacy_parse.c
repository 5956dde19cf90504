/* legacy_parse.c - see legacy_parse.h */
#include "bootconf/legacy_parse.h"
#include "bootconf/draft.h"
#include "util/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <string.h>

struct legacy_parser {
	struct legacy_config *c;
	struct boot_list *list;
	const char *source;
	unsigned *told;
	unsigned line; /* where the present one began */
	bool no_memory;
};

/* What a title may run; anything else is skipped by GRUB, too. */
static const char *const legacy_known[] = {
	"blocklist",     "boot",       "cat",        "chainloader", "clear",        "cmp",
	"color",         "configfile", "debug",      "device",      "displayapm",   "displaymem",
	"embed",         "find",       "fstest",     "geometry",    "halt",         "help",
	"hide",          "ifconfig",   "impsprobe",  "initrd",      "install",      "ioprobe",
	"kernel",        "lock",       "makeactive", "map",         "md5crypt",     "module",
	"modulenounzip", "partnew",    "parttype",   "password",    "pause",        "quiet",
	"quit",          "read",       "reboot",     "root",        "rootnoverify", "savedefault",
	"serial",        "setkey",     "setup",      "splashimage", "terminal",     "terminfo",
	"testload",      "testvbe",    "timeout",    "unhide",      "uppermem",     "uuid",
	"vbeprobe",
};

/* Settings that are nothing to us. */
static const char *const legacy_quiet[] = {
	"background", "bootp", "dhcp",       "foreground", "gfxmenu",  "hiddenmenu",
	"rarp",       "shade", "tftpserver", "verbose",    "viewport",
};

static bool legacy_parse_in(const char *const *names, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

#define LEGACY_IN(names, name) legacy_parse_in(names, sizeof(names) / sizeof((names)[0]), name)

bool legacy_parse_number(const char *text, uint64_t *out)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	*out = strtoull(hex ? text + 2 : text, &end, hex ? 16 : 10);
	return errno == 0 && end != text + 2 * hex;
}

const char *legacy_parse_argument(const struct legacy_command *c)
{
	return c->name + strlen(c->name) + 1;
}

static void legacy_parse_fallback(struct legacy_config *c, const char *rest)
{
	c->fallback_count = 0;
	while (c->fallback_count < LEGACY_MAX_FALLBACKS &&
	       legacy_parse_number(rest, &c->fallbacks[c->fallback_count])) {
		c->fallback_count++;
		rest += strcspn(rest, " ");
		rest += strspn(rest, " ");
	}
}

/* A line before the first title. */
static void legacy_parse_setting(struct legacy_parser *p, const char *name, const char *rest)
{
	struct legacy_config *c = p->c;
	uint64_t n;

	if (!strcmp(name, "default")) {
		c->saved = !strcmp(rest, "saved");
		c->initial = legacy_parse_number(rest, &n) ? n : 0;
	} else if (!strcmp(name, "fallback")) {
		legacy_parse_fallback(c, rest);
	} else if (!strcmp(name, "timeout")) {
		c->has_timeout = legacy_parse_number(rest, &n);
		c->timeout = !c->has_timeout ? 0 : n > INT_MAX ? INT_MAX : (unsigned)n;
	} else if (!LEGACY_IN(legacy_known, name) && !LEGACY_IN(legacy_quiet, name)) {
		draft_warn(p->list, p->told, p->source, p->line, "unknown command '%s'", name);
	}
}

static void legacy_parse_title(struct legacy_parser *p, const char *rest)
{
	struct legacy_config *c = p->c;
	struct legacy_item *grown;
	char *title = strdup(rest);

	/* The one before has run nothing: it is no entry. */
	if (c->item_count && !c->items[c->item_count - 1].count)
		free(c->items[--c->item_count].title);
	grown = title ? realloc(c->items, (c->item_count + 1) * sizeof(*grown)) : NULL;
	if (!grown) {
		free(title);
		p->no_memory = true;
		return;
	}
	c->items = grown;
	grown[c->item_count++] = (struct legacy_item){
		.title = title, .line = p->line, .first = c->command_count, .entry = -1};
}

static void legacy_parse_add(struct legacy_parser *p, const char *name, const char *rest)
{
	struct legacy_config *c = p->c;
	size_t name_size = strlen(name) + 1, rest_size = strlen(rest) + 1;
	struct legacy_command *grown =
		realloc(c->commands, (c->command_count + 1) * sizeof(*grown));
	char *text = malloc(name_size + rest_size);

	if (grown)
		c->commands = grown;
	if (!grown || !text) {
		free(text);
		p->no_memory = true;
		return;
	}
	memcpy(text, name, name_size);
	memcpy(text + name_size, rest, rest_size);
	grown[c->command_count++] = (struct legacy_command){.name = text, .line = p->line};
	c->items[c->item_count - 1].count++;
}

static void legacy_parse_line(struct legacy_parser *p, char *line)
{
	size_t len = strcspn(line, " =");
	char *rest = line + len + strspn(line + len, " =");
	size_t end = strlen(rest);

	while (end && rest[end - 1] == ' ')
		rest[--end] = '\0';
	line[len] = '\0';
	if (!strcmp(line, "title"))
		legacy_parse_title(p, rest);
	else if (!p->c->item_count)
		legacy_parse_setting(p, line, rest);
	else if (LEGACY_IN(legacy_known, line))
		legacy_parse_add(p, line, rest);
	else
		draft_warn(p->list, p->told, p->source, p->line, "unknown command '%s'", line);
}

/* Takes one line, with those that it is continued on, out of @at and puts it
 * without its leading blanks to @out, which may be the same place. Returns
 * where the next one begins. */
static char *legacy_parse_join(char *at, const char *end, char *out, unsigned *lines)
{
	bool literal = false, comment = false;
	size_t n = 0;

	for (; at < end; at++) {
		char c = *at == '\t' || !*at ? ' ' : *at;

		if (c == '\r')
			continue;
		*lines += c == '\n';
		if (literal && c == '\n') {
			c = ' ';
			n -= n > 0 && !comment;
			literal = false;
		} else {
			literal = c == '\\';
		}
		if (c == '\n') {
			if (!n) {
				comment = false;
				continue;
			}
			out[n] = '\0';
			return at + 1;
		}
		if (!n && !comment && c == '#')
			comment = true;
		else if (!comment && (n || c != ' '))
			out[n++] = c;
	}
	(*lines)++;
	out[n] = '\0';
	return at;
}

int legacy_parse(char *text, size_t len, const char *source, struct boot_list *list, unsigned *told,
		 struct legacy_config *c)
{
	struct legacy_parser p = {.c = c, .list = list, .source = source, .told = told};
	unsigned lines = 0;

	/* A joined line and its NUL are never longer than what they are made of:
	 * the last one ends where the NUL of @text is. */
	for (char *at = text, *end = text + len; at < end && !p.no_memory;) {
		char *line = at;

		at = legacy_parse_join(at, end, line, &lines);
		p.line = lines;
		if (c->item_count == LEGACY_MAX_ITEMS || c->command_count == LEGACY_MAX_COMMANDS) {
			draft_warn(list, told, source, p.line, "the rest is left out: too long");
			break;
		}
		if (strlen(line) >= DRAFT_MAX_LINE)
			draft_warn(list, told, source, p.line,
				   "the line is too long and is left out");
		else if (*line)
			legacy_parse_line(&p, line);
	}
	if (c->item_count && !c->items[c->item_count - 1].count)
		free(c->items[--c->item_count].title);
	return p.no_memory ? -ENOMEM : 0;
}

void legacy_parse_release(struct legacy_config *c)
{
	for (size_t i = 0; i < c->item_count; i++)
		free(c->items[i].title);
	for (size_t i = 0; i < c->command_count; i++)
		free(c->commands[i].name);
	free(c->items);
	free(c->commands);
	*c = (struct legacy_config){0};
}

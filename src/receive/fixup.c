/* fixup.c - see fixup.h */
#include "receive/fixup.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/place.h"
#include "util/run.h"
#include "util/text.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define FIXUP_TIMEOUT 300u /* seconds */
#define FIXUP_PATH    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static bool fixup_is_wanted(const struct msg_finish *what, const char *name)
{
	/* "10-fstab", or "fstab" for short. */
	if (strv_has(&what->skip, name) || strv_has(&what->skip, name + 3))
		return false;
	return !what->only.n || strv_has(&what->only, name) || strv_has(&what->only, name + 3);
}

/* The last line that is not empty: what a failed program said last. */
static const char *fixup_last_line(char *text)
{
	size_t n = text ? strlen(text) : 0;
	char *line;

	/* A program that could not be started said nothing. */
	if (!n)
		return "";

	while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	line = strrchr(text, '\n');
	return line ? line + 1 : text;
}

static void fixup_failed(const struct fixup *f, const char *name, struct run_result *res,
			 struct reasons *reasons)
{
	char why[600], line[400];
	const char *last = fixup_last_line(res->err && res->err[0] ? res->err : res->out);

	text_printable(last, line, sizeof(line));
	if (res->timed_out)
		snprintf(why, sizeof(why), "it did not end within %u seconds", FIXUP_TIMEOUT);
	else if (res->status >= 0)
		snprintf(why, sizeof(why), "status %d: %s", res->status,
			 line[0] ? line : "it gave no reason");
	else
		snprintf(why, sizeof(why), "it could not be started");
	log_error("fixup %s failed: %s", name, why);
	f->event(f->ctx, "fixup", name, "failed", why);
	reason_add(reasons, REASON_REFUSE, "fixup-failed",
		   "the target stays in its bootstrap system; push again, or leave it out with "
		   "--skip-fixup",
		   "the fixup %s failed: %s", name, why);
}

static void fixup_warnings(const char *name, char *out, struct reasons *reasons)
{
	char *save = NULL;

	for (char *l = strtok_r(out, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		char line[360];

		if (strncmp(l, "warning: ", 9))
			continue;
		reason_add(reasons, REASON_WARN, "fixup-warning", "", "%s: %s", name,
			   text_printable(l + 9, line, sizeof(line)));
	}
}

static void fixup_done(const struct fixup *f, const char *name, struct run_result *res,
		       struct reasons *reasons)
{
	const char *state = res->status == 3 ? "warning" : "done";
	char first[600], line[600];
	size_t len = strcspn(res->out, "\n");

	snprintf(first, sizeof(first), "%.*s", (int)(len < 599 ? len : 599), res->out);
	if (res->status == 0 && !strncmp(first, "not applicable", 14))
		state = "skipped";
	text_printable(first, line, sizeof(line));
	log_debug("fixup %s: %s", name, line);
	f->event(f->ctx, "fixup", name, state, line);
	if (res->status == 3)
		fixup_warnings(name, res->out, reasons);
}

/* False: it failed, and the next ones must not run. */
static bool fixup_run(const struct fixup *f, const char *name, const char *const env[],
		      struct reasons *reasons)
{
	struct run_options o = {.env = env, .timeout = FIXUP_TIMEOUT};
	struct run_result res = {.status = -1};
	char path[512];
	const char *argv[] = {path, f->root, NULL};
	bool good = false;
	int r;

	f->event(f->ctx, "fixup", name, "start", "");
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", f->dir, name) < sizeof(path))
		r = run_program(argv, &o, &res);
	else
		r = -ENAMETOOLONG;
	if (r)
		res.status = -1;
	if (!r && !res.timed_out && (res.status == 0 || res.status == 3)) {
		fixup_done(f, name, &res, reasons);
		good = true;
	} else {
		fixup_failed(f, name, &res, reasons);
	}
	run_result_release(&res);
	return good;
}

/* Names that nobody has are the user's mistake, and would go unnoticed. */
static void fixup_check_names(const struct fixup *f, const struct strv *names,
			      struct reasons *reasons)
{
	for (size_t i = 0; i < names->n; i++) {
		bool known = false;

		for (size_t k = 0; k < f->names->n; k++)
			known = known || !strcmp(names->v[i], f->names->v[k]) ||
				!strcmp(names->v[i], f->names->v[k] + 3);
		if (!known)
			reason_add(reasons, REASON_WARN, "fixup-unknown", "",
				   "the target has no fixup %s", names->v[i]);
	}
}

int fixup_run_all(const struct fixup *f, const struct msg_finish *what, struct reasons *reasons)
{
	CLEANUP_FREE char *root_env = NULL;
	CLEANUP_FREE char *facts_env = NULL;
	char boot[PATH_MAX], boot_env[PATH_MAX + 16];
	const char *env[] = {FIXUP_PATH, "LC_ALL=C", boot_env, NULL, NULL, NULL};

	snprintf(boot_env, sizeof(boot_env), "P2V_BOOT=%s",
		 place_program("p2v-boot", boot, sizeof(boot)));
	if (asprintf(&root_env, "P2V_ROOT=%s", f->root) < 0) {
		root_env = NULL;
		return -ENOMEM;
	}
	if (asprintf(&facts_env, "P2V_FACTS=%s", f->facts) < 0) {
		facts_env = NULL;
		return -ENOMEM;
	}
	env[3] = root_env;
	env[4] = facts_env;
	fixup_check_names(f, &what->only, reasons);
	fixup_check_names(f, &what->skip, reasons);
	if (!f->names->n)
		reason_add(reasons, REASON_WARN, "no-fixups",
			   "say where they are with p2v-receive --fixups",
			   "the target has no fixups in %s", f->dir);
	for (size_t i = 0; i < f->names->n; i++) {
		const char *name = f->names->v[i];

		if (!fixup_is_wanted(what, name))
			f->event(f->ctx, "fixup", name, "skipped", "not asked for");
		else if (!fixup_run(f, name, env, reasons))
			break;
	}
	return 0;
}

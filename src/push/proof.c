/* proof.c - see proof.h */
#include "push/proof.h"
#include "push/interrupt.h"
#include "util/clock.h"
#include "util/log.h"

#include <stdio.h>
#include <string.h>

#define PROOF_PAUSE_MS 2000

/* What the last look has seen, for the user. */
static void proof_describe(const char *seen, const char *bootstrap, const struct err_text *err,
			   char *out, size_t size)
{
	if (!seen[0])
		snprintf(out, size, "%s", err->text);
	else if (!strcmp(seen, bootstrap))
		snprintf(out, size, "the bootstrap system still answers with its own key");
	else
		snprintf(out, size, "another machine's key answers: %s", seen);
}

bool proof_wait(const struct ssh_target *target, unsigned seconds, const struct strv *host_keys,
		const char *bootstrap, struct err_text *said)
{
	long long start = clock_ms(), end = start + seconds * 1000LL;
	char last[512] = "nothing", now[512];

	if (!host_keys->n) {
		err_set(said, 0,
			"the migrated system has no ssh host keys, so there is nothing to "
			"recognise it by");
		return false;
	}
	log_info("waiting up to %u seconds for the migrated machine's ssh host key", seconds);
	do {
		struct err_text err = {0};
		char seen[64] = "";

		ssh_link_peek(target, seen, sizeof(seen), &err);
		if (seen[0] && strv_has(host_keys, seen)) {
			err_set(said, 0, "the migrated machine answers with its own key %s", seen);
			return true;
		}
		if (interrupt_pending())
			break;
		proof_describe(seen, bootstrap, &err, now, sizeof(now));
		if (strcmp(now, last) != 0) {
			log_debug("waiting for the boot: %s", now);
			memcpy(last, now, sizeof(last));
		}
	} while (clock_ms() + PROOF_PAUSE_MS < end && interrupt_sleep(PROOF_PAUSE_MS));
	err_set(said, 0, "within %lld seconds the migrated machine was not seen%s; last: %s",
		(clock_ms() - start) / 1000, interrupt_pending() ? " (interrupted)" : "", last);
	return false;
}

/* proof.h - has the migrated machine come up? (--wait-boot)
 *
 * It answers at the target's address with one of the migrated system's own ssh
 * host keys. The bootstrap's key still answering means "not yet".
 */
#ifndef P2V_PUSH_PROOF_H
#define P2V_PUSH_PROOF_H

#include "push/ssh.h"
#include "util/err.h"
#include "util/strv.h"

#include <stdbool.h>

/* True when one of @host_keys was seen at @target within @seconds. @bootstrap
 * is the fingerprint that answered before the cutover ("" unknown). @said (one
 * line) tells what was seen in either case. */
bool proof_wait(const struct ssh_target *target, unsigned seconds, const struct strv *host_keys,
		const char *bootstrap, struct err_text *said);

#endif

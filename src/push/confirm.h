/* confirm.h - the user names the disk that is to be erased
 */
#ifndef P2V_PUSH_CONFIRM_H
#define P2V_PUSH_CONFIRM_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "util/exit.h"
#include "wire/message.h"

/* Asks on the terminal for every disk that no --yes-erase has named yet, and
 * completes @commit. P2V_EXIT_OK, or P2V_EXIT_REFUSED (logged). */
enum p2v_exit confirm_erase(const struct facts *f, const struct plan *plan,
			    struct msg_commit *commit);

#endif

/* session.h - what the processes of one push share: DIR/ID on the target
 *
 *   DIR/lock          held by the one control process that owns a disk
 *   DIR/ID/           0700
 *     lock            held by its control process: it is alive
 *     writing         held (shared) by a data process while it writes
 *     session.json    0600: token, plan, disks
 *     map.N           the chunk map of volume N
 *
 * A data process writes only while it has seen that the control process lives,
 * and a new session waits until no writer of a dead one is left. All locks go
 * with their process, so nothing has to be tidied up after a crash: a dead
 * session's directory is removed by the next one.
 */
#ifndef P2V_RECEIVE_SESSION_H
#define P2V_RECEIVE_SESSION_H

#include "disk/target.h"
#include "plan/plan.h"
#include "receive/chunkmap.h"
#include "util/err.h"
#include "wire/message.h"

#include <stdbool.h>

struct session {
	char base[256];                 /* DIR */
	char id[64];                    /* ID */
	char path[330];                 /* DIR/ID */
	uint8_t token[PROTO_TOKEN_LEN]; /* control: handed out in READY */
	int base_lock;                  /* owned, control only; -1 */
	int lock;                       /* owned; control: locked */
	int writing;                    /* owned */
	int dirfd;                      /* owned */
	struct plan plan;               /* data role: owned, from session.json */
	struct chunkmaps maps;
	uint32_t disk_count;
	struct disk_target disks[PLAN_MAX_DISKS]; /* owned */
};

void session_init(struct session *s);
/* Makes up a fresh id and token; nothing is created. 0 or -errno. */
int session_name(struct session *s, const char *base, struct err_text *err);
/* Control: makes DIR, becomes the only owner, waits for a dead session's writers and
 * removes its directory. -EBUSY: another push is under way, or writers of a
 * dead one did not end. */
int session_acquire(struct session *s, struct err_text *err);
/* Control: claims the plan's disks. -EBUSY, -errno. */
int session_claim(struct session *s, const struct plan *plan, struct err_text *err);
/* Control: makes DIR/ID with maps and session.json. -ENOSPC, -errno. */
int session_create(struct session *s, const struct plan *plan, struct err_text *err);
/* Data: opens the session that a HELLO names. -EACCES: there is none such, or
 * the token differs (not told apart). */
int session_join(struct session *s, const char *base, const char *id,
		 const uint8_t token[PROTO_TOKEN_LEN], struct err_text *err);
/* Data: brackets writing to the disks. False: the control process is gone, and
 * nothing may be written. */
bool session_begin_write(struct session *s);
void session_end_write(struct session *s);
/* Control: closes the disks' descriptors, and with them the claim. */
void session_release_disks(struct session *s);
/* Closes all; the control process's directory goes as well. */
void session_close(struct session *s, bool remove_directory);

#endif

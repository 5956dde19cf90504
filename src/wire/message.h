/* message.h - the messages of a session's beginning and end <-> JSON
 *
 * message_transfer.h has those of the transfer, plan_json.h and facts.h the two
 * large ones. Every _from_json checks the
 * schema and returns 0, or -EPROTO with @err; *m is then empty and needs no
 * release. Every _to_json returns an owned document, NULL when out of memory.
 * Text for people has its control characters replaced on both ends.
 */
#ifndef P2V_WIRE_MESSAGE_H
#define P2V_WIRE_MESSAGE_H

#include "plan/cutover_mode.h"
#include "plan/plan.h"
#include "plan/reason.h"
#include "util/digest.h"
#include "util/err.h"
#include "util/jdoc.h"
#include "util/strv.h"
#include "wire/proto.h"

#include <stdbool.h>
#include <stdint.h>

enum hello_role {
	HELLO_CONTROL,
	HELLO_DATA,
};

struct msg_hello {
	uint32_t version;  /* PROTO_VERSION */
	uint32_t features; /* PROTO_FEATURE_* */
	enum hello_role role;
	char program[64];               /* "p2v-push 0.1" */
	char session[64];               /* data role, from the source; a file name; else "" */
	uint8_t token[PROTO_TOKEN_LEN]; /* goes with the session; else zeros */
};

struct msg_verdict {
	struct reasons reasons;
	struct strv steps;  /* what would be done, a line each, in order */
	struct digest plan; /* plan_digest() as the target computes it */
};

struct msg_commit {
	struct digest plan;              /* must equal the verdict's */
	uint32_t erase_count;            /* one for each disk of the plan, in order: */
	char erase[PLAN_MAX_DISKS][256]; /* the device path or serial that the user named */
};

struct msg_ready {
	char session[64];
	uint8_t token[PROTO_TOKEN_LEN];
};

struct msg_finish {
	bool fixups;               /* false: none are run */
	struct strv only;          /* names; empty: all */
	struct strv skip;          /* names */
	enum cutover_mode cutover; /* kexec: the boot entry is looked for and loaded */
};

struct msg_result {
	struct reasons reasons; /* warnings; a REASON_REFUSE here means failed */
	struct strv host_keys;  /* "SHA256:..." of the migrated system's ssh host keys */
	bool root_found;        /* a migrated root file system was mounted */
	bool kexec_loaded;
	char boot_title[256]; /* of the entry that is loaded, or would be */
	char boot_kernel[512];
	char boot_cmdline[4096];
};

struct msg_bye {
	enum cutover_mode mode; /* what really happens now (a kexec may have become a reboot) */
	char text[400];
};

struct msg_error {
	char code[40];
	char text[500];
	char hint[300];
};

/* Of a hello with another version only version and program are decoded: the rest
 * may mean something else there. The caller compares and answers. */
struct jdoc *msg_hello_to_json(const struct msg_hello *m);
int msg_hello_from_json(const struct jdoc *d, struct msg_hello *m, struct err_text *err);
struct jdoc *msg_verdict_to_json(const struct msg_verdict *m);
int msg_verdict_from_json(const struct jdoc *d, struct msg_verdict *m, struct err_text *err);
void msg_verdict_release(struct msg_verdict *m);
struct jdoc *msg_commit_to_json(const struct msg_commit *m);
int msg_commit_from_json(const struct jdoc *d, struct msg_commit *m, struct err_text *err);
struct jdoc *msg_ready_to_json(const struct msg_ready *m);
int msg_ready_from_json(const struct jdoc *d, struct msg_ready *m, struct err_text *err);
struct jdoc *msg_finish_to_json(const struct msg_finish *m);
int msg_finish_from_json(const struct jdoc *d, struct msg_finish *m, struct err_text *err);
void msg_finish_release(struct msg_finish *m);
struct jdoc *msg_result_to_json(const struct msg_result *m);
int msg_result_from_json(const struct jdoc *d, struct msg_result *m, struct err_text *err);
void msg_result_release(struct msg_result *m);
/* CUTOVER and BYE are the same message; the text of a CUTOVER is empty. */
struct jdoc *msg_bye_to_json(const struct msg_bye *m);
int msg_bye_from_json(const struct jdoc *d, struct msg_bye *m, struct err_text *err);
struct jdoc *msg_error_to_json(const struct msg_error *m);
int msg_error_from_json(const struct jdoc *d, struct msg_error *m, struct err_text *err);

#endif

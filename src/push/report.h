/* report.h - what scripts read: one JSON object a line on stdout (--json)
 *
 * Every object has "event". The events and their members are described in
 * docs/man/p2v-push.8.rst; members may be added, none is renamed. Without
 * --json these functions do nothing.
 */
#ifndef P2V_PUSH_REPORT_H
#define P2V_PUSH_REPORT_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "push/progress_view.h"
#include "source/source.h"
#include "wire/message.h"
#include "wire/message_transfer.h"

/* What the push has cost. */
struct report_totals {
	double seconds;          /* from the program's start */
	double transfer_seconds; /* of all passes */
	uint64_t used_bytes;     /* that were to be sent */
	uint64_t sent_bytes;     /* of used blocks, read and sent, with repeats */
	uint64_t wire_bytes;     /* in frames */
	double cpu_seconds;      /* of this process */
	uint64_t peak_rss;       /* bytes, of this process */
	double target_cpu;       /* seconds, of the data receivers */
	uint64_t target_rss;     /* bytes, of the largest of them */
	unsigned passes;
	uint64_t lost_bytes; /* unreadable on the source, sent as zeros */
};

void report_source(const struct source *s, const struct reasons *reasons);
void report_target(const struct facts *f);
void report_plan(const struct plan *p);
/* @own: the reasons found on this side. */
void report_verdict(const struct msg_verdict *v, const struct reasons *own);
void report_event(const struct msg_event *e);
void report_progress(const struct progress_view *v);
void report_result(const struct msg_result *r);
void report_cutover(const struct msg_bye *b);
void report_proof(bool proven, const char *text);
void report_end(int status, const char *text, const struct report_totals *t);

#endif

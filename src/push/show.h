/* show.h - inventory, plan, verdict and summary as tables for people
 *
 * Text from disks and from the peer is made printable first.
 */
#ifndef P2V_PUSH_SHOW_H
#define P2V_PUSH_SHOW_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "plan/reason.h"
#include "push/report.h"
#include "wire/message.h"
#include "wire/message_transfer.h"

void show_source(const struct plan *p);
void show_target(const struct facts *f);
/* Volume by volume, and what the target loses. */
void show_plan(const struct plan *p, const struct facts *f);
void show_steps(const struct strv *steps);
/* One line for each reason and its hint; @from: "source", "target". */
void show_reasons(const struct reasons *list, const char *from);
void show_event(const struct msg_event *e);
void show_result(const struct msg_result *r);
void show_totals(const struct report_totals *t);

#endif

/* work: what people do at their nodes: publish, change keys, tell again, install rosters; also just before a crash.
 *
 * Each is one incident, at a node by chance.
 */
#ifndef SIM_WORK_H
#define SIM_WORK_H

#include "tests/sim/operator.h"

/* So many new alerts, at once, at this node, which runs. */
void work_publish(struct station *station, size_t count);
void work_publish_some(void);
void work_publish_and_crash(void);
/* So many, one by one, that readers ask for one while the next is written; and perhaps a crash in the middle. */
void work_publish_in_a_row(void);
/* What is passed on to who is behind, and a crash of who passes it on. */
void work_pass_on_and_crash(void);
/* What a member was told, or what was told before it joined, in a feed of its own. */
void work_disclose_again(void);

/* An author takes one of its alerts back, or two. */
void work_recall(void);

void work_renew_keys(void);
/* What is signed with new keys may overtake the news of them. */
void work_renew_and_publish(void);
void work_renew_and_crash(void);

/* The last member joins or leaves, once in a run. */
void work_change_roster(void);

/* Notes what came of a request, and nothing more. */
void work_on_reply(void *context, uint64_t value, const Reply *reply);

#endif

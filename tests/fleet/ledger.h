/* ledger: every alert that was confirmed to somebody, kept outside of all nodes, and where it must be and must not be.
 *
 * Who may have which is written down here once more, from docs/marking.md and the policies of make.sh, without asking
 * the code under test.
 */
#ifndef FLEET_LEDGER_H
#define FLEET_LEDGER_H

#include "tests/fleet/fleet.h"

enum { OBJECT_SIZE = 32 };

struct ledger_row {
    uint8_t object[OBJECT_SIZE];
    size_t author; /* the node */
    unsigned marking;
};

struct ledger {
    struct ledger_row *rows;
    size_t count, capacity;
    size_t *places; /* by object: number of a row and 1, 0: free */
    size_t place_count;
    size_t expected[HOMES_MAX]; /* alerts that a node must have */
};

void ledger_init(struct ledger *ledger);
void ledger_release(struct ledger *ledger);

unsigned ledger_any_marking(struct chance *chance);
/* An alert with this marking, in the arena. */
const char *ledger_json(struct arena *arena, const char *country, unsigned marking, size_t number);
/* The operator at `author` was told that it is published. */
void ledger_confirm(struct ledger *ledger, const struct fleet *fleet, const uint8_t object[static OBJECT_SIZE],
                    size_t author, unsigned marking);

/* Alerts that are still to come somewhere, by the counts that the nodes tell. */
size_t ledger_missing(const struct ledger *ledger, struct fleet *fleet);
/* Reads every row of every node: what is confirmed must be where it may be, once, and nothing else anywhere. Says what
 * is wrong, the first of it by name; the number of faults. */
size_t ledger_judge(const struct ledger *ledger, struct fleet *fleet);
/* One node's part of it. `may_have_more`: an alert may have been published without its confirmation having come. */
size_t ledger_judge_node(const struct ledger *ledger, struct fleet *fleet, size_t node, bool may_have_more);

#endif

/* quarantine: a peer that breaks the rules again and again is left out for a while, longer each time.
 *
 * A strike is something that no honest program sends, whatever happened to it: not what a fork, a restored backup, a
 * race, a newer version or somebody on the line can bring about. It is held against who is at the other end of an
 * authenticated session, so nobody can have another locked out. The way back is time, or an operator's word. Pure; time
 * is passed in, steady milliseconds.
 */
#ifndef DAEMON_QUARANTINE_H
#define DAEMON_QUARANTINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/result.h"

enum {
    QUARANTINE_STRIKES = 3,                 /* within QUARANTINE_FORGET_MS of each other */
    QUARANTINE_FIRST_MS = 60 * 1000,        /* doubled each time … */
    QUARANTINE_LAST_MS = 60 * 60 * 1000,    /* … up to this */
    QUARANTINE_FORGET_MS = 2 * 3600 * 1000, /* without a strike, outside: what was before is forgotten */
};

struct quarantine {
    enum result why;    /* of the last strike */
    unsigned strikes;   /* towards the next time */
    unsigned times;     /* that it was left out */
    uint64_t struck_at; /* the last */
    uint64_t until;     /* 0: it is not left out */
    uint64_t total;     /* strikes since the start */
};

bool quarantine_is_offence(enum result why);
/* One more. True when it is left out from now on. */
bool quarantine_strike(struct quarantine *quarantine, enum result why, uint64_t now);
/* How long it is left out for; 0: it is not. */
uint64_t quarantine_left_ms(const struct quarantine *quarantine, uint64_t now);
/* It may come back, and what it did is forgotten. */
void quarantine_release(struct quarantine *quarantine);

#endif

#include "daemon/quarantine.h"

bool quarantine_is_offence(enum result why) {
    static const enum result offences[] = {
        RESULT_TRUNCATED, RESULT_TOO_LARGE,  RESULT_MALFORMED,    RESULT_BAD_POINT,   RESULT_BAD_SIGNATURE,
        RESULT_BAD_HASH,  RESULT_WRONG_FEED, RESULT_OUT_OF_ORDER, RESULT_NOT_ALLOWED, /* asks for what it may not read,
                                                                                         again and again */
    };
    for (unsigned i = 0; i < sizeof offences / sizeof *offences; i++)
        if (offences[i] == why)
            return true;
    return false;
}

static uint64_t length(unsigned times) {
    uint64_t ms = QUARANTINE_FIRST_MS;
    for (; times && ms < QUARANTINE_LAST_MS; times--)
        ms *= 2;
    return ms < QUARANTINE_LAST_MS ? ms : QUARANTINE_LAST_MS;
}

static void forget(struct quarantine *quarantine, uint64_t now) {
    uint64_t since = quarantine->until > quarantine->struck_at ? quarantine->until : quarantine->struck_at;
    if (now < since + QUARANTINE_FORGET_MS)
        return;
    quarantine->strikes = quarantine->times = 0;
}

bool quarantine_strike(struct quarantine *quarantine, enum result why, uint64_t now) {
    forget(quarantine, now);
    quarantine->why = why;
    quarantine->struck_at = now;
    quarantine->total++;
    if (++quarantine->strikes < QUARANTINE_STRIKES || quarantine_left_ms(quarantine, now))
        return false;
    quarantine->strikes = 0;
    quarantine->until = now + length(quarantine->times++);
    return true;
}

uint64_t quarantine_left_ms(const struct quarantine *quarantine, uint64_t now) {
    return quarantine->until > now ? quarantine->until - now : 0;
}

void quarantine_release(struct quarantine *quarantine) {
    quarantine->strikes = quarantine->times = 0;
    quarantine->until = 0;
}

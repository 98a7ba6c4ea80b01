/* told: who has an alert that this node told, as far as it can know.
 *
 * A reader acknowledges an entry once it is on its disk; that is "delivered". Whether anybody there has opened it is
 * said by some (opened.h), and nothing here guesses. One thread.
 */
#ifndef DAEMON_TOLD_H
#define DAEMON_TOLD_H

#include "daemon/exchange.h"
#include "daemon/peers.h"

enum told_state {
    TOLD_DELIVERED, /* it has acknowledged the entry */
    TOLD_PENDING,   /* it has not, and may */
    TOLD_NO_GRANT,  /* it is in the audience and was not granted the key of the feed */
    TOLD_LATER,     /* it was granted a key after the entry, and cannot open it */
    TOLD_LEFT,      /* it is not in the audience any more */
    TOLD_FORMER,    /* it is no member any more */
};

struct told_reader {
    const uint8_t *id;
    const struct member *member; /* also one of before; NULL: it is not known here any more */
    enum told_state state;
    uint64_t since;  /* DELIVERED: milliseconds; 0 where this process has not seen it happen */
    uint64_t behind; /* entries up to this one that it has not acknowledged */
    bool is_heard;   /* has it ever acknowledged anything of ours? */
};

/* One feed of ours that the alert went into. */
struct told_feed {
    struct feed *feed;
    uint64_t number; /* of the entry */
    uint64_t created;
    struct told_reader *readers;
    size_t count;
};

/* Could this member read entry `number` of the feed, one of ours on disk, and can it still? */
bool told_reads(const struct feed *feed, uint64_t number, const uint8_t member[static MEMBER_ID_SIZE]);
/* Did we tell this member the alert of this sequence, by an entry that it reads? */
MUST_USE enum result told_to(struct exchange *exchange, struct arena *arena, uint64_t sequence,
                             const uint8_t member[static MEMBER_ID_SIZE], bool *is_told);

/* Where the alert of this sequence was told, and who has it; in the arena. Who left the audience before it acknowledged
 * anything of the feed is not known any more. */
MUST_USE enum result told_find(struct exchange *exchange, struct arena *arena, uint64_t sequence,
                               struct told_feed **out, size_t *count);

/* In one word, and since when. Of a pending one by what is known of the peer (NULL: nothing): "fetching", "away",
 * "unseen" (not connected since we started), "never-connected", "never-called" (nor do we call it). *since: 0: not
 * known. */
const char *told_word(const struct told_reader *reader, const struct peer *peer, uint64_t started_ms, uint64_t *since);

#endif

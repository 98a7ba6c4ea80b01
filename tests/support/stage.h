/* stage: the steps of the model acted out with real keys, grants and entries, to see who really reads what.
 *
 * Everybody has the whole wire. A ring is what somebody holds; it takes in every grant that one of its secrets opens,
 * and tries each of its keys on each entry. The author is passed in: it keeps the feeds and decides what is due. One
 * thread.
 */
#ifndef SUPPORT_STAGE_H
#define SUPPORT_STAGE_H

#include "core/feed.h"
#include "keys/epoch.h"
#include "tests/support/model.h"

enum {
    STAGE_FEEDS = 1 + MODEL_MEMBERS, /* the audience's, and for each member one that is for it alone */
    STAGE_WIRE_MAX = 24,
    STAGE_SECRETS_MAX = MODEL_SERIALS,
    STAGE_KEYS_MAX = 24,
    STAGE_PLACES = 5, /* states of the keys of one member: as made, renewed, lost, and both in either order */
};

struct stage_key {
    uint8_t feed[FEED_ID_SIZE];
    uint32_t epoch;
    uint8_t bytes[EPOCH_KEY_SIZE];
};

struct ring {
    const uint8_t *id; /* whose it is, or was before it was stolen */
    struct {
        const uint8_t *secret;
        const uint8_t *public_key;
    } secrets[STAGE_SECRETS_MAX];
    size_t secret_count;
    struct stage_key keys[STAGE_KEYS_MAX];
    size_t key_count;
    size_t heard; /* how much of the wire it has looked through */
};

/* Adds the encryption secrets that are in an identity, the former ones too. The identity must outlive the ring. */
void ring_add(struct ring *ring, const struct identity *identity);

/* Who is there, the same in every history. */
struct stage_cast {
    struct identity author;
    struct identity stranger;
    struct identity members[MODEL_MEMBERS][STAGE_PLACES];
};

struct stage {
    const struct stage_cast *cast;
    uint8_t feeds[STAGE_FEEDS][FEED_ID_SIZE];
    struct span wire[STAGE_WIRE_MAX];
    struct feed_head readers[STAGE_FEEDS]; /* how far each feed is on the wire */
    size_t wire_count;
    size_t entry_count;
    struct ring own[MODEL_MEMBERS];  /* what each holds now */
    struct ring lost[MODEL_MEMBERS]; /* what each held until it lost it: somebody may have it */
    struct ring thief;
    struct ring stranger;
    uint8_t audience;
    uint8_t place[MODEL_MEMBERS]; /* of each member's keys as they are */
    uint8_t known[MODEL_MEMBERS]; /* as the author knows them */
    uint64_t now;
};

/* The author of the stage: its feeds are numbered like those of the stage. */
struct stage_author {
    void *context; /* of both functions */
    /* Appends what is due and, if `text` is not NULL and there is anybody to write for, a disclosure; each by
     * stage_put(). True if the disclosure was appended. */
    bool (*append)(void *context, struct stage *stage, size_t feed, const struct identity *const *members, size_t count,
                   const char *text);
    /* As if so many entries had been sealed as one epoch may have. */
    void (*fill)(void *context, size_t feed);
};

void stage_cast_make(struct stage_cast *cast, const struct random *random);
void stage_cast_release(struct stage_cast *cast);

/* The name of the audience of each feed. */
const char *stage_audience(size_t feed);

void stage_start(struct stage *stage, const struct stage_cast *cast);
void stage_take(struct stage *stage, const struct model_step *step, const struct stage_author *author);
/* Puts an entry on the wire. It must outlive the stage, and follow what is there. */
void stage_put(struct stage *stage, size_t feed, struct span entry);
/* Takes in what is new on the wire. Which disclosures it can read, as bits: each of its keys is tried on each of them,
 * those of other epochs and feeds, too. */
unsigned ring_read(struct ring *ring, const struct stage *stage);
/* Fails the test where somebody can read what the model says it cannot, or the other way round. `steps` is how it came
 * there. */
void stage_compare(struct stage *stage, const struct model_state *state, const struct model_step *steps, size_t count);
/* How often model and stage differ. */
size_t stage_differences(struct stage *stage, const struct model_state *state, enum model_break wrong);

#endif

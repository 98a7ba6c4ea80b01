/* world: several nodes in one process, without network: the clock, the randomness and every delivery are the test's.
 *
 * A story is told between named actors: make a world, add actors, start, publish, carry, look. Deterministic.
 */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include <stdbool.h>

#include "daemon/exchange.h"

struct actor {
    struct world *world;
    char name[64];
    char folder[256];
    const char *policy_text;
    struct identity identity;
    struct member member;
    struct arena arena;
    struct policy *policy;
    struct exchange exchange;
    bool deaf; /* hears of no news of the roster, until world_hear() */
};

enum { WORLD_ACTORS_MAX = 16, WORLD_ROSTERS_MAX = 64 };

struct world {
    struct arena arena;
    char folder[256];
    struct clock clock;
    uint64_t now_ms;
    struct random random;
    uint64_t random_state;
    struct references references;
    uint8_t root_key[SIGN_PUBLIC_SIZE];
    uint8_t root_secret[SIGN_SECRET_SIZE];
    struct roster *roster;
    struct roster *former[WORLD_ROSTERS_MAX]; /* somebody may still go by them */
    size_t former_count;
    struct actor actors[WORLD_ACTORS_MAX];
    size_t count;
};

/* The policy of a customs administration that tells all others everything, also what another has told it. */
extern const char world_forwards[];

/* A world at 2014-05-06T00:00:00Z with one root. Every failure inside world_*() ends the test (ck_assert). */
struct world *world_new(uint64_t seed);
/* Closes everything and removes its folders. */
void world_free(struct world *world);

/* Joins the roster to be; "" as policy is the policy that shows everything to everybody. */
struct actor *world_add(struct world *world, const char *name, const char *country, const char *role,
                        const char *policy);
/* The roster is signed and every actor opens its store. */
void world_start(struct world *world);
/* Signs a roster without this actor, and lets everybody else go by it. */
void world_remove(struct world *world, struct actor *leaving);
/* The same with any ending; the actor itself goes on and does not know of it. */
void world_end(struct world *world, struct actor *leaving, const struct ending *ending);
/* How far the actor's feeds reach now, as the ending of its signing key. */
struct ending world_ends(struct actor *actor, enum ending_cause cause);
/* New keys for an actor, and everybody goes by them. `ending` of the signing key before, with `signing`. */
void world_renew(struct actor *actor, bool signing, const struct ending *ending);
/* The same, but nobody has heard of it yet: the signed renewal. */
struct span world_renewal(struct actor *actor, bool signing, const struct ending *ending);
/* Adds one more member to the running world. */
struct actor *world_join(struct world *world, const char *name, const char *country, const char *role,
                         const char *policy);
/* The actor goes by the newest roster, and by what is told to it from now on. */
void world_hear(struct actor *actor);
/* Closes and opens the actor's node again, as a restart does. */
void world_restart(struct actor *actor);
/* The actor's folder as it is now is put aside; and later put back, over what happened since. */
void world_save(struct actor *actor);
void world_put_back(struct actor *actor);
/* A second node that runs with the same keys on a copy of the folder. No roster has a row more for it. */
struct actor *world_clone(struct actor *actor);
/* The keys as they are now, as who stole them has them; identity_release(). */
struct identity world_keys_of(const struct actor *actor);

/* A seizure of pangolin scales with persons, route and narrative. `extra` are more members of its marking, such as
 * "\"handling\":[\"H2\"]"; "" for none. In the world's arena. */
const char *world_alert(struct world *world, const char *tlp, const char *extra);
/* Publishes; the object id is written to `object`. Returns what exchange_publish() made of it. */
enum result world_publish(struct actor *actor, const char *json, uint8_t object[static OBJECT_ID_SIZE]);

/* A holder's copy of the feed of a signing key; NULL if it has none. */
struct feed *world_feed(struct actor *holder, const uint8_t key_id[static MEMBER_ID_SIZE], const char *audience);
/* An entry behind this head, whatever is in it and whoever signs it; the head moves on. */
struct span world_forge(struct world *world, struct feed_head *head, const struct feed_draft *draft,
                        const struct identity *signer);
/* The full disclosure, encoded, of an alert that these keys sign now, as passed on by so many members. */
struct span world_disclosure(struct world *world, const struct identity *originator, const char *tlp, uint32_t hops);

/* The entries of `author`'s feed for an audience, as bytes that may be changed. */
struct span *world_entries(struct actor *author, const char *audience, uint64_t after, size_t *count);
struct span *world_entries_of(struct actor *author, const struct feed *feed, uint64_t after, size_t *count);
/* Hands entries to a reader as coming from `author`; commits. `taken` may be NULL. */
enum result world_hand(struct actor *reader, const struct actor *author, const char *audience,
                       const struct span *entries, size_t count, size_t *taken);
/* The same for a feed of a signing key of before. */
enum result world_hand_of(struct actor *reader, const struct actor *author, const uint8_t *key_id, const char *audience,
                          const struct span *entries, size_t count, size_t *taken);
/* Lets `reader` pull everything it may read from `author`. */
void world_carry(struct actor *author, struct actor *reader);
/* Lets everybody pull from everybody until nothing moves any more. */
void world_settle(struct world *world);

/* Does the actor have the alert? */
bool world_has(const struct actor *actor, const uint8_t object[static OBJECT_ID_SIZE]);
/* Its view of the alert; ends the test if it has none. In the world's arena. */
struct holding world_view(struct actor *actor, const uint8_t object[static OBJECT_ID_SIZE]);
/* A value of its view, "" when it sees none. */
const char *world_value(struct actor *actor, const uint8_t object[static OBJECT_ID_SIZE], const char *path);

#endif

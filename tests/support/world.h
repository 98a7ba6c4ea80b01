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
};

enum { WORLD_ACTORS_MAX = 16 };

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
    struct actor actors[WORLD_ACTORS_MAX];
    size_t count;
};

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
/* Adds one more member to the running world. */
struct actor *world_join(struct world *world, const char *name, const char *country, const char *role,
                         const char *policy);
/* Closes and opens the actor's node again, as a restart does. */
void world_restart(struct actor *actor);

/* A seizure of pangolin scales with persons, route and narrative. `extra` are more members of its marking, such as
 * "\"handling\":[\"H2\"]"; "" for none. In the world's arena. */
const char *world_alert(struct world *world, const char *tlp, const char *extra);
/* Publishes; the object id is written to `object`. Returns what exchange_publish() made of it. */
enum result world_publish(struct actor *actor, const char *json, uint8_t object[static OBJECT_ID_SIZE]);

/* The entries of `author`'s feed for an audience, as bytes that may be changed. */
struct span *world_entries(struct actor *author, const char *audience, uint64_t after, size_t *count);
/* Hands entries to a reader as coming from `author`; commits. `taken` may be NULL. */
enum result world_hand(struct actor *reader, const struct actor *author, const char *audience,
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

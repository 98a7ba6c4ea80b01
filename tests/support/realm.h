/* realm: roots, administrations and desks for tests, and what they sign; the same from the same seed.
 *
 * Everything is made straight from the words of proto/roster.proto and not by list_edit(), so that a test can have
 * signed what no tool would write. Spans live until realm_release(). What should not fail fails the test.
 */
#ifndef SUPPORT_REALM_H
#define SUPPORT_REALM_H

#include "base/arena.h"
#include "keys/roster.h"
#include "tests/support/chance.h"

enum { REALM_ROOTS = 6, REALM_PARTIES_MAX = 32 };
static const uint64_t realm_day_ms = 86400000;
static const uint64_t realm_created = 1399334400000; /* of lists and renewals, unless they say otherwise */

struct party {
    struct identity identity; /* its keys now */
    const char *name;
    const char *country;
    const char *role;
    struct identity first; /* public parts of the keys that it began with */
};

/* A signing key of a row that was made, for the proof of a desk. */
struct realm_key {
    struct realm_key *next;
    uint8_t key[SIGN_PUBLIC_SIZE];
    uint8_t secret[SIGN_SECRET_SIZE];
};

struct realm {
    struct arena arena;
    struct chance chance;
    struct random random;
    uint8_t root_keys[REALM_ROOTS][SIGN_PUBLIC_SIZE];
    uint8_t root_secrets[REALM_ROOTS][SIGN_SECRET_SIZE];
    struct party parties[REALM_PARTIES_MAX];
    size_t party_count;
    struct realm_key *keys;
};

void realm_init(struct realm *realm, uint64_t seed);
void realm_release(struct realm *realm);
/* The first three roots, two of which must sign. */
struct roster_anchor realm_anchor(const struct realm *realm);

/* A new party with fresh keys, and its row as its keys are now (without former ones), or as they were at first, as in
 * desks. */
struct party *realm_party(struct realm *realm, const char *name, const char *country, const char *role);
struct member realm_row(struct realm *realm, const struct party *party);
struct member realm_desk(struct realm *realm, const struct party *party);
/* The proof of a row, by its own key: of desks that have none realm_list() makes it. */
const uint8_t *realm_proof(struct realm *realm, const struct member *row);

/* A SignedRoster. Rows are sorted by id here. What is zero is: the first three roots, the threshold 2 (0 for desks),
 * signed by the first two roots (desks by their author), `realm_created`, 365 days from then. */
struct realm_list {
    uint32_t version;
    const struct member *rows;
    size_t count;
    unsigned roots;   /* a bit for each */
    unsigned signers; /* a bit for each */
    size_t threshold;
    uint64_t created;
    uint64_t expires;
    uint32_t grace_days;
    const struct party *author;    /* of desks */
    const struct identity *signer; /* of desks; NULL: the author */
};
struct span realm_list(struct realm *realm, const struct realm_list *list);

/* A SignedRenewal, and the party has the new keys. `cause` 0: the encryption key alone. */
struct span realm_renew(struct realm *realm, struct party *party, enum ending_cause cause);
/* The same from any keys to keys of which nobody knows; *renewed is to be released. */
struct span realm_renew_from(struct realm *realm, struct identity *renewed, const struct identity *from,
                             enum ending_cause cause);
/* A SignedRenewal of any words, signed by one key and, if it is not NULL, by a new one. */
struct span realm_sign_renewal(struct realm *realm, const void *renewal_words, const struct identity *signer,
                               const struct identity *new_signer);

/* A Trust, and a roster file, of these. */
struct realm_words {
    const struct span *rosters, *desks, *renewals;
    size_t roster_count, desk_count, renewal_count;
};
struct span realm_words(struct realm *realm, const struct realm_words *words);
struct span realm_file(struct realm *realm, const struct realm_words *words);

/* The roster of a file with this one SignedRoster. To be freed. */
struct roster *realm_open(struct realm *realm, struct span roster);
/* Takes the object; on success *roster is another one and the one before is freed. */
MUST_USE enum result realm_take(struct roster **roster, enum trust_object kind, struct span object);
/* Brings both to the same as two nodes do it: what they know, then what is missing, until nothing changes. */
void realm_sync(struct realm *realm, struct roster **a, struct roster **b);

#endif

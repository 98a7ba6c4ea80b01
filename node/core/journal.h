/* journal: the logs of a node that nobody can rewrite unseen (docs/protocol.md, 14), and their checkpoints.
 *
 * A journal is a row of records, numbered from 1, over which core/merkle.h makes a tree. A leaf hides its record behind
 * a salt: record and salt can be erased, and the tree stays. (What base/log.h writes is for people and another thing.)
 *
 * A checkpoint says how long a journal was and which root it had, signed by its node: a text of a few lines, to be
 * kept where who might rewrite the journal does not reach, on paper too. Another member that has seen it, and that it
 * goes on from the one it saw before, says so by a cosignature: a few lines more. Pure; any thread.
 */
#ifndef CORE_JOURNAL_H
#define CORE_JOURNAL_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/result.h"
#include "base/span.h"
#include "keys/hash.h"
#include "keys/identity.h"
#include "keys/member.h"

enum journal {
    JOURNAL_AUDIT = 1,       /* what operators of this node did */
    JOURNAL_DISCLOSURES = 2, /* whom this node told what */
    JOURNALS_END
};
enum { JOURNAL_SALT_SIZE = 16 };

/* "audit", "disclosures" */
const char *journal_name(enum journal journal);

/* The leaf of record `number`, from 1 (14.1). */
void journal_leaf(uint8_t leaf[static HASH_SIZE], enum journal journal, uint64_t number,
                  const uint8_t salt[static JOURNAL_SALT_SIZE], struct span record);

struct checkpoint {
    uint8_t node[MEMBER_ID_SIZE];
    enum journal journal;
    uint64_t size; /* records */
    uint8_t root[HASH_SIZE];
    uint64_t time;               /* seconds since 1970 UTC */
    uint8_t key[MEMBER_ID_SIZE]; /* key id of the signing key */
    uint8_t signature[SIGNATURE_SIZE];
};

/* Fills in node, key and signature (14.8). */
MUST_USE enum result checkpoint_sign(struct checkpoint *checkpoint, struct arena *arena,
                                     const struct identity *identity);
/* Appends its text. */
void checkpoint_write(struct buf *out, const struct checkpoint *checkpoint);
/* The next checkpoint of a text, which may say other things between them; *text goes on behind it. NOT_FOUND when there
 * is none any more; UNKNOWN_SUITE, MALFORMED, NO_MEMORY. */
MUST_USE enum result checkpoint_read(struct checkpoint *out, struct arena *arena, struct span *text);
/* Did this member (NULL: nobody) sign it, with a key that it has or had? UNKNOWN_MEMBER, BAD_POINT, BAD_SIGNATURE;
 * REVOKED when it did, by a key that may have been in other hands. */
MUST_USE enum result checkpoint_verify(const struct checkpoint *checkpoint, struct arena *arena,
                                       const struct member *node);
/* Do they say the same of the same log? When, and by which key it was signed, may differ. */
bool checkpoint_is_same(const struct checkpoint *one, const struct checkpoint *other);

/* A member's word that it saw a checkpoint at a time, and that the log went on from what it had seen (14.13). */
struct cosignature {
    uint8_t witness[MEMBER_ID_SIZE];
    uint64_t time;               /* seconds since 1970 UTC, by its clock */
    uint8_t key[MEMBER_ID_SIZE]; /* key id of its signing key */
    uint8_t signature[SIGNATURE_SIZE];
};

/* Fills in witness, key and signature; the time is the caller's. */
MUST_USE enum result cosignature_sign(struct cosignature *cosignature, struct arena *arena,
                                      const struct checkpoint *checkpoint, const struct identity *identity);
/* As checkpoint_write(), _read() and _verify(); the last, that this member said it of this checkpoint. */
void cosignature_write(struct buf *out, const struct cosignature *cosignature);
MUST_USE enum result cosignature_read(struct cosignature *out, struct arena *arena, struct span *text);
MUST_USE enum result cosignature_verify(const struct cosignature *cosignature, struct arena *arena,
                                        const struct checkpoint *checkpoint, const struct member *witness);

#endif

/* lists: rosters, desks and renewals, made good and then spoilt. */
#ifndef TESTS_VECTORS_LISTS_H
#define TESTS_VECTORS_LISTS_H

#include "roster.pb-c.h"
#include "tests/vectors/maker.h"

ProtobufCBinaryData words_of(struct span bytes);
char *text_of(const char *chars);

/* ---- endings ---- */

/* Without ends; they are added in the order in which they are to stand. */
Ending *ending_of(uint32_t cause, uint64_t at);
FeedEnd *add_end(Ending *ending, struct span feed, uint64_t number, struct span hash);
/* Behind the former keys that the row has. */
FormerKey *add_former(Member *row, struct span sign_key, Ending *ending);

/* ---- lists ---- */

enum { DRAFT_ROWS_MAX = 8, DRAFT_SIGNATURES_MAX = 40 };

/* A list to be spoilt: `row` points at `rows`. */
struct list_draft {
    Roster words;
    ProtobufCBinaryData roots[ROOT_COUNT + 1];
    Member rows[DRAFT_ROWS_MAX];
    Member *row[DRAFT_ROWS_MAX];
    RosterSignature signatures[DRAFT_SIGNATURES_MAX];
    size_t signature_count;
};

/* Without rows; a roster names roots 0 to 2, of whom two must sign. */
struct list_draft *roster_draft(uint32_t version);
struct list_draft *desks_draft(uint32_t version, const struct identity *by);
/* A letter each: "abc" are roots 0 to 2. */
void set_roots(struct list_draft *draft, const char *letters, uint32_t threshold);
/* The row of an identity as it is now, serial and all; rows are kept ascending by id. The result holds until the next
 * one is added. */
Member *add_row(struct list_draft *draft, const struct identity *identity, const char *name, const char *country,
                const char *role);
/* By the key of the row, which must be one that add_row() has met: the rows of desks have it, until they are spoilt. */
void prove(Member *row);
void prove_rows(struct list_draft *draft);
/* The row of that name. */
Member *row_named(struct list_draft *draft, const char *name);

void put_signature(struct list_draft *draft, struct span key, struct span signature);
/* Of these bytes as a Roster, hashed and signed under these tags. */
struct span list_signature(const uint8_t *secret, const char *sign_tag, const char *hash_tag, struct span roster);
/* With the signatures that the draft has, or by these roots and no others, or by this identity. */
struct span as_signed(struct list_draft *draft, struct span roster);
struct span signed_by_roots(struct list_draft *draft, struct span roster, const char *letters);
struct span roster_by(struct list_draft *draft, const char *letters);
struct span desks_by(struct list_draft *draft, const struct identity *signer);

/* ---- renewals ---- */

/* Of an identity whose keys were renewed, as it is to be signed. */
Renewal *renewal_draft(const struct identity *renewed, Ending *ending);
/* Signed by one secret, and by the new one if that is not NULL. */
struct span renewal_by(const Renewal *words, const uint8_t *secret, const uint8_t *new_secret);

/* ---- vectors of op "list": is it well-formed? ---- */

void accept_list(const char *name, struct span file);
void refuse_list(const char *expect, const char *name, struct span file);

/* The part of rosters.json that is about rows and about desks. */
void make_list_rows(void);

#endif

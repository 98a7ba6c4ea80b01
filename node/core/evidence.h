/* evidence: one file that proves an alert to who has no node: to a court (docs/protocol.md, 14.17 to 14.20).
 *
 * In it are the alert as its reader may see it, the entries by which it came to who made the file and went on, the
 * roster that says whose keys these are, and the word of the witnesses of the maker's log. All of it verifies by
 * itself, but for the root keys: whether they are the right ones the reader has to find out elsewhere. Pure: bytes in,
 * values out; any thread.
 */
#ifndef CORE_EVIDENCE_H
#define CORE_EVIDENCE_H

#include "core/disclosure.h"
#include "core/feed.h"
#include "core/journal.h"
#include "base/limits.h"
#include "evidence.pb-c.h"
#include "journal.pb-c.h"
#include "keys/roster.h"

/* An entry that is in evidence. */
struct evidence_hop {
    bool is_there;
    const struct member *author;
    const char *audience;
    struct entry entry;
    bool is_opened;         /* it held this very alert; else only its author's signature on the header is known */
    struct field_set shown; /* what was shown by it, where it is opened */
};

struct evidence_witness {
    const struct member *member;
    uint64_t time; /* seconds, by its clock */
};

struct evidence {
    uint64_t made;
    const struct member *maker;
    struct roster *roster;
    struct disclosure disclosure;
    Alert *content;
    const struct member *originator;
    const struct ending *ending; /* of the key that signed the alert; NULL: in force, by this roster */
    struct evidence_hop told;
    struct evidence_hop passed;
    bool has_log;
    uint64_t number;      /* of the record */
    uint64_t record_time; /* milliseconds, by the maker's clock */
    struct checkpoint checkpoint;
    struct evidence_witness witnesses[COSIGNATURES_MAX];
    size_t witness_count;
};

/* Reads and verifies all of it, in the order of 14.18: OK, or the first check that fails; nothing may be used then. The
 * roster is believed by its own roots: see evidence_root_has_signed(). Memory of the arena, and evidence_release(). */
MUST_USE enum result evidence_open(struct evidence *out, struct arena *arena, struct span file);
void evidence_release(struct evidence *evidence);

/* Is this one of the roots, and has it signed the roster that is in it? */
bool evidence_root_has_signed(const struct evidence *evidence, const uint8_t root[static SIGN_PUBLIC_SIZE]);

/* What goes into a file. */
struct evidence_hop_draft {
    const struct member *author; /* NULL: there is no such hop */
    const uint8_t *key;          /* key id */
    const char *audience;
    struct span entry;       /* as stored, whole */
    const uint8_t *data_key; /* SEAL_KEY_SIZE, NULL: header and signature alone */
};
struct evidence_draft {
    const struct roster *roster;
    const struct identity *maker;
    uint64_t made;
    struct span disclosure;
    const struct member *originator;
    struct evidence_hop_draft told;
    struct evidence_hop_draft passed;
    const LogEvidence *log; /* NULL: none; cosignatures of who is not named in the file's lists are left out */
};
/* Appends the file. TOO_LARGE, NO_MEMORY. */
MUST_USE enum result evidence_write(struct buf *out, struct arena *arena, const struct evidence_draft *draft);

#endif

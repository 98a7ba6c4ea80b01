/* result: what a function that can fail returns.
 *
 * One list for the whole house. A code exists because somebody reacts to it: the operator reads its text, the daemon
 * counts it for the peer that caused it (see `inama status`), a test names it. RESULT_OK is zero, so `if (r)` means
 * "failed". Outputs of a failed function are untouched unless its header says otherwise.
 */
#ifndef BASE_RESULT_H
#define BASE_RESULT_H

/* clang-format off */
#define RESULT_TABLE(X) \
    /* our own machine */ \
    X(OK,               "ok",                 "done") \
    X(NO_MEMORY,        "no-memory",          "out of memory, or over the memory budget of this operation") \
    X(NOT_FOUND,        "not-found",          "not found") \
    X(EXISTS,           "exists",             "it is already there") \
    X(IO,               "io",                 "reading or writing failed") \
    X(DISK_FULL,        "disk-full",          "the disk is full") \
    X(STORE_FULL,       "store-full",         "the store has reached its configured size") \
    X(STORE_DAMAGED,    "store-damaged",      "the store is damaged or was changed from outside") \
    X(WRONG_KEY,        "wrong-key",          "the passphrase or key does not open this") \
    X(TIMED_OUT,        "timed-out",          "no answer in time") \
    X(DISCONNECTED,     "disconnected",       "the connection is closed") \
    X(INVALID,          "invalid",            "the content is not valid") \
    X(NOT_ALLOWED,      "not-allowed",        "not allowed for this user") \
    /* what others send: form */ \
    X(TRUNCATED,        "truncated",          "it ends too early") \
    X(TOO_LARGE,        "too-large",          "it is larger than allowed") \
    X(MALFORMED,        "malformed",          "its form is wrong") \
    X(NOT_CANONICAL,    "not-canonical",      "it is not in canonical encoding") \
    X(UNKNOWN_SUITE,    "unknown-suite",      "its cryptographic suite is not known here") \
    X(UNKNOWN_SCHEMA,   "unknown-schema",     "its schema is not known here") \
    X(UNKNOWN_KIND,     "unknown-kind",       "its kind is not known here") \
    /* what others send: truth */ \
    X(BAD_POINT,        "bad-point",          "a public key or signature holds an invalid curve point") \
    X(BAD_SIGNATURE,    "bad-signature",      "the signature does not verify") \
    X(BAD_COMMITMENT,   "bad-commitment",     "the key commitment does not match") \
    X(BAD_SEAL,         "bad-seal",           "the sealed content does not open or was changed") \
    X(BAD_HASH,         "bad-hash",           "the content does not match its hash") \
    X(BAD_ROOT,         "bad-root",           "the opened fields do not match what the originator signed") \
    /* what others send: place in the order of things */ \
    X(UNKNOWN_MEMBER,   "unknown-member",     "the sender or originator is not in the roster") \
    X(WRONG_FEED,       "wrong-feed",         "the entry belongs to another feed") \
    X(REPLAYED,         "replayed",           "the entry is already here") \
    X(OUT_OF_ORDER,     "out-of-order",       "the entry is not the next one of its feed") \
    X(BROKEN_CHAIN,     "broken-chain",       "the entry does not follow from the one before it") \
    X(FORK,             "fork",               "another entry with this number was signed before") \
    X(SPLIT,            "split",              "its log is not the one that was seen before") \
    X(ROLLBACK,         "rollback",           "it is older than what is already here") \
    X(EXPIRED,          "expired",            "it has expired") \
    X(CONFLICT,         "conflict",           "two claim the same name, key or country") \
    X(REVOKED,          "revoked",            "the key that signed it is not believed any more, or not that far") \
    X(TOO_FEW_SIGNATURES, "too-few-signatures", "too few valid signatures") \
    X(KEY_LOST,         "key-lost",           "it was granted to a key that this node does not have any more") \
    X(BEHIND,           "behind",             "this node's own feed reaches further elsewhere: it was set back to an older copy") \
    X(UNPROVEN,         "unproven",           "this may be an older copy of the node: no reader has told yet how far its feeds reach") \
    X(NO_EPOCH_KEY,     "no-epoch-key",       "no key for this epoch has been granted to this node") \
    X(WRONG_EPOCH,      "wrong-epoch",        "the epoch is not the one in force") \
    /* what others send: permission */ \
    X(FIELD_REFUSED,    "field-refused",      "it opens fields that this node's policy does not accept") \
    X(MARKING_FORBIDS,  "marking-forbids",    "the originator's marking forbids it") \
    X(RECALLED,         "recalled",           "its originator has recalled the alert")
/* clang-format on */

enum result {
#define RESULT_ENUM(code, name, text) RESULT_##code,
    RESULT_TABLE(RESULT_ENUM)
#undef RESULT_ENUM
        RESULT_COUNT
};

#define MUST_USE __attribute__((warn_unused_result))

/* Leaves the calling function with the result of `call` if that is not RESULT_OK. For functions that hold nothing. */
#define TRY(call)                                                                                                      \
    do {                                                                                                               \
        enum result try_result_ = (call);                                                                              \
        if (try_result_)                                                                                               \
            return try_result_;                                                                                        \
    } while (0)

/* Stable name for JSON, counters and tests: "bad-signature". Never NULL. */
const char *result_name(enum result result);

/* The text of a result that came as a name; the name itself if this version does not know it. */
const char *result_text_of(const char *name);

/* One sentence part for people, translated: "the signature does not verify". Never NULL. */
const char *result_text(enum result result);

#endif

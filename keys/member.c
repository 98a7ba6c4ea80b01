#include "keys/member.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

bool member_is_administration(const struct member *member) {
    return !member->by && !member->ended && strcmp(member->role, "CUSTOMS") == 0;
}

bool member_signs_with(const struct member *member, const struct identity *identity) {
    return memcmp(member->sign_key, identity->sign_key, SIGN_PUBLIC_SIZE) == 0;
}

static bool is_key_of_id(const uint8_t *sign_key, const uint8_t *key_id) {
    uint8_t id[MEMBER_ID_SIZE];
    identity_id_of(id, sign_key);
    return memcmp(id, key_id, MEMBER_ID_SIZE) == 0;
}

const uint8_t *member_sign_key(const struct member *member, const uint8_t key_id[static MEMBER_ID_SIZE],
                               const struct ending **ending) {
    if (is_key_of_id(member->sign_key, key_id)) {
        *ending = member->ended;
        return member->sign_key;
    }
    for (size_t i = 0; i < member->former_count; i++) {
        const struct former_key *former = &member->former[i];
        if (is_key_of_id(former->sign_key, key_id)) {
            *ending = &former->ending;
            return former->sign_key;
        }
    }
    return NULL;
}

/* ---- what ended ---- */

static int compare_feeds(const void *feed, const void *end) {
    return memcmp(feed, ((const struct feed_end *)end)->feed, HASH_SIZE);
}

/* A lost key is still its owner's word up to the loss; of a revoked one nothing counts but what is named. */
static bool leaves_the_rest(const struct ending *ending) {
    return ending->cause == ENDING_LEFT || ending->cause == ENDING_LOST;
}

enum result ending_admits_entry(const struct ending *ending, const uint8_t feed[static HASH_SIZE], uint64_t number,
                                const uint8_t hash[static HASH_SIZE]) {
    if (!ending)
        return RESULT_OK;
    const struct feed_end *end =
        ending->count ? bsearch(feed, ending->ends, ending->count, sizeof *ending->ends, compare_feeds) : NULL;
    bool counts = end ? number < end->number || (number == end->number && memcmp(hash, end->hash, HASH_SIZE) == 0)
                      : leaves_the_rest(ending);
    return counts ? RESULT_OK : RESULT_REVOKED;
}

enum result ending_admits_alert(const struct ending *ending, uint64_t created) {
    bool counts = !ending || (leaves_the_rest(ending) && created <= ending->at);
    return counts ? RESULT_OK : RESULT_REVOKED;
}

/* ---- fingerprints (docs/protocol.md, 8.5) ---- */

enum { GROUPS = 8 };

static void digest_of(uint8_t digest[static HASH_SIZE], const struct member *member) {
    struct hasher hasher;
    hash_start(&hasher, "INAMA.finger", (struct span){0}, HASH_SIZE);
    hash_add(&hasher, member->id, MEMBER_ID_SIZE);
    hash_add(&hasher, member->sign_key, SIGN_PUBLIC_SIZE);
    hash_add(&hasher, member->encryption_key, EXCHANGE_KEY_SIZE);
    hash_add(&hasher, member->session_key, EXCHANGE_KEY_SIZE);
    hash_finish(&hasher, digest);
}

void member_fingerprint(char out[static FINGERPRINT_SIZE], const struct member *member) {
    uint8_t digest[HASH_SIZE];
    digest_of(digest, member);
    for (size_t group = 0; group < GROUPS; group++) {
        text_hex(out + group * 5, digest + group * 2, 2);
        out[group * 5 + 4] = group < GROUPS - 1 ? ' ' : '\0';
    }
}

void member_fingerprint_words(char out[static FINGERPRINT_WORDS_SIZE], const struct member *member) {
    static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aiou";
    uint8_t digest[HASH_SIZE];
    digest_of(digest, member);
    for (size_t group = 0; group < GROUPS; group++) {
        unsigned bits = (unsigned)digest[group * 2] << 8 | digest[group * 2 + 1];
        char *word = out + group * 6;
        word[0] = consonants[bits >> 12];
        word[1] = vowels[bits >> 10 & 3];
        word[2] = consonants[bits >> 6 & 15];
        word[3] = vowels[bits >> 4 & 3];
        word[4] = consonants[bits & 15];
        word[5] = group < GROUPS - 1 ? ' ' : '\0';
    }
}

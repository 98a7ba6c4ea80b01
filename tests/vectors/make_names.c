/* Hashes, padded lengths, names. */
#include "tests/vectors/maker.h"

#include <string.h>

#include "base/text.h"
#include "core/feed.h"
#include "keys/hash.h"
#include "keys/member.h"
#include "keys/seal.h"

static void hash_vector(const char *name, const char *tag, struct span key, size_t size, struct span message) {
    uint8_t out[64];
    struct hasher hasher;
    hash_start(&hasher, tag, key, size);
    hash_add(&hasher, message.data, message.len);
    hash_finish(&hasher, out);
    json_t *v = vector("hash", "ok", name);
    add_text(v, "tag", tag);
    add_input(v, "key", key);
    add_number(v, "size", size);
    add_input(v, "message", message);
    add_output(v, "out", span_of(out, size));
}

static void make_hashes(void) {
    const struct span none = {0}, abc = span_of_text("abc"), key = bytes_named("hash key", 64);
    hash_vector("H of nothing", "INAMA.test", none, 32, none);
    hash_vector("H of abc", "INAMA.test", none, 32, abc);
    hash_vector("another tag, another function", "INAMA.tesu", none, 32, abc);
    hash_vector("a tag of 16 characters", "INAMA.sixteen.xy", none, 32, abc);
    hash_vector("no tag", "", none, 32, abc);
    hash_vector("one block exactly", "INAMA.test", none, 32, bytes_named("hash", 128));
    hash_vector("one byte over a block", "INAMA.test", none, 32, bytes_named("hash", 129));
    hash_vector("zeros", "INAMA.test", none, 32, filled(0, 1000));
    hash_vector("Hk with a key of 16", "INAMA.test", cut(key, 16), 32, abc);
    hash_vector("Hk with a key of 32", "INAMA.test", cut(key, 32), 32, abc);
    hash_vector("Hk with a key of 64", "INAMA.test", key, 32, abc);
    hash_vector("Hk of nothing", "INAMA.test", cut(key, 32), 32, none);
    hash_vector("H64k", "INAMA.test", cut(key, 32), 64, abc);
    hash_vector("16 bytes are not the first 16 of 32", "INAMA.test", none, 16, abc);
}

static void make_padded_lengths(void) {
    static const uint64_t lengths[] = {0,   1,   2,   3,    4,    5,    7,    8,     9,     10,     15,    16,  17,
                                       31,  32,  33,  63,   64,   65,   100,  127,   128,   129,    255,   256, 257,
                                       511, 513, 999, 1000, 1023, 1025, 4097, 65535, 65537, 100000, 524000};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        json_t *v = vector("padme", "ok", text_format(&memory, "padded length of %d", (int)lengths[i]));
        add_number(v, "len", lengths[i]);
        add_number(v, "out", seal_padded(lengths[i]));
    }
}

static void key_vector(const char *name, struct span key) {
    uint8_t id[MEMBER_ID_SIZE];
    identity_id_of(id, key.data);
    json_t *v = vector("key_id", "ok", name);
    add_input(v, "sign_key", key);
    add_output(v, "out", SPAN_OF_ARRAY(id));
}

static void feed_vector(const char *name, const uint8_t *by, const char *audience) {
    uint8_t id[FEED_ID_SIZE];
    feed_id(id, by, audience);
    json_t *v = vector("feed_id", "ok", name);
    add_input(v, "author", span_of(by, MEMBER_ID_SIZE));
    add_text(v, "audience", audience);
    add_output(v, "out", SPAN_OF_ARRAY(id));
}

/* A feed belongs to a key, not to a member: its id changes with the key, the member's does not. */
static void make_feed_after_renewal(void) {
    struct identity renewed;
    MUST(!identity_renew(&renewed, &author, true, random_named("author renewed")));
    MUST(memcmp(renewed.id, author.id, MEMBER_ID_SIZE) == 0);
    key_vector("the next signing key of the same member", SPAN_OF_ARRAY(renewed.sign_key));
    feed_vector("the same audience under the next signing key", renewed.key_id, "east");
}

static void fingerprint_vector(const char *name, const struct member *member) {
    char fingerprint[FINGERPRINT_SIZE], words[FINGERPRINT_WORDS_SIZE];
    json_t *v = vector("fingerprint", "ok", name);
    member_fingerprint(fingerprint, member);
    member_fingerprint_words(words, member);
    add_input(v, "id", span_of(member->id, MEMBER_ID_SIZE));
    add_input(v, "sign_key", span_of(member->sign_key, SIGN_PUBLIC_SIZE));
    add_input(v, "encryption_key", span_of(member->encryption_key, EXCHANGE_KEY_SIZE));
    add_input(v, "session_key", span_of(member->session_key, EXCHANGE_KEY_SIZE));
    add_text(v, "hex", fingerprint);
    add_text(v, "words", words);
}

/* Together these words hold every letter in every place. */
static void make_fingerprints(void) {
    const uint8_t *nothing = filled(0, 32).data;
    const struct member zeros = {.id = nothing, .sign_key = nothing, .encryption_key = nothing, .session_key = nothing};
    fingerprint_vector("keys of zeros", &zeros);
    for (int i = 1; i <= 12; i++) {
        const struct span keys = bytes_named(text_format(&memory, "fingerprint %d", i), 128);
        const struct member member = {
            .id = keys.data,
            .sign_key = keys.data + 32,
            .encryption_key = keys.data + 64,
            .session_key = keys.data + 96,
        };
        fingerprint_vector(text_format(&memory, "some keys, %d", i), &member);
    }
}

void make_names(void) {
    make_hashes();
    make_padded_lengths();
    key_vector("a signing key", SPAN_OF_ARRAY(originator.sign_key));
    key_vector("a key of zeros has an id all the same", filled(0, 32));
    feed_vector("a feed", author.id, "east");
    feed_vector("its name is part of the id", author.id, "west");
    feed_vector("the key is part of the id", originator.id, "east");
    make_feed_after_renewal();
    feed_vector("no name", author.id, "");
    feed_vector("the longest name", author.id, "a234567890123456789012345678901234567890123456789012345678901234");
    feed_vector("the length is that of the bytes", author.id, "\xc3\xa9t\xc3\xa9");
    make_fingerprints();
}

#include "keys/epoch.h"

#include <sodium.h>
#include <stdlib.h>

#include "base/limits.h"
#include "base/proto.h"
#include "entry.pb-c.h"
#include "keys/hash.h"

enum {
    HINT_SIZE = 4,
    SEALED_SIZE = EPOCH_KEY_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES,
    BOX_SIZE = HINT_SIZE + SEALED_SIZE,
    CHECK_SIZE = 32,
};

/* A box key is of one ephemeral key, member, feed and epoch: nothing but that epoch's key is sealed under it. */
static const uint8_t zero_nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES];

static void put_place(uint8_t out[static 36], const struct epoch_place *place) {
    memcpy(out, place->feed, 32);
    put_u32(out + 32, place->epoch);
}

/* docs/protocol.md, 7.2 */
static void check_of(uint8_t out[static CHECK_SIZE], const uint8_t key[static EPOCH_KEY_SIZE],
                     const struct epoch_place *place) {
    uint8_t context[36];
    put_place(context, place);
    hash_keyed(out, "INAMA.epoch", span_of(key, EPOCH_KEY_SIZE), SPAN_OF_ARRAY(context));
}

/* What both ends of one box compute (docs/protocol.md, 7.3). */
struct box_key {
    uint8_t hint[HINT_SIZE];
    uint8_t key[32];
};

static bool box_key(struct box_key *out, const uint8_t *secret, const uint8_t *peer, const uint8_t *ephemeral,
                    const struct epoch_member *member, const struct epoch_place *place) {
    uint8_t shared[32], context[36], both[64];
    if (crypto_scalarmult_curve25519(shared, secret, peer) != 0)
        return false;
    put_place(context, place);
    struct hasher hasher;
    hash_start(&hasher, "INAMA.grant", SPAN_OF_ARRAY(shared), sizeof both);
    hash_add(&hasher, ephemeral, 32);
    hash_add(&hasher, member->public_key, 32);
    hash_add(&hasher, member->id, 32);
    hash_add(&hasher, context, sizeof context);
    hash_finish(&hasher, both);
    memcpy(out->key, both, 32);
    memcpy(out->hint, both + 32, HINT_SIZE);
    sodium_memzero(shared, sizeof shared);
    sodium_memzero(both, sizeof both);
    return true;
}

/* The authenticated data of a box: whose it is and which key it must hold (docs/protocol.md, 7.4). */
static void box_context(uint8_t out[static 64], const uint8_t *id, const uint8_t *check) {
    memcpy(out, id, 32);
    memcpy(out + 32, check, CHECK_SIZE);
}

static int compare_boxes(const void *a, const void *b) {
    return memcmp(a, b, BOX_SIZE);
}

enum result epoch_grant(struct buf *out, struct arena *arena, const uint8_t key[static EPOCH_KEY_SIZE],
                        const struct epoch_place *place, const struct epoch_member *members, size_t count,
                        uint64_t outdated, const struct random *random, size_t *bad) {
    uint8_t check[CHECK_SIZE], secret[32], ephemeral[32], context[64];
    uint8_t *boxes = arena_array(arena, count, BOX_SIZE);
    if (!boxes)
        return RESULT_NO_MEMORY;
    check_of(check, key, place);
    random_fill(random, secret, sizeof secret);
    crypto_scalarmult_curve25519_base(ephemeral, secret);

    enum result result = RESULT_OK;
    for (size_t i = 0; i < count && !result; i++) {
        struct box_key box;
        uint8_t *at = boxes + i * BOX_SIZE;
        if (!box_key(&box, secret, members[i].public_key, ephemeral, &members[i], place)) {
            *bad = i;
            result = RESULT_BAD_POINT;
            break;
        }
        box_context(context, members[i].id, check);
        memcpy(at, box.hint, HINT_SIZE);
        crypto_aead_xchacha20poly1305_ietf_encrypt(at + HINT_SIZE, NULL, key, EPOCH_KEY_SIZE, context, sizeof context,
                                                   NULL, zero_nonce, box.key);
        sodium_memzero(&box, sizeof box);
    }
    sodium_memzero(secret, sizeof secret);
    TRY(result);
    if (count)
        qsort(boxes, count, BOX_SIZE, compare_boxes); /* so that the order names nobody either */
    Grant grant = GRANT__INIT;
    grant.check = proto_bytes(check, sizeof check);
    grant.ephemeral = proto_bytes(ephemeral, sizeof ephemeral);
    grant.boxes = proto_bytes(boxes, count * BOX_SIZE);
    grant.has_outdated = outdated != 0;
    grant.outdated = outdated;
    proto_encode(out, &grant);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* The order of the boxes is the writer's care, not ours (docs/protocol.md, 7.4). */
static enum result decode_grant(struct arena *arena, Grant **grant, struct span bytes) {
    TRY(proto_decode_canonical(arena, &grant__descriptor, bytes, grant));
    if ((*grant)->check.len != CHECK_SIZE || (*grant)->ephemeral.len != EPOCH_PUBLIC_SIZE ||
        (*grant)->boxes.len % BOX_SIZE != 0 || (*grant)->boxes.len / BOX_SIZE > ROSTER_MEMBERS_MAX ||
        ((*grant)->has_outdated && (*grant)->outdated == 0))
        return RESULT_MALFORMED;
    return RESULT_OK;
}

static enum result open_box(uint8_t key[static EPOCH_KEY_SIZE], const Grant *grant, const struct box_key *box,
                            const uint8_t *id) {
    uint8_t context[64];
    box_context(context, id, grant->check.data);
    enum result result = RESULT_NOT_FOUND;
    for (size_t at = 0; at < grant->boxes.len; at += BOX_SIZE) {
        const uint8_t *candidate = grant->boxes.data + at;
        if (memcmp(candidate, box->hint, HINT_SIZE) != 0)
            continue;
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(key, NULL, NULL, candidate + HINT_SIZE, SEALED_SIZE, context,
                                                       sizeof context, zero_nonce, box->key) == 0)
            return RESULT_OK;
        result = RESULT_BAD_SEAL; /* a hint of 32 bits may also be somebody else's: look on */
    }
    return result;
}

static enum result accept(uint8_t key[static EPOCH_KEY_SIZE], const Grant *grant, const struct epoch_place *place,
                          const uint8_t *id, const uint8_t *secret, const uint8_t *public_key) {
    struct box_key box;
    uint8_t check[CHECK_SIZE];
    const struct epoch_member self = {.id = id, .public_key = public_key};
    if (!box_key(&box, secret, grant->ephemeral.data, grant->ephemeral.data, &self, place))
        return RESULT_BAD_POINT;
    uint8_t opened[EPOCH_KEY_SIZE];
    enum result result = open_box(opened, grant, &box, id);
    if (!result) {
        check_of(check, opened, place);
        if (sodium_memcmp(check, grant->check.data, CHECK_SIZE) == 0)
            memcpy(key, opened, EPOCH_KEY_SIZE);
        else
            result = RESULT_BAD_COMMITMENT;
    }
    sodium_memzero(opened, sizeof opened);
    sodium_memzero(&box, sizeof box);
    return result;
}

enum result epoch_accept(uint8_t key[static EPOCH_KEY_SIZE], struct span grant_bytes, const struct epoch_place *place,
                         const uint8_t id[static EPOCH_MEMBER_ID_SIZE], const uint8_t *secret,
                         const uint8_t public_key[static EPOCH_PUBLIC_SIZE]) {
    struct arena arena;
    arena_init(&arena, SYNC_MEMORY_MAX);
    Grant *grant;
    enum result result = decode_grant(&arena, &grant, grant_bytes);
    if (!result)
        result = accept(key, grant, place, id, secret, public_key);
    arena_release(&arena);
    return result;
}

enum result epoch_check_form(struct span grant_bytes) {
    struct arena arena;
    arena_init(&arena, SYNC_MEMORY_MAX);
    Grant *grant;
    enum result result = decode_grant(&arena, &grant, grant_bytes);
    arena_release(&arena);
    return result;
}

uint64_t epoch_outdated(struct span grant_bytes) {
    struct arena arena;
    arena_init(&arena, SYNC_MEMORY_MAX);
    Grant *grant;
    uint64_t outdated = decode_grant(&arena, &grant, grant_bytes) ? 0 : grant->outdated;
    arena_release(&arena);
    return outdated;
}

enum result epoch_compare(const uint8_t key[static EPOCH_KEY_SIZE], struct span grant_bytes,
                          const struct epoch_place *place) {
    struct arena arena;
    arena_init(&arena, SYNC_MEMORY_MAX);
    Grant *grant;
    uint8_t check[CHECK_SIZE];
    enum result result = decode_grant(&arena, &grant, grant_bytes);
    check_of(check, key, place);
    if (!result && sodium_memcmp(check, grant->check.data, CHECK_SIZE) != 0)
        result = RESULT_BAD_COMMITMENT;
    arena_release(&arena);
    return result;
}

#include "tests/support/twofold.h"

#include <sodium.h>
#include <string.h>

#include "keys/hash.h"

/* ---- numbers modulo p = 2^130 - 5, in five limbs of 26 bits ---- */

enum { LIMBS = 5, LIMB_BITS = 26, BLOCK = 16, NONCE_SIZE = 24 };
static const uint64_t limb_mask = ((uint64_t)1 << LIMB_BITS) - 1;

struct number {
    uint64_t limb[LIMBS];
};

/* Limbs within their bits, and the number below p. */
static struct number reduced(struct number a) {
    const struct number p = {{limb_mask - 4, limb_mask, limb_mask, limb_mask, limb_mask}};
    for (int turn = 0; turn < 3; turn++) {
        uint64_t carry = 0;
        for (size_t i = 0; i < LIMBS; i++) {
            a.limb[i] += carry;
            carry = a.limb[i] >> LIMB_BITS;
            a.limb[i] &= limb_mask;
        }
        a.limb[0] += 5 * carry;
    }
    bool is_below = a.limb[0] < p.limb[0];
    for (size_t i = 1; i < LIMBS; i++)
        is_below |= a.limb[i] != limb_mask;
    for (size_t i = 0; i < LIMBS && !is_below; i++)
        a.limb[i] -= p.limb[i];
    return a;
}

static struct number sum(struct number a, struct number b) {
    for (size_t i = 0; i < LIMBS; i++)
        a.limb[i] += b.limb[i];
    return reduced(a);
}

static struct number product(struct number a, struct number b) {
    struct number out = {{0}};
    for (size_t i = 0; i < LIMBS; i++)
        for (size_t k = 0; k < LIMBS; k++)
            out.limb[(i + k) % LIMBS] += a.limb[i] * b.limb[k] * (i + k < LIMBS ? 1 : 5);
    return reduced(out);
}

static struct number minus(struct number a) {
    const struct number minus_one =
        reduced((struct number){{limb_mask - 5, limb_mask, limb_mask, limb_mask, limb_mask}});
    return product(a, minus_one);
}

/* a^(p - 2); of the 130 bits of p - 2 only 1 and 2 are clear. */
static struct number inverse(struct number a) {
    struct number out = {{1}};
    for (int bit = 129; bit >= 0; bit--) {
        out = product(out, out);
        if (bit != 1 && bit != 2)
            out = product(out, a);
    }
    return out;
}

/* Little-endian, with `high` as the bits from 128 on. */
static struct number number_of(const uint8_t bytes[static BLOCK], uint64_t high) {
    struct number out = {{0}};
    for (size_t bit = 0; bit < 128; bit++)
        out.limb[bit / LIMB_BITS] |= (uint64_t)(bytes[bit / 8] >> bit % 8 & 1) << bit % LIMB_BITS;
    out.limb[4] |= high << (128 - 4 * LIMB_BITS);
    return reduced(out);
}

/* The low 128 bits; the result is what stands above them. */
static uint64_t bytes_of(uint8_t out[static BLOCK], struct number a) {
    memset(out, 0, BLOCK);
    for (size_t bit = 0; bit < 128; bit++)
        out[bit / 8] |= (uint8_t)((a.limb[bit / LIMB_BITS] >> bit % LIMB_BITS & 1) << bit % 8);
    return a.limb[4] >> (128 - 4 * LIMB_BITS);
}

/* ---- the two tags ---- */

static void put_padded(struct buf *out, struct span bytes) {
    static const uint8_t zeros[BLOCK];
    buf_put_span(out, bytes);
    buf_put(out, zeros, (BLOCK - bytes.len % BLOCK) % BLOCK);
}

static void put_length(struct buf *out, uint64_t len) {
    for (size_t i = 0; i < 8; i++)
        buf_put_u8(out, (uint8_t)(len >> 8 * i));
}

/* What Poly1305 is run over (RFC 8439, 2.8). */
static struct span authenticated(struct arena *arena, struct span ad, struct span text) {
    struct buf out;
    buf_init(&out, arena);
    put_padded(&out, ad);
    put_padded(&out, text);
    put_length(&out, ad.len);
    put_length(&out, text.len);
    return buf_span(&out);
}

/* The one-time key r || s. */
static void one_time_key(uint8_t out[static 32], const uint8_t *key, const uint8_t *nonce) {
    crypto_stream_xchacha20(out, 32, nonce, key);
}

/* The polynomial's value with the block at `hole` as 0, and the factor with which that block counts. */
static void evaluate(struct number *rest, struct number *factor, const uint8_t one_time[static 32], struct span message,
                     size_t hole) {
    uint8_t r[BLOCK];
    memcpy(r, one_time, BLOCK);
    for (size_t i = 3; i < BLOCK; i += 4)
        r[i] &= 15;
    for (size_t i = 4; i < BLOCK; i += 4)
        r[i] &= 252;
    const struct number by = number_of(r, 0);
    *rest = (struct number){{0}};
    *factor = (struct number){{0}};
    for (size_t at = 0; at < message.len; at += BLOCK) {
        struct number block = {{0}};
        if (at == hole)
            *factor = (struct number){{1}};
        else
            block = number_of(message.data + at, 1);
        *rest = product(sum(*rest, block), by);
        *factor = product(*factor, by);
    }
}

/* The block at `hole` for which the two tags may be the same: of four tries about one is, in half of the messages. */
static bool solve(uint8_t block[static BLOCK], uint8_t one_time[2][32], struct span message, size_t hole,
                  uint64_t high) {
    struct number rest[2], factor[2];
    uint8_t difference[BLOCK];
    for (size_t i = 0; i < 2; i++)
        evaluate(&rest[i], &factor[i], one_time[i], message, hole);
    memcpy(difference, one_time[1] + BLOCK, BLOCK);
    sodium_sub(difference, one_time[0] + BLOCK, BLOCK);
    const struct number wanted = sum(number_of(difference, high), sum(rest[1], minus(rest[0])));
    const struct number by = sum(factor[0], minus(factor[1]));
    return bytes_of(block, product(wanted, inverse(by))) == 1;
}

static bool same_tag(uint8_t tag[static BLOCK], uint8_t one_time[2][32], struct span message) {
    uint8_t other[BLOCK];
    crypto_onetimeauth_poly1305(tag, message.data, message.len, one_time[0]);
    crypto_onetimeauth_poly1305(other, message.data, message.len, one_time[1]);
    return memcmp(tag, other, BLOCK) == 0;
}

struct span twofold(struct arena *arena, const struct twofold_keys *keys, struct span ad, struct span plain,
                    size_t free, size_t spare) {
    uint8_t one_time[2][32], block[BLOCK];
    const size_t hole = (ad.len + BLOCK - 1) / BLOCK * BLOCK + free;
    one_time_key(one_time[0], keys->first, keys->nonce);
    one_time_key(one_time[1], keys->second, keys->nonce);
    uint8_t *text = arena_alloc(arena, plain.len + BLOCK);
    if (!text)
        return (struct span){0};
    crypto_stream_xchacha20_xor_ic(text, plain.data, plain.len, keys->nonce, 1, keys->first);
    for (int tries = 0; tries < 256; tries++, text[spare]++)
        for (uint64_t high = 0; high < 4; high++) {
            if (!solve(block, one_time, authenticated(arena, ad, span_of(text, plain.len)), hole, high))
                continue;
            memcpy(text + free, block, BLOCK);
            if (same_tag(text + plain.len, one_time, authenticated(arena, ad, span_of(text, plain.len))))
                return span_of(text, plain.len + BLOCK);
        }
    return (struct span){0};
}

void twofold_commit(uint8_t out[static SEAL_COMMITMENT_SIZE], const uint8_t data_key[static SEAL_KEY_SIZE],
                    struct span preamble, struct span body) {
    uint8_t key[HASH_SIZE], message[NONCE_SIZE + BLOCK + HASH_SIZE];
    hash_keyed(key, "INAMA.body.key", span_of(data_key, SEAL_KEY_SIZE), (struct span){0});
    memcpy(message, body.data, NONCE_SIZE);
    memcpy(message + NONCE_SIZE, body.data + body.len - BLOCK, BLOCK);
    hash_of(message + NONCE_SIZE + BLOCK, "INAMA.preamble", preamble);
    hash_keyed(out, "INAMA.commit", SPAN_OF_ARRAY(key), SPAN_OF_ARRAY(message));
}

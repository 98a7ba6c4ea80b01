/* Ed25519 where libraries disagree. */
#include "tests/vectors/maker.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "keys/hash.h"

static const char tag[] = "INAMA.sig.test";

/* Points that no key and no signature may hold. */
static const struct {
    const char *name;
    const char *point;
} weak[] = {
    {"the identity", "0100000000000000000000000000000000000000000000000000000000000000"},
    {"of order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"of order 4", "0000000000000000000000000000000000000000000000000000000000000000"},
    {"of order 4, the other", "0000000000000000000000000000000000000000000000000000000000000080"},
    {"of order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"},
    {"of order 8, the second", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85"},
    {"of order 8, the third", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"},
    {"of order 8, the fourth", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"},
    {"the identity with a sign", "0100000000000000000000000000000000000000000000000000000000000080"},
    {"of order 2 with a sign", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
    {"y = p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"y = p with a sign", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"},
    {"y = p + 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"y = 2^255 - 1", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
    {"not on the curve", "0200000000000000000000000000000000000000000000000000000000000000"},
};

static const char group_order[] = "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010";

static void verify(const char *expect, const char *name, struct span key, const char *with, struct span message,
                   struct span signature) {
    json_t *v = vector("verify", expect, name);
    add_input(v, "public", key);
    add_text(v, "tag", with);
    add_input(v, "message", message);
    add_input(v, "signature", signature);
}

static struct span signed_by(const struct identity *signer, const char *with, struct span message) {
    uint8_t signature[SIGNATURE_SIZE];
    sign_make(signature, signer->secrets->sign, with, message);
    return joined(SPAN_OF_ARRAY(signature), (struct span){0});
}

/* A signature made by hand, with an R or a key that may be anything. */
struct handmade {
    uint8_t key[32];
    uint8_t secret[32]; /* the scalar */
    uint8_t nonce[32];
    uint8_t r[32];
    uint8_t k[32];
    uint8_t s[32];
};

/* The secret scalar of the originator's key, and a nonce. */
static void start(struct handmade *made, const char *name) {
    uint8_t digest[64];
    memcpy(made->key, originator.sign_key, 32);
    crypto_hash_sha512(digest, originator.secrets->sign_seed, SIGN_SEED_SIZE);
    digest[0] &= 248;
    digest[31] = (uint8_t)((digest[31] & 127) | 64);
    memset(digest + 32, 0, 32);
    crypto_core_ed25519_scalar_reduce(made->secret, digest);
    crypto_core_ed25519_scalar_reduce(made->nonce, bytes_named(name, 64).data);
    crypto_scalarmult_ed25519_base_noclamp(made->r, made->nonce);
}

/* S = nonce + k * secret for the R and the key as they now stand. */
static void finish(struct handmade *made, struct span message) {
    uint8_t digest[64], tag16[HASH_TAG_SIZE];
    crypto_hash_sha512_state state;
    hash_tag(tag16, tag);
    crypto_hash_sha512_init(&state);
    crypto_hash_sha512_update(&state, made->r, 32);
    crypto_hash_sha512_update(&state, made->key, 32);
    crypto_hash_sha512_update(&state, tag16, sizeof tag16);
    crypto_hash_sha512_update(&state, message.data, message.len);
    crypto_hash_sha512_final(&state, digest);
    crypto_core_ed25519_scalar_reduce(made->k, digest);
    crypto_core_ed25519_scalar_mul(made->s, made->k, made->secret);
    crypto_core_ed25519_scalar_add(made->s, made->s, made->nonce);
}

static struct span signature_of(const struct handmade *made) {
    return joined(SPAN_OF_ARRAY(made->r), SPAN_OF_ARRAY(made->s));
}

static const uint8_t *torsion(void) {
    return hex(weak[4].point).data;
}

/* Signatures for which an equation holds, though the points are not what they should be. */
static void make_points_outside_the_group(struct span message) {
    struct handmade made;
    start(&made, "by hand");
    finish(&made, message);
    verify("ok", "made by hand", SPAN_OF_ARRAY(made.key), tag, message, signature_of(&made));

    MUST(crypto_core_ed25519_add(made.r, made.r, torsion()) == 0);
    finish(&made, message);
    verify("bad-point", "R of mixed order, right with the cofactor", SPAN_OF_ARRAY(made.key), tag, message,
           signature_of(&made));

    int tries = 0;
    do {
        start(&made, text_format(&memory, "mixed key %d", tries++));
        MUST(crypto_core_ed25519_add(made.key, made.key, torsion()) == 0);
        finish(&made, message);
    } while (made.k[0] % 8 != 0);
    verify("bad-point", "A of mixed order, right without the cofactor", SPAN_OF_ARRAY(made.key), tag, message,
           signature_of(&made));
    do {
        start(&made, text_format(&memory, "mixed key %d", tries++));
        MUST(crypto_core_ed25519_add(made.key, made.key, torsion()) == 0);
        finish(&made, message);
    } while (made.k[0] % 8 == 0);
    verify("bad-point", "A of mixed order, right with the cofactor alone", SPAN_OF_ARRAY(made.key), tag, message,
           signature_of(&made));

    start(&made, "key of the identity");
    memcpy(made.key, hex(weak[0].point).data, 32);
    memset(made.secret, 0, 32);
    finish(&made, message);
    verify("bad-point", "A is the identity, right for every message", SPAN_OF_ARRAY(made.key), tag, message,
           signature_of(&made));

    start(&made, "R of the identity");
    memcpy(made.r, hex(weak[0].point).data, 32);
    memset(made.nonce, 0, 32);
    finish(&made, message);
    verify("bad-point", "R is the identity, right for this message", SPAN_OF_ARRAY(made.key), tag, message,
           signature_of(&made));
}

/* S + n * L, in 32 bytes. */
static struct span with_more(struct span signature, int n) {
    struct span order = hex(group_order);
    uint8_t s[32];
    memcpy(s, signature.data + 32, 32);
    for (int i = 0; i < n; i++)
        sodium_add(s, order.data, 32);
    return replaced(signature, 32, SPAN_OF_ARRAY(s));
}

void make_signatures(void) {
    const struct span key = SPAN_OF_ARRAY(originator.sign_key), message = span_of_text("two tonnes of ivory");
    const struct span good = signed_by(&originator, tag, message), nothing = {0};
    verify("ok", "good", key, tag, message, good);
    verify("ok", "of nothing", key, tag, nothing, signed_by(&originator, tag, nothing));
    verify("ok", "a tag of 16 characters", key, "INAMA.sixteen.xy", message,
           signed_by(&originator, "INAMA.sixteen.xy", message));
    verify("ok", "a long message", key, tag, filled('i', 500), signed_by(&originator, tag, filled('i', 500)));

    verify("bad-signature", "another tag", key, "INAMA.sig.alert", message, good);
    verify("bad-signature", "the tag's end moved into the message", key, "INAMA.sig.tes",
           joined(span_of_text("t"), message), good);
    verify("bad-signature", "a longer message", key, tag, joined(message, filled(0, 1)), good);
    verify("bad-signature", "a shorter message", key, tag, without_last(message, 1), good);
    verify("bad-signature", "a changed bit of the message", key, tag, flipped(message, 0, 1), good);
    verify("bad-signature", "somebody else's key", SPAN_OF_ARRAY(stranger.sign_key), tag, message, good);
    verify("bad-signature", "signed by somebody else", key, tag, message, signed_by(&stranger, tag, message));
    verify("bad-signature", "the R of another signature", key, tag, message,
           replaced(good, 0, cut(signed_by(&originator, tag, nothing), 32)));
    verify("bad-signature", "the key as R", key, tag, message, replaced(good, 0, key));

    verify("bad-signature", "a changed bit of S", key, tag, message, flipped(good, 32, 1));
    verify("bad-signature", "S + L", key, tag, message, with_more(good, 1));
    verify("bad-signature", "S + 2 L", key, tag, message, with_more(good, 2));
    verify("bad-signature", "S + 14 L", key, tag, message, with_more(good, 14));
    verify("bad-signature", "S = 0", key, tag, message, replaced(good, 32, filled(0, 32)));
    verify("bad-signature", "S = L", key, tag, message, replaced(good, 32, hex(group_order)));
    verify("bad-signature", "S = 2^256 - 1", key, tag, message, replaced(good, 32, filled(0xff, 32)));
    verify("bad-signature", "S with its highest bit set", key, tag, message, flipped(good, 63, 0x80));

    verify("bad-point", "zeros", key, tag, message, filled(0, 64));
    verify("bad-point", "a weak R comes before an S too large", key, tag, message,
           replaced(with_more(good, 1), 0, hex(weak[0].point)));
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        verify("bad-point", text_format(&memory, "A: %s", weak[i].name), hex(weak[i].point), tag, message, good);
        verify("bad-point", text_format(&memory, "R: %s", weak[i].name), key, tag, message,
               replaced(good, 0, hex(weak[i].point)));
    }
    make_points_outside_the_group(message);
}

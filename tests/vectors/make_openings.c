/* Entries opened with an epoch key. */
#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "tests/support/twofold.h"
#include "tests/vectors/entries.h"

static json_t *open_vector(const char *expect, const char *name, struct span entry, struct span key) {
    json_t *v = vector("open", expect, name);
    add_input(v, "entry", entry);
    add_input(v, "epoch_key", key);
    return v;
}

static void open_to(const char *name, struct span entry, struct span key, struct span plain) {
    add_output(open_vector("ok", name, entry, key), "out", plain);
}

static struct span sealed_with(struct span plain) {
    struct feed_head head = heads[1];
    return appended(&head, ENTRY_DISCLOSURE, 1, plain, "sealed");
}

static void make_lengths(void) {
    static const size_t lengths[] = {0, 1, 4, 5, 12, 13, 28, 29, 60, 61, 124, 125, 252, 253, 1000, 4093};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        const struct span plain = filled('p', lengths[i]);
        open_to(text_format(&memory, "%zu bytes", lengths[i]), sealed_with(plain), key_of(1), plain);
    }
}

/* An entry sealed by hand: the padded text as it is given, another ad, another commitment. */
struct seal {
    struct span padded;
    struct span ad;         /* empty: the preamble */
    struct span commitment; /* empty: the right one */
};

static struct span commitment_of(struct span data_key, struct span preamble, struct span body) {
    uint8_t out[SEAL_COMMITMENT_SIZE];
    twofold_commit(out, data_key.data, preamble, body);
    return joined(SPAN_OF_ARRAY(out), (struct span){0});
}

static struct span data_key_of(struct span entry, struct span epoch_key) {
    struct entry parsed;
    uint8_t key[SEAL_KEY_SIZE];
    MUST(!feed_parse(&parsed, entry));
    struct seal_place place = {.number = parsed.number, .epoch = parsed.epoch};
    memcpy(place.feed, parsed.feed, FEED_ID_SIZE);
    MUST(!seal_unwrap(key, parsed.wrapped, epoch_key.data, &place));
    return joined(SPAN_OF_ARRAY(key), (struct span){0});
}

static struct span sealed_by_hand(struct seal seal) {
    const struct span start = sealed_with(span_of_text("in its place")), data_key = data_key_of(start, key_of(1));
    const struct span preamble = cut(start, ENTRY_PREAMBLE_SIZE), nonce = bytes_named("nonce by hand", NONCE_SIZE);
    const struct span ad = seal.ad.data ? seal.ad : preamble;
    uint8_t key[HASH_SIZE];
    uint8_t *sealed = arena_alloc(&memory, seal.padded.len + TAG_SIZE);
    hash_keyed(key, "INAMA.body.enc", data_key, (struct span){0});
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, NULL, seal.padded.data, seal.padded.len, ad.data, ad.len, NULL,
                                               nonce.data, key);
    const struct span body = joined(nonce, span_of(sealed, seal.padded.len + TAG_SIZE));
    const struct span right = commitment_of(data_key, preamble, body);
    return authored(
        replaced(joined(cut(start, AT_BODY), body), AT_COMMITMENT, seal.commitment.data ? seal.commitment : right));
}

static struct span length_and(uint32_t length, struct span rest) {
    uint8_t bytes[4];
    put_u32(bytes, length);
    return joined(SPAN_OF_ARRAY(bytes), rest);
}

static void make_paddings(void) {
    const struct {
        const char *name;
        struct span padded;
    } bad[] = {
        {"no padding where there must be some", length_and(45, filled('p', 45))},
        {"one zero too many", length_and(4, joined(filled('p', 4), filled(0, 1)))},
        {"padded to the next power of two", length_and(45, joined(filled('p', 45), filled(0, 15)))},
        {"padded to the step after the next", length_and(45, joined(filled('p', 45), filled(0, 7)))},
        {"the last byte of the padding is not zero", length_and(5, joined(filled('p', 5), filled(1, 1)))},
        {"the first byte of the padding is not zero", length_and(29, joined(filled('p', 29), hex("010000")))},
        {"a length beyond the end", length_and(5, filled('p', 4))},
        {"a length of 2^32 - 1", length_and(UINT32_MAX, filled('p', 4))},
        {"a length of 0 before bytes", length_and(0, filled('p', 4))},
        {"a length of 0 before zeros", length_and(0, filled(0, 4))},
    };
    open_to("padded by hand as it should be", sealed_by_hand((struct seal){.padded = length_and(4, filled('p', 4))}),
            key_of(1), filled('p', 4));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        open_vector("malformed", bad[i].name, sealed_by_hand((struct seal){.padded = bad[i].padded}), key_of(1));
}

static void make_changes(void) {
    const struct span good = entries[2], key = key_of(1);
    open_to("in the first epoch", good, key, span_of_text("a disclosure"));
    open_to("in the second epoch", entries[5], key_of(2), customs_disclosure());
    open_vector("bad-seal", "another epoch's key", good, key_of(2));
    open_vector("bad-seal", "a key of zeros", good, filled(0, 32));
    open_vector("bad-seal", "a changed bit of the nonce of the wrapped key", flipped(good, AT_WRAPPED, 1), key);
    open_vector("bad-seal", "a changed bit of the wrapped key", flipped(good, AT_WRAPPED + NONCE_SIZE, 1), key);
    open_vector("bad-seal", "a changed bit of the wrapped key's tag", flipped(good, AT_COMMITMENT - 1, 1), key);
    open_vector("bad-seal", "rebound to another feed", authored(flipped(good, AT_FEED, 1)), key);
    open_vector("bad-seal", "rebound to another number", authored(with_u64(good, AT_NUMBER, 3)), key);
    open_vector("bad-seal", "rebound to another epoch", authored(with_u32(good, AT_EPOCH, 2)), key);
    open_vector("bad-commitment", "rebound to another past", authored(flipped(good, AT_PREVIOUS, 1)), key);
    open_vector("bad-commitment", "rebound to another time", authored(flipped(good, AT_CREATED + 7, 1)), key);
    open_vector("bad-commitment", "a changed bit of the commitment", flipped(good, AT_COMMITMENT, 1), key);
    open_vector("bad-commitment", "a changed bit of the body's nonce", flipped(good, AT_BODY, 1), key);
    open_vector("bad-commitment", "a changed bit of the body's tag", flipped(good, good.len - 1, 1), key);
    open_vector("bad-commitment", "a byte behind the body", joined(good, filled(0, 1)), key);
    open_vector("bad-commitment", "the body of another entry",
                authored(joined(cut(good, AT_BODY), span_of(entries[3].data + AT_BODY, entries[3].len - AT_BODY))),
                key);
    open_vector("bad-seal", "the wrapped key of another entry",
                authored(replaced(good, AT_WRAPPED, span_of(entries[3].data + AT_WRAPPED, SEAL_WRAPPED_SIZE))), key);
    open_vector("bad-seal", "a changed bit of the sealed text", authored(flipped(good, AT_BODY + NONCE_SIZE, 1)), key);
    open_vector("bad-seal", "sealed for another preamble",
                sealed_by_hand((struct seal){.padded = length_and(0, (struct span){0}), .ad = filled(0, 158)}), key);
    open_vector("bad-commitment", "a commitment of zeros",
                sealed_by_hand((struct seal){.padded = length_and(0, (struct span){0}), .commitment = filled(0, 32)}),
                key);

    open_vector("truncated", "a body of 43 bytes", authored(cut(good, AT_BODY + 43)), key);
    open_vector("truncated", "a body of 1 byte", authored(cut(good, AT_BODY + 1)), key);
    open_vector("bad-seal", "a body of 43 bytes, and another key", authored(cut(good, AT_BODY + 43)), key_of(2));
    open_vector("bad-commitment", "a body of 44 bytes", authored(cut(good, AT_BODY + 44)), key);
    open_vector("truncated", "a text of 3 bytes, sealed rightly", sealed_by_hand((struct seal){.padded = filled(0, 3)}),
                key);
    open_vector("unknown-kind", "kind 4", with_u8(good, AT_KIND, 4), key);
    open_vector("truncated", "285 bytes", cut(good, AT_BODY - 1), key);
}

/* ---- one entry, two keys: to one half of the audience it would say something else, and nobody could prove it ---- */

static void wrapping_key(uint8_t out[static SEAL_KEY_SIZE], struct span epoch_key) {
    uint8_t context[FEED_ID_SIZE + 4];
    memcpy(context, heads[1].feed, FEED_ID_SIZE);
    put_u32(context + FEED_ID_SIZE, 1);
    hash_keyed(out, "INAMA.wrap", epoch_key, SPAN_OF_ARRAY(context));
}

static void make_two_keys(void) {
    const struct span key_1 = key_of(1), key_2 = key_of(2), nonce = bytes_named("twofold", NONCE_SIZE);
    const struct span start = entries[2];
    uint8_t wrap_1[SEAL_KEY_SIZE], wrap_2[SEAL_KEY_SIZE], body_1[HASH_SIZE], body_2[HASH_SIZE];
    wrapping_key(wrap_1, key_1);
    wrapping_key(wrap_2, key_2);
    const struct span place =
        joined(joined(span_of(start.data + AT_FEED, FEED_ID_SIZE), span_of(start.data + AT_NUMBER, 8)),
               span_of(start.data + AT_EPOCH, 4));
    const struct twofold_keys wraps = {wrap_1, wrap_2, nonce.data}, bodies = {body_1, body_2, nonce.data};
    const struct span wrapped = twofold(&memory, &wraps, place, bytes_named("twofold key", 32), 16, 0);
    MUST(wrapped.len);
    struct span entry = replaced(start, AT_WRAPPED, joined(nonce, wrapped));
    const struct span data_1 = data_key_of(entry, key_1), data_2 = data_key_of(entry, key_2);
    MUST(!span_equal(data_1, data_2));

    const struct span preamble = cut(entry, ENTRY_PREAMBLE_SIZE), padded = length_and(60, filled('p', 60));
    hash_keyed(body_1, "INAMA.body.enc", data_1, (struct span){0});
    hash_keyed(body_2, "INAMA.body.enc", data_2, (struct span){0});
    const struct span sealed = twofold(&memory, &bodies, preamble, padded, 32, 48);
    MUST(sealed.len);
    const struct span body = joined(nonce, sealed);
    uint8_t plain[64];
    MUST(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.data, sealed.len, preamble.data,
                                                    preamble.len, nonce.data, body_2) == 0);
    MUST(crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, sealed.data, sealed.len, preamble.data,
                                                    preamble.len, nonce.data, body_1) == 0);
    entry = joined(cut(entry, AT_BODY), body);
    entry = authored(replaced(entry, AT_COMMITMENT, commitment_of(data_1, preamble, body)));
    open_to("one entry that opens under two keys: the first", entry, key_1, span_of(plain + 4, 60));
    open_vector("bad-commitment", "one entry that opens under two keys: the second", entry, key_2);
    entry = authored(replaced(entry, AT_COMMITMENT, commitment_of(data_2, preamble, body)));
    open_vector("bad-commitment", "committed to the second key: the first", entry, key_1);
    open_vector("malformed", "committed to the second key: the second, which opens it to noise", entry, key_2);
}

void make_openings(void) {
    make_lengths();
    make_paddings();
    make_changes();
    make_two_keys();
}

/* Entries accepted into a feed, and opened. */
#include <sodium.h>
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/feed.h"
#include "tests/vectors/grants.h"
#include "tests/vectors/seizure.h"
#include "tests/vectors/twofold.h"

/* Where the fields of a header stand (docs/protocol.md, 6.1). */
enum {
    AT_KIND = 1,
    AT_FEED = 2,
    AT_NUMBER = 34,
    AT_PREVIOUS = 42,
    AT_EPOCH = 74,
    AT_CREATED = 78,
    AT_WRAPPED = 86,
    AT_COMMITMENT = 158,
    AT_BODY_HASH = 190,
    AT_SIGNATURE = 222,
    AT_BODY = 286,
    NONCE_SIZE = 24,
    TAG_SIZE = 16,
};

/* The author's feed "east": entries[n] is number n, heads[n] what it reaches up to there. */
enum { ENTRIES = 6 };
static struct span entries[ENTRIES + 1];
static struct feed_head heads[ENTRIES + 1];

static struct span key_of(uint32_t epoch) {
    return bytes_named(text_format(&memory, "key of epoch %u", epoch), SEAL_KEY_SIZE);
}

static struct span customs_disclosure(void) {
    const struct field_set view = customs_view();
    return disclosed(&view);
}

static struct span appended(struct feed_head *head, enum entry_kind kind, uint32_t epoch, struct span body,
                            const char *random) {
    const struct feed_draft draft = {kind, epoch, NOW_MS + head->number, body, key_of(epoch).data};
    struct buf out;
    buf_init(&out, &memory);
    MUST(!feed_append(&out, &memory, head, &draft, &author, random_named(random)));
    return buf_span(&out);
}

static struct span grant_body(const struct feed_head *head, uint32_t epoch) {
    struct epoch_place place = {.epoch = epoch};
    const struct epoch_member member = {reader.id, reader.encryption_key};
    struct buf out;
    size_t bad;
    memcpy(place.feed, head->feed, FEED_ID_SIZE);
    buf_init(&out, &memory);
    MUST(!epoch_grant(&out, &memory, key_of(epoch).data, &place, &member, 1, random_named("entry grant"), &bad));
    return buf_span(&out);
}

static void make_feed(void) {
    static const struct {
        enum entry_kind kind;
        uint32_t epoch;
    } plan[ENTRIES] = {{ENTRY_GRANT, 1}, {ENTRY_DISCLOSURE, 1}, {ENTRY_DISCLOSURE, 1},
                       {ENTRY_GRANT, 2}, {ENTRY_DISCLOSURE, 2}, {ENTRY_GRANT, 2}};
    memset(heads, 0, sizeof heads);
    feed_id(heads[0].feed, author.id, "east");
    for (size_t i = 0; i < ENTRIES; i++) {
        struct feed_head head = heads[i];
        struct span body = plan[i].epoch == 1 ? span_of_text("a disclosure") : customs_disclosure();
        if (plan[i].kind == ENTRY_GRANT)
            body = grant_body(&head, plan[i].epoch);
        entries[i + 1] = appended(&head, plan[i].kind, plan[i].epoch, body, text_format(&memory, "entry %zu", i + 1));
        heads[i + 1] = head;
    }
}

static struct span signed_by(const struct identity *signer, struct span entry) {
    uint8_t signature[SIGNATURE_SIZE];
    sign_make(signature, signer->secrets->sign, "INAMA.sig.entry", cut(entry, ENTRY_HEADER_SIZE));
    return replaced(entry, AT_SIGNATURE, SPAN_OF_ARRAY(signature));
}

/* As an author could have made it: body hash and signature are right. */
static struct span authored(struct span entry) {
    uint8_t hash[HASH_SIZE];
    hash_of(hash, "INAMA.body", span_of(entry.data + AT_BODY, entry.len - AT_BODY));
    return signed_by(&author, replaced(entry, AT_BODY_HASH, SPAN_OF_ARRAY(hash)));
}

static struct span with_u8(struct span entry, size_t at, uint8_t value) {
    return replaced(entry, at, span_of(&value, 1));
}

static struct span with_u32(struct span entry, size_t at, uint32_t value) {
    uint8_t bytes[4];
    put_u32(bytes, value);
    return replaced(entry, at, SPAN_OF_ARRAY(bytes));
}

static struct span with_u64(struct span entry, size_t at, uint64_t value) {
    uint8_t bytes[8];
    put_u64(bytes, value);
    return replaced(entry, at, SPAN_OF_ARRAY(bytes));
}

/* ---- accepted into the feed ---- */

static json_t *entry_vector(const char *expect, const char *name, struct span entry, const struct feed_head *head) {
    json_t *v = vector("entry", expect, name);
    add_input(v, "entry", entry);
    add_input(v, "feed", SPAN_OF_ARRAY(head->feed));
    add_number(v, "number", head->number);
    add_number(v, "epoch", head->epoch);
    add_input(v, "head", SPAN_OF_ARRAY(head->hash));
    add_input(v, "author_key", SPAN_OF_ARRAY(author.sign_key));
    return v;
}

static void accept(const char *name, struct span entry, const struct feed_head *head) {
    struct entry parsed;
    must(!feed_parse(&parsed, entry), name);
    add_output(entry_vector("ok", name, entry, head), "entry_hash", SPAN_OF_ARRAY(parsed.hash));
}

static void refuse(const char *expect, const char *name, struct span entry, const struct feed_head *head) {
    entry_vector(expect, name, entry, head);
}

/* With the entry of that number which is here. */
static void refuse_again(const char *expect, const char *name, struct span entry, const struct feed_head *head,
                         struct span stored) {
    add_input(entry_vector(expect, name, entry, head), "last_entry", stored);
}

static void make_good_entries(void) {
    accept("the first: a grant of epoch 1", entries[1], &heads[0]);
    accept("a disclosure behind it", entries[2], &heads[1]);
    accept("another", entries[3], &heads[2]);
    accept("a grant of the next epoch", entries[4], &heads[3]);
    accept("a disclosure in it", entries[5], &heads[4]);
    accept("a grant of the epoch in force, for one who joined", entries[6], &heads[5]);
    accept("made at no time that could be", authored(with_u64(entries[2], AT_CREATED, UINT64_MAX)), &heads[1]);
    accept("what is sealed is not looked at", authored(joined(cut(entries[2], AT_BODY), filled(1, 1))), &heads[1]);
    accept("a grant that is none: it is carried all the same", authored(joined(cut(entries[1], AT_BODY), filled(1, 1))),
           &heads[0]);
    accept("524,288 bytes", authored(joined(cut(entries[2], AT_BODY), filled('b', ENTRY_BYTES_MAX - AT_BODY))),
           &heads[1]);
    struct feed_head last = heads[1];
    last.epoch = UINT32_MAX;
    accept("the last epoch there is", authored(with_u32(entries[2], AT_EPOCH, UINT32_MAX)), &last);
    refuse("malformed", "no epoch comes behind the last", authored(with_u32(entries[2], AT_EPOCH, 0)), &last);
}

static void make_forms(void) {
    const struct span good = entries[2], grant = entries[1];
    const struct feed_head *here = &heads[1];
    refuse("truncated", "nothing", (struct span){0}, here);
    refuse("truncated", "285 bytes", cut(good, AT_BODY - 1), here);
    refuse("truncated", "285 bytes of another suite", with_u8(cut(good, AT_BODY - 1), 0, 2), here);
    refuse("malformed", "286 bytes: no body", cut(good, AT_BODY), here);
    refuse("too-large", "524,289 bytes", joined(good, filled(0, ENTRY_BYTES_MAX + 1 - good.len)), here);
    refuse("too-large", "too large, and of another suite",
           with_u8(joined(good, filled(0, ENTRY_BYTES_MAX + 1 - good.len)), 0, 2), here);
    refuse("unknown-suite", "suite 0", authored(with_u8(good, 0, 0)), here);
    refuse("unknown-suite", "suite 2", authored(with_u8(good, 0, 2)), here);
    refuse("unknown-suite", "suite 2 and kind 3", authored(with_u8(with_u8(good, 0, 2), AT_KIND, 3)), here);
    refuse("unknown-kind", "kind 0", authored(with_u8(good, AT_KIND, 0)), here);
    refuse("unknown-kind", "kind 3", authored(with_u8(good, AT_KIND, 3)), here);
    refuse("unknown-kind", "kind 3 and number 0", authored(with_u64(with_u8(good, AT_KIND, 3), AT_NUMBER, 0)), here);
    refuse("malformed", "number 0", authored(with_u64(good, AT_NUMBER, 0)), here);
    refuse("malformed", "epoch 0", authored(with_u32(good, AT_EPOCH, 0)), here);
    refuse("malformed", "epoch 0 of another feed", flipped(with_u32(good, AT_EPOCH, 0), AT_FEED, 1), here);
    refuse("malformed", "a grant with a wrapped key", authored(with_u8(grant, AT_WRAPPED, 1)), &heads[0]);
    refuse("malformed", "a grant with the last bit of a wrapped key", authored(with_u8(grant, AT_COMMITMENT - 1, 1)),
           &heads[0]);
    refuse("malformed", "a grant with a commitment", authored(with_u8(grant, AT_COMMITMENT, 1)), &heads[0]);
    refuse("malformed", "a disclosure made a grant", authored(with_u8(good, AT_KIND, ENTRY_GRANT)), here);
}

static void make_places(void) {
    const struct span good = entries[2];
    const struct feed_head *here = &heads[1];
    struct feed_head other = heads[1];
    other.feed[31] ^= 1;
    refuse("wrong-feed", "read as of another feed", good, &other);
    refuse("wrong-feed", "of another feed", flipped(good, AT_FEED, 1), here);
    refuse("wrong-feed", "of another feed, signed", authored(flipped(good, AT_FEED, 1)), here);
    refuse("wrong-feed", "of another feed and another number",
           authored(with_u64(flipped(good, AT_FEED, 1), AT_NUMBER, 9)), here);
    refuse("out-of-order", "one left out", entries[3], here);
    refuse("out-of-order", "the first left out", entries[2], &heads[0]);
    refuse("out-of-order", "another number, not signed", with_u64(good, AT_NUMBER, 3), here);
    refuse("out-of-order", "the highest number", authored(with_u64(good, AT_NUMBER, UINT64_MAX)), here);
    refuse("broken-chain", "a changed bit of previous", authored(flipped(good, AT_PREVIOUS, 1)), here);
    refuse("broken-chain", "the first with a previous", authored(flipped(entries[1], AT_PREVIOUS + 31, 0x80)),
           &heads[0]);
    refuse("broken-chain", "the second without one", authored(replaced(good, AT_PREVIOUS, filled(0, 32))), here);
    other = heads[1];
    other.hash[0] ^= 1;
    refuse("broken-chain", "another head", good, &other);

    refuse("wrong-epoch", "a disclosure before any grant",
           authored(replaced(with_u64(good, AT_NUMBER, 1), AT_PREVIOUS, filled(0, 32))), &heads[0]);
    refuse("wrong-epoch", "the first grant is of epoch 2", authored(with_u32(entries[1], AT_EPOCH, 2)), &heads[0]);
    refuse("wrong-epoch", "a disclosure in the next epoch", authored(with_u32(good, AT_EPOCH, 2)), here);
    refuse("wrong-epoch", "a disclosure in the epoch before", authored(with_u32(entries[5], AT_EPOCH, 1)), &heads[4]);
    refuse("wrong-epoch", "a grant two epochs on", authored(with_u32(entries[4], AT_EPOCH, 3)), &heads[3]);
    refuse("wrong-epoch", "a grant of the epoch before", authored(with_u32(entries[6], AT_EPOCH, 1)), &heads[5]);
    refuse("wrong-epoch", "another epoch and another body", joined(with_u32(good, AT_EPOCH, 9), filled(0, 1)), here);

    refuse("bad-hash", "a byte behind the body", joined(good, filled(0, 1)), here);
    refuse("bad-hash", "a changed bit of the body", flipped(good, good.len - 1, 1), here);
    refuse("bad-hash", "a changed bit of the body hash", signed_by(&author, flipped(good, AT_BODY_HASH, 1)), here);
    refuse("bad-hash", "another body, and a signature of zeros",
           replaced(joined(good, filled(0, 1)), AT_SIGNATURE, filled(0, SIGNATURE_SIZE)), here);

    refuse("bad-signature", "signed by another", signed_by(&originator, good), here);
    refuse("bad-signature", "a changed bit of the time", flipped(good, AT_CREATED + 7, 1), here);
    refuse("bad-signature", "a changed bit of the wrapped key", flipped(good, AT_WRAPPED, 1), here);
    refuse("bad-signature", "a changed bit of the commitment", flipped(good, AT_COMMITMENT, 1), here);
    refuse("bad-signature", "a changed bit of S", flipped(good, AT_SIGNATURE + 32, 1), here);
    refuse("bad-point", "a signature of zeros", replaced(good, AT_SIGNATURE, filled(0, SIGNATURE_SIZE)), here);
    uint8_t signature[SIGNATURE_SIZE];
    sign_make(signature, author.secrets->sign, "INAMA.sig.alert", cut(good, ENTRY_HEADER_SIZE));
    refuse("bad-signature", "signed as an alert", replaced(good, AT_SIGNATURE, SPAN_OF_ARRAY(signature)), here);
}

static void make_replays(void) {
    const struct span good = entries[2], other = authored(flipped(good, AT_CREATED + 7, 1));
    refuse("replayed", "again, and it is not here any more", good, &heads[2]);
    refuse_again("replayed", "again", good, &heads[2], good);
    refuse_again("replayed", "again, long after", good, &heads[5], good);
    refuse_again("replayed", "again, with another body", joined(good, filled(0, 1)), &heads[2], good);
    refuse_again("replayed", "again, with another signature", flipped(good, AT_SIGNATURE + 32, 1), &heads[2], good);
    refuse_again("fork", "another with this number", other, &heads[2], good);
    refuse_again("fork", "another with this number, long after", other, &heads[5], good);
    refuse_again("fork", "another of the first", authored(flipped(entries[1], AT_CREATED + 7, 1)), &heads[5],
                 entries[1]);
    refuse_again("fork", "another, of another kind and with another past",
                 authored(replaced(replaced(with_u64(entries[4], AT_NUMBER, 2), AT_PREVIOUS, filled(9, 32)), AT_EPOCH,
                                   filled(9, 4))),
                 &heads[2], good);
    refuse_again("replayed", "another, not signed by the author", signed_by(&originator, other), &heads[2], good);
    refuse_again("replayed", "another, with a signature of zeros",
                 replaced(other, AT_SIGNATURE, filled(0, SIGNATURE_SIZE)), &heads[2], good);
    refuse("replayed", "another, and the one here cannot be compared", other, &heads[2]);
    refuse_again("wrong-feed", "another, of another feed", authored(flipped(good, AT_FEED, 1)), &heads[2], good);
    refuse_again("malformed", "another, without a body", cut(other, AT_BODY), &heads[2], good);
}

/* ---- opened ---- */

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
    uint8_t key[HASH_SIZE], hash[HASH_SIZE], out[HASH_SIZE];
    hash_keyed(key, "INAMA.body.key", data_key, (struct span){0});
    hash_of(hash, "INAMA.preamble", preamble);
    const struct span tag = span_of(body.data + body.len - TAG_SIZE, TAG_SIZE);
    hash_keyed(out, "INAMA.commit", SPAN_OF_ARRAY(key),
               joined(joined(cut(body, NONCE_SIZE), tag), SPAN_OF_ARRAY(hash)));
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
    open_vector("unknown-kind", "kind 3", with_u8(good, AT_KIND, 3), key);
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
    const struct span wrapped = twofold(wrap_1, wrap_2, nonce.data, place, bytes_named("twofold key", 32), 16, 0);
    struct span entry = replaced(start, AT_WRAPPED, joined(nonce, wrapped));
    const struct span data_1 = data_key_of(entry, key_1), data_2 = data_key_of(entry, key_2);
    MUST(!span_equal(data_1, data_2));

    const struct span preamble = cut(entry, ENTRY_PREAMBLE_SIZE), padded = length_and(60, filled('p', 60));
    hash_keyed(body_1, "INAMA.body.enc", data_1, (struct span){0});
    hash_keyed(body_2, "INAMA.body.enc", data_2, (struct span){0});
    const struct span sealed = twofold(body_1, body_2, nonce.data, preamble, padded, 32, 48);
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

void make_entries(void) {
    seizure_make();
    make_feed();
    make_good_entries();
    make_forms();
    make_places();
    make_replays();
    make_lengths();
    make_paddings();
    make_changes();
    make_two_keys();
}

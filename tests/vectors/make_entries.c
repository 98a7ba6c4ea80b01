/* Entries accepted into a feed. */
#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "core/feed.h"
#include "tests/vectors/entries.h"
#include "tests/vectors/grants.h"
#include "tests/vectors/seizure.h"

struct span entries[ENTRIES + 1];
struct feed_head heads[ENTRIES + 1];

struct span key_of(uint32_t epoch) {
    return bytes_named(text_format(&memory, "key of epoch %u", epoch), SEAL_KEY_SIZE);
}

struct span customs_disclosure(void) {
    const struct field_set view = customs_view();
    return disclosed(&view);
}

struct span appended(struct feed_head *head, enum entry_kind kind, uint32_t epoch, struct span body,
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
    MUST(!epoch_grant(&out, &memory, key_of(epoch).data, &place, &member, 1, 0, random_named("entry grant"), &bad));
    return buf_span(&out);
}

static void make_feed(void) {
    static const struct {
        enum entry_kind kind;
        uint32_t epoch;
    } plan[ENTRIES] = {{ENTRY_GRANT, 1}, {ENTRY_DISCLOSURE, 1}, {ENTRY_DISCLOSURE, 1},
                       {ENTRY_GRANT, 2}, {ENTRY_DISCLOSURE, 2}, {ENTRY_GRANT, 2}};
    memset(heads, 0, sizeof heads);
    feed_id(heads[0].feed, author.key_id, "east");
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

struct span authored(struct span entry) {
    uint8_t hash[HASH_SIZE];
    hash_of(hash, "INAMA.body", span_of(entry.data + AT_BODY, entry.len - AT_BODY));
    return signed_by(&author, replaced(entry, AT_BODY_HASH, SPAN_OF_ARRAY(hash)));
}

struct span with_u8(struct span entry, size_t at, uint8_t value) {
    return replaced(entry, at, span_of(&value, 1));
}

struct span with_u32(struct span entry, size_t at, uint32_t value) {
    uint8_t bytes[4];
    put_u32(bytes, value);
    return replaced(entry, at, SPAN_OF_ARRAY(bytes));
}

struct span with_u64(struct span entry, size_t at, uint64_t value) {
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
    accept("a step of a request", authored(with_u8(entries[2], AT_KIND, ENTRY_REQUEST)), &heads[1]);
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
    refuse("unknown-suite", "suite 2 and kind 4", authored(with_u8(with_u8(good, 0, 2), AT_KIND, 4)), here);
    refuse("unknown-kind", "kind 0", authored(with_u8(good, AT_KIND, 0)), here);
    refuse("unknown-kind", "kind 4", authored(with_u8(good, AT_KIND, 4)), here);
    refuse("unknown-kind", "kind 4 and number 0", authored(with_u64(with_u8(good, AT_KIND, 4), AT_NUMBER, 0)), here);
    refuse("wrong-epoch", "a step of a request in the next epoch",
           authored(with_u32(with_u8(good, AT_KIND, ENTRY_REQUEST), AT_EPOCH, 2)), here);
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

/* ---- a feed begun in the middle: what comes before is not known here ---- */

static json_t *midway_vector(const char *expect, const char *name, struct span entry, uint64_t number) {
    struct feed_head head = {.number = number};
    memcpy(head.feed, heads[0].feed, FEED_ID_SIZE);
    json_t *v = entry_vector(expect, name, entry, &head);
    add_flag(v, "midway", true);
    return v;
}

static void accept_midway(const char *name, struct span entry, uint64_t number) {
    struct entry parsed;
    must(!feed_parse(&parsed, entry), name);
    add_output(midway_vector("ok", name, entry, number), "entry_hash", SPAN_OF_ARRAY(parsed.hash));
}

static void make_midway(void) {
    accept_midway("begun in the middle, with the grant of an epoch", entries[4], 3);
    accept_midway("begun in the middle, with a grant for one who joined", entries[6], 5);
    accept_midway("begun in the middle, at the start", entries[1], 0);
    accept_midway("begun in the middle, with any epoch", authored(with_u32(entries[4], AT_EPOCH, UINT32_MAX)), 3);
    accept_midway("begun in the middle, with any previous", authored(replaced(entries[4], AT_PREVIOUS, filled(9, 32))),
                  3);
    midway_vector("wrong-epoch", "begun in the middle, with a disclosure", entries[5], 4);
    midway_vector("out-of-order", "begun in the middle, and one left out", entries[4], 2);
    midway_vector("replayed", "begun in the middle, with what comes before", entries[1], 3);
    midway_vector("wrong-feed", "begun in the middle of another feed", authored(flipped(entries[4], AT_FEED, 1)), 3);
    midway_vector("bad-hash", "begun in the middle, with another body", joined(entries[4], filled(0, 1)), 3);
    midway_vector("bad-signature", "begun in the middle, signed by another", signed_by(&originator, entries[4]), 3);
    midway_vector("malformed", "begun in the middle, with epoch 0", authored(with_u32(entries[4], AT_EPOCH, 0)), 3);
}

/* ---- the key of the feed has ended ---- */

/* The feed is named and ends with the entry of this number; 0: it is not named. */
static void add_ending(json_t *v, uint32_t cause, uint64_t number) {
    json_t *ending = json_object(), *ends;
    add_number(ending, "cause", cause);
    add_number(ending, "at", 0);
    ends = add_list(ending, "ends");
    if (number) {
        json_t *end = json_object();
        add_input(end, "feed", SPAN_OF_ARRAY(heads[0].feed));
        add_number(end, "number", number);
        add_input(end, "hash", SPAN_OF_ARRAY(heads[number].hash));
        append_json(ends, end);
    }
    add_json(v, "ending", ending);
}

static void accept_ended(const char *name, size_t entry, uint32_t cause, uint64_t number) {
    json_t *v = entry_vector("ok", name, entries[entry], &heads[entry - 1]);
    add_ending(v, cause, number);
    add_output(v, "entry_hash", SPAN_OF_ARRAY(heads[entry].hash));
}

static void refuse_ended(const char *expect, const char *name, struct span entry, const struct feed_head *head,
                         uint64_t number) {
    add_ending(entry_vector(expect, name, entry, head), 3, number);
}

static void make_ended(void) {
    const struct span other = authored(flipped(entries[3], AT_CREATED + 7, 1));
    accept_ended("a revoked key: before the last entry", 2, 3, 3);
    accept_ended("a revoked key: the last entry", 3, 3, 3);
    accept_ended("a lost key: the feed is not named", 3, 2, 0);
    accept_ended("a replaced key: the feed is not named", 3, 1, 0);
    refuse_ended("revoked", "a revoked key: the feed is not named", entries[3], &heads[2], 0);
    refuse_ended("revoked", "a revoked key: one more entry", entries[4], &heads[3], 3);
    refuse_ended("revoked", "a revoked key: another in the place of the last", other, &heads[2], 3);
    refuse_ended("revoked", "one more entry, signed by another", signed_by(&originator, entries[4]), &heads[3], 3);
    refuse_ended("bad-signature", "before the last entry, signed by another", signed_by(&originator, entries[2]),
                 &heads[1], 3);
    refuse_ended("bad-hash", "one more entry, with another body", joined(entries[4], filled(0, 1)), &heads[3], 3);
    refuse_ended("wrong-epoch", "one more entry, of another epoch", authored(with_u32(entries[4], AT_EPOCH, 9)),
                 &heads[3], 3);
    json_t *v = entry_vector("fork", "another with this number, signed by a key that was revoked", other, &heads[4]);
    add_input(v, "last_entry", entries[3]);
    add_ending(v, 3, 3);
}

void make_entries(void) {
    seizure_make();
    make_feed();
    make_good_entries();
    make_forms();
    make_places();
    make_replays();
    make_midway();
    make_ended();
    make_openings();
}

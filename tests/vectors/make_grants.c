/* Epoch keys taken out of grants. */
#include "tests/vectors/grants.h"

#include <sodium.h>
#include <string.h>

#include "base/proto.h"
#include "core/feed.h"
#include "entry.pb-c.h"
#include "keys/hash.h"

enum { EPOCH = 7, BOX_SIZE = 52, HINT_SIZE = 4 };

static struct epoch_place place_of(const char *audience, uint32_t epoch) {
    struct epoch_place place = {.epoch = epoch};
    feed_id(place.feed, author.id, audience);
    return place;
}

static struct span epoch_key(void) {
    return bytes_named("epoch key", EPOCH_KEY_SIZE);
}

struct grant_parts grant_parts(void) {
    const struct epoch_place place = place_of("east", EPOCH);
    const struct epoch_member members[] = {{originator.id, originator.encryption_key},
                                           {author.id, author.encryption_key},
                                           {reader.id, reader.encryption_key}};
    struct buf out;
    size_t bad;
    Grant *grant;
    buf_init(&out, &memory);
    MUST(!epoch_grant(&out, &memory, epoch_key().data, &place, members, 3, 0, random_named("grant"), &bad));
    MUST(!proto_decode(&memory, &grant__descriptor, buf_span(&out), &grant));
    return (struct grant_parts){proto_span(grant->check), proto_span(grant->ephemeral), proto_span(grant->boxes)};
}

struct span grant_of(struct grant_parts parts) {
    return joined(joined(field_bytes(1, parts.check), field_bytes(2, parts.ephemeral)), field_bytes(3, parts.boxes));
}

/* What the reader makes of it. */
struct reading {
    struct epoch_place place;
    const uint8_t *id;
    const uint8_t *secret;
};

static struct reading plainly(void) {
    return (struct reading){place_of("east", EPOCH), reader.id, reader.secrets->encryption};
}

static json_t *grant_vector(const char *expect, const char *name, struct span grant, const struct reading *reading) {
    json_t *v = vector("grant", expect, name);
    add_input(v, "grant", grant);
    add_input(v, "feed", SPAN_OF_ARRAY(reading->place.feed));
    add_number(v, "epoch", reading->place.epoch);
    add_input(v, "id", span_of(reading->id, MEMBER_ID_SIZE));
    add_input(v, "secret", span_of(reading->secret, EXCHANGE_KEY_SIZE));
    return v;
}

void accept_grant(const char *name, struct span grant) {
    const struct reading reading = plainly();
    add_output(grant_vector("ok", name, grant, &reading), "out", epoch_key());
}

void refuse_grant(const char *expect, const char *name, struct span grant) {
    const struct reading reading = plainly();
    grant_vector(expect, name, grant, &reading);
}

/* ---- boxes made by hand (docs/protocol.md, 7.3, 7.4) ---- */

struct box {
    const uint8_t *public_key; /* whose secret opens it */
    const uint8_t *id;         /* and whose it says it is */
    struct span check;
    struct span ephemeral; /* as it stands in the grant */
    struct span key;       /* what is in it */
};

static struct span ephemeral_secret(void) {
    return bytes_named("ephemeral", 32);
}

static struct span ephemeral_key(void) {
    uint8_t key[32];
    crypto_scalarmult_curve25519_base(key, ephemeral_secret().data);
    return joined(SPAN_OF_ARRAY(key), (struct span){0});
}

static struct span check_of(struct span key) {
    const struct epoch_place place = place_of("east", EPOCH);
    uint8_t context[36], check[HASH_SIZE];
    memcpy(context, place.feed, 32);
    put_u32(context + 32, place.epoch);
    hash_keyed(check, "INAMA.epoch", key, SPAN_OF_ARRAY(context));
    return joined(SPAN_OF_ARRAY(check), (struct span){0});
}

static struct span boxed(const struct box *box) {
    const struct epoch_place place = place_of("east", EPOCH);
    uint8_t shared[32], b[64], epoch[4], out[BOX_SIZE];
    struct hasher hasher;
    MUST(crypto_scalarmult_curve25519(shared, ephemeral_secret().data, box->public_key) == 0);
    put_u32(epoch, place.epoch);
    hash_start(&hasher, "INAMA.grant", SPAN_OF_ARRAY(shared), sizeof b);
    hash_add(&hasher, box->ephemeral.data, 32);
    hash_add(&hasher, box->public_key, 32);
    hash_add(&hasher, box->id, 32);
    hash_add(&hasher, place.feed, 32);
    hash_add(&hasher, epoch, 4);
    hash_finish(&hasher, b);
    const struct span ad = joined(span_of(box->id, 32), box->check);
    memcpy(out, b + 32, HINT_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(out + HINT_SIZE, NULL, box->key.data, box->key.len, ad.data, ad.len,
                                               NULL, filled(0, 24).data, b);
    return joined(SPAN_OF_ARRAY(out), (struct span){0});
}

static struct box box_for(const struct identity *member) {
    return (struct box){member->encryption_key, member->id, check_of(epoch_key()), ephemeral_key(), epoch_key()};
}

static struct span grant_with(struct span boxes) {
    return grant_of((struct grant_parts){check_of(epoch_key()), ephemeral_key(), boxes});
}

static void make_by_hand(void) {
    struct box box = box_for(&reader);
    const struct span mine = boxed(&box), other_key = bytes_named("other epoch key", 32);
    accept_grant("one box", grant_with(mine));

    /* A grant that gives one member another key than the rest would split the audience. */
    box.key = other_key;
    const struct span other = boxed(&box);
    refuse_grant("bad-commitment", "the reader's box holds another key", grant_with(other));
    const struct box for_author = box_for(&author);
    refuse_grant("bad-commitment", "two keys: one member's box with each",
                 grant_with(joined(boxed(&for_author), other)));
    accept_grant("two boxes of the reader, the first with the right key", grant_with(joined(mine, other)));
    refuse_grant("bad-commitment", "two boxes of the reader, the first with another key",
                 grant_with(joined(other, mine)));

    accept_grant("its hint on two boxes, the second opens", grant_with(joined(flipped(mine, 20, 1), mine)));
    accept_grant("its hint on two boxes, the first opens", grant_with(joined(mine, flipped(mine, 20, 1))));
    refuse_grant("bad-seal", "its hint on two boxes, none opens",
                 grant_with(joined(flipped(mine, 20, 1), flipped(mine, 21, 1))));
    box = box_for(&reader);
    box.id = author.id;
    refuse_grant("not-found", "sealed to another member's id", grant_with(boxed(&box)));
    box = box_for(&reader);
    box.check = check_of(other_key);
    refuse_grant("bad-seal", "sealed for another check", grant_with(boxed(&box)));

    /* X25519 leaves the highest bit out, the hash does not. */
    box = box_for(&reader);
    box.ephemeral = flipped(ephemeral_key(), 31, 0x80);
    accept_grant("an ephemeral key with its highest bit set, in the hash as it stands",
                 grant_of((struct grant_parts){check_of(epoch_key()), box.ephemeral, boxed(&box)}));
    refuse_grant("not-found", "an ephemeral key with its highest bit set, in the hash without",
                 grant_of((struct grant_parts){check_of(epoch_key()), box.ephemeral, mine}));
}

static void make_weak_points(void) {
    static const struct {
        const char *name;
        const char *point;
    } weak[] = {
        {"ephemeral 0", "0000000000000000000000000000000000000000000000000000000000000000"},
        {"ephemeral 1", "0100000000000000000000000000000000000000000000000000000000000000"},
        {"ephemeral of order 8", "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"},
        {"ephemeral of order 8, the other", "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"},
        {"ephemeral p - 1", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {"ephemeral p", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {"ephemeral p + 1", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"},
        {"ephemeral 0 with its highest bit set", "0000000000000000000000000000000000000000000000000000000000000080"},
    };
    for (size_t i = 0; i < sizeof weak / sizeof *weak; i++) {
        struct grant_parts parts = grant_parts();
        parts.ephemeral = hex(weak[i].point);
        refuse_grant("bad-point", weak[i].name, grant_of(parts));
    }
}

static void make_other_places(struct span good) {
    struct reading other = plainly();
    other.place = place_of("west", EPOCH);
    grant_vector("not-found", "read in another feed", good, &other);
    other = plainly();
    other.place.epoch = EPOCH + 1;
    grant_vector("not-found", "read as another epoch", good, &other);
    other = plainly();
    other.id = stranger.id;
    grant_vector("not-found", "read under another id", good, &other);
    other.secret = stranger.secrets->encryption;
    grant_vector("not-found", "read by a stranger", good, &other);
    other = (struct reading){place_of("east", EPOCH), originator.id, originator.secrets->encryption};
    add_output(grant_vector("ok", "read by another member", good, &other), "out", epoch_key());
}

static void make_sizes(struct grant_parts good) {
    struct grant_parts bad = good;
    bad.check = without_last(good.check, 1);
    refuse_grant("malformed", "a check of 31 bytes", grant_of(bad));
    bad = good;
    bad.ephemeral = joined(good.ephemeral, filled(0, 1));
    refuse_grant("malformed", "an ephemeral key of 33 bytes", grant_of(bad));
    bad = good;
    bad.boxes = without_last(good.boxes, 1);
    refuse_grant("malformed", "part of a box", grant_of(bad));
    bad.boxes = (struct span){0};
    refuse_grant("not-found", "no boxes at all", grant_of(bad));
    bad.ephemeral = filled(0, 32);
    refuse_grant("bad-point", "no boxes, and a weak ephemeral key", grant_of(bad));
    bad = good;
    bad.boxes = filled(0xb0, (size_t)BOX_SIZE * 2048);
    refuse_grant("not-found", "as many boxes as there may be members", grant_of(bad));
    bad.boxes = filled(0xb0, (size_t)BOX_SIZE * 2049);
    refuse_grant("malformed", "one box more", grant_of(bad));
}

void make_grants(void) {
    const struct grant_parts good = grant_parts();
    struct grant_parts bad = good;
    accept_grant("for three members", grant_of(good));
    const struct span first = cut(good.boxes, BOX_SIZE);
    bad.boxes = joined(span_of(good.boxes.data + BOX_SIZE, good.boxes.len - BOX_SIZE), first);
    accept_grant("boxes in another order", grant_of(bad));
    bad = good;
    bad.check = flipped(good.check, 0, 1);
    refuse_grant("bad-seal", "a changed bit of the check", grant_of(bad));
    bad = good;
    bad.ephemeral = flipped(good.ephemeral, 0, 1);
    refuse_grant("not-found", "a changed bit of the ephemeral key", grant_of(bad));
    accept_grant("what was outdated", joined(grant_of(good), field_number(4, 4711)));
    refuse_grant("malformed", "outdated from entry 0 on", joined(grant_of(good), field_number(4, 0)));
    make_other_places(grant_of(good));
    make_sizes(good);
    make_weak_points();
    make_by_hand();
}

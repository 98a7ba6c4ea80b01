#include "tests/support/stage.h"

#include <assert.h>
#include <check.h>
#include <string.h>

/* As ck_assert_int_eq(), which writes to a file each time: too slow for what is tried so often. */
static void expect(enum result result, enum result expected) {
    if (result != expected)
        ck_assert_str_eq(result_name(result), result_name(expected));
}

/* ---- keys, and where they go from each place ---- */

enum place { AT_FIRST, RENEWED, LOST, RENEWED_LOST, LOST_RENEWED };

static const uint8_t after_renewal[STAGE_PLACES] = {[AT_FIRST] = RENEWED, [LOST] = LOST_RENEWED};
static const uint8_t after_loss[STAGE_PLACES] = {[AT_FIRST] = LOST, [RENEWED] = RENEWED_LOST};

/* Keys that give an id behind `id_before`: members ascend by id, as in a roster. */
static void make_first(struct identity *first, const uint8_t *id_before, const struct random *random) {
    ck_assert_int_eq(identity_make(first, random), RESULT_OK);
    while (id_before && memcmp(first->id, id_before, MEMBER_ID_SIZE) < 0) {
        identity_release(first);
        ck_assert_int_eq(identity_make(first, random), RESULT_OK);
    }
}

static void make_others(struct identity *at, const struct random *random) {
    const uint8_t *id = at[AT_FIRST].id;
    ck_assert_int_eq(identity_renew(&at[RENEWED], &at[AT_FIRST], false, random), RESULT_OK);
    ck_assert_int_eq(identity_make_again(&at[LOST], id, 2, random), RESULT_OK);
    ck_assert_int_eq(identity_make_again(&at[RENEWED_LOST], id, 3, random), RESULT_OK);
    ck_assert_int_eq(identity_renew(&at[LOST_RENEWED], &at[LOST], false, random), RESULT_OK);
}

void stage_cast_make(struct stage_cast *cast, const struct random *random) {
    const uint8_t *id = NULL;
    ck_assert_int_eq(identity_make(&cast->author, random), RESULT_OK);
    ck_assert_int_eq(identity_make(&cast->stranger, random), RESULT_OK);
    for (size_t m = 0; m < MODEL_MEMBERS; m++) {
        make_first(&cast->members[m][AT_FIRST], id, random);
        make_others(cast->members[m], random);
        id = cast->members[m][AT_FIRST].id;
    }
}

void stage_cast_release(struct stage_cast *cast) {
    identity_release(&cast->author);
    identity_release(&cast->stranger);
    for (size_t m = 0; m < MODEL_MEMBERS; m++)
        for (size_t place = 0; place < STAGE_PLACES; place++)
            identity_release(&cast->members[m][place]);
}

/* ---- rings ---- */

static void add_secret(struct ring *ring, const uint8_t *secret, const uint8_t *public_key) {
    for (size_t i = 0; i < ring->secret_count; i++)
        if (memcmp(ring->secrets[i].secret, secret, EXCHANGE_KEY_SIZE) == 0)
            return;
    assert(ring->secret_count < STAGE_SECRETS_MAX);
    ring->secrets[ring->secret_count].secret = secret;
    ring->secrets[ring->secret_count++].public_key = public_key;
    ring->heard = 0; /* it may open what was granted long ago */
}

void ring_add(struct ring *ring, const struct identity *identity) {
    ring->id = identity->id;
    add_secret(ring, identity->secrets->encryption, identity->encryption_key);
    for (size_t i = 0; i < identity->former_count; i++)
        add_secret(ring, identity->secrets->former[i], identity->former_keys[i]);
}

static void keep_key(struct ring *ring, const struct epoch_place *place, const uint8_t *bytes) {
    for (size_t i = 0; i < ring->key_count; i++) {
        const struct stage_key *key = &ring->keys[i];
        if (key->epoch == place->epoch && memcmp(key->feed, place->feed, FEED_ID_SIZE) == 0) {
            if (memcmp(key->bytes, bytes, EPOCH_KEY_SIZE) != 0)
                ck_abort_msg("another key was granted for epoch %u", key->epoch);
            return;
        }
    }
    assert(ring->key_count < STAGE_KEYS_MAX);
    struct stage_key *key = &ring->keys[ring->key_count++];
    key->epoch = place->epoch;
    memcpy(key->feed, place->feed, FEED_ID_SIZE);
    memcpy(key->bytes, bytes, EPOCH_KEY_SIZE);
}

static void take_grant(struct ring *ring, const struct entry *entry) {
    struct epoch_place place = {.epoch = entry->epoch};
    memcpy(place.feed, entry->feed, FEED_ID_SIZE);
    for (size_t i = 0; i < ring->secret_count; i++) {
        uint8_t key[EPOCH_KEY_SIZE];
        enum result result =
            epoch_accept(key, entry->body, &place, ring->id, ring->secrets[i].secret, ring->secrets[i].public_key);
        if (result == RESULT_OK)
            keep_key(ring, &place, key);
        else
            expect(result, RESULT_NOT_FOUND);
    }
}

static struct entry parsed(struct span bytes) {
    struct entry entry;
    expect(feed_parse(&entry, bytes), RESULT_OK);
    return entry;
}

static void hear(struct ring *ring, const struct stage *stage) {
    while (ring->heard < stage->wire_count) {
        struct entry entry = parsed(stage->wire[ring->heard++]);
        if (entry.kind == ENTRY_GRANT)
            take_grant(ring, &entry);
    }
}

unsigned ring_read(struct ring *ring, const struct stage *stage) {
    unsigned read = 0;
    hear(ring, stage);
    struct arena arena;
    arena_init(&arena, SIZE_MAX);
    for (size_t i = 0; i < stage->wire_count; i++) {
        struct entry entry = parsed(stage->wire[i]);
        struct span plain;
        for (size_t k = 0; k < ring->key_count && entry.kind == ENTRY_DISCLOSURE; k++) {
            enum result result = feed_open(&arena, &plain, &entry, ring->keys[k].bytes);
            if (result == RESULT_OK)
                read |= 1u << (plain.data[0] - '0');
            else
                expect(result, RESULT_BAD_SEAL);
        }
    }
    arena_release(&arena);
    return read;
}

/* ---- steps ---- */

const char *stage_audience(size_t feed) {
    static const char *const names[STAGE_FEEDS] = {"all", "for-a", "for-b", "for-c"};
    return names[feed];
}

void stage_start(struct stage *stage, const struct stage_cast *cast) {
    *stage = (struct stage){.cast = cast, .audience = 3, .now = 1000};
    for (size_t i = 0; i < STAGE_FEEDS; i++) {
        feed_id(stage->feeds[i], cast->author.key_id, stage_audience(i));
        memcpy(stage->readers[i].feed, stage->feeds[i], FEED_ID_SIZE);
    }
    for (size_t m = 0; m < MODEL_MEMBERS; m++) {
        ring_add(&stage->own[m], &cast->members[m][AT_FIRST]);
    }
    ring_add(&stage->stranger, &cast->stranger);
}

void stage_put(struct stage *stage, size_t feed, struct span bytes) {
    struct entry entry = parsed(bytes);
    expect(feed_follows(&stage->readers[feed], &entry), RESULT_OK);
    feed_advance(&stage->readers[feed], &entry);
    assert(stage->wire_count < STAGE_WIRE_MAX);
    stage->wire[stage->wire_count++] = bytes;
}

static bool append(struct stage *stage, size_t feed, uint8_t audience, const char *text,
                   const struct stage_author *author) {
    const struct identity *members[MODEL_MEMBERS];
    size_t count = 0;
    for (size_t m = 0; m < MODEL_MEMBERS; m++)
        if (audience & 1u << m)
            members[count++] = &stage->cast->members[m][stage->known[m]];
    return author->append(author->context, stage, feed, members, count, text);
}

static const char *text_of(size_t entry) {
    static const char *const texts[MODEL_ENTRIES] = {"0 ivory", "1 rosewood", "2 pangolin", "3 parrots"};
    return texts[entry];
}

static void change_keys(struct stage *stage, size_t m, bool are_lost) {
    stage->place[m] = (are_lost ? after_loss : after_renewal)[stage->place[m]];
    assert(stage->place[m] != AT_FIRST);
    if (are_lost) {
        assert(stage->lost[m].secret_count == 0);
        stage->lost[m] = stage->own[m];
        stage->own[m] = (struct ring){0};
    }
    ring_add(&stage->own[m], &stage->cast->members[m][stage->place[m]]);
}

static void happen(struct stage *stage, enum model_act act, size_t m) {
    hear(&stage->own[m], stage);
    switch (act) {
    case MODEL_STEAL:
        stage->thief = stage->own[m];
        stage->thief.heard = 0;
        break;
    case MODEL_REMOVE:
        stage->audience &= (uint8_t) ~(1u << m);
        break;
    case MODEL_ADD:
        stage->audience |= (uint8_t)(1u << m);
        break;
    case MODEL_RENEW:
    case MODEL_LOSE:
        change_keys(stage, m, act == MODEL_LOSE);
        break;
    case MODEL_TAKE:
        stage->known[m] = stage->place[m];
        break;
    case MODEL_AGE:
        stage->now += (uint64_t)30 * 24 * 60 * 60 * 1000 + 1;
        break;
    default:
        break;
    }
}

void stage_take(struct stage *stage, const struct model_step *step, const struct stage_author *author) {
    if (step->act == MODEL_DISCLOSE)
        stage->entry_count += append(stage, 0, stage->audience, text_of(stage->entry_count), author);
    else if (step->act == MODEL_REFRESH)
        append(stage, 0, stage->audience, NULL, author);
    else if (step->act == MODEL_REPEAT)
        append(stage, 1 + step->member, (uint8_t)(1u << step->member), text_of(step->entry), author);
    else if (step->act == MODEL_FILL)
        author->fill(author->context, 0);
    else
        happen(stage, (enum model_act)step->act, step->member);
}

/* ---- comparing ---- */

static size_t differences(unsigned read, const struct model_state *state, uint16_t secrets, enum model_break wrong) {
    unsigned expected = 0;
    for (size_t e = 0; e < state->entry_count; e++)
        expected |= model_reads(state, secrets, e, wrong) ? 1u << e : 0;
    return (size_t)__builtin_popcount(read ^ expected);
}

size_t stage_differences(struct stage *stage, const struct model_state *state, enum model_break wrong) {
    size_t count = stage->entry_count != state->entry_count;
    for (size_t m = 0; m < MODEL_MEMBERS; m++) {
        unsigned own = ring_read(&stage->own[m], stage), ever = own | ring_read(&stage->lost[m], stage);
        count += differences(own, state, model_own(state, m), wrong);
        count += differences(ever, state, model_ever(state, m), wrong);
    }
    count += differences(ring_read(&stage->thief, stage), state, state->loot, wrong);
    count += differences(ring_read(&stage->stranger, stage), state, 0, wrong);
    return count;
}

void stage_compare(struct stage *stage, const struct model_state *state, const struct model_step *steps, size_t count) {
    char trace[MODEL_TRACE_SIZE];
    if (stage_differences(stage, state, MODEL_SOUND) == 0)
        return;
    model_describe(trace, steps, count);
    ck_abort_msg("the model says otherwise who reads what: %s", trace);
}

/* Disclosures as a peer sends them, and as an originator makes them of any values. What decodes encodes again; what has
 * its root keeps it however it is narrowed. The first byte chooses. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/disclosure.h"
#include "tests/support/chance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct chance chance = {6};
static struct random drawn;
static struct identity originator;

static void prepare(void) {
    if (originator.secrets)
        return;
    secret_start();
    drawn = chance_random(&chance);
    if (identity_make(&originator, &drawn))
        abort();
}

static struct span encode(struct arena *arena, const struct disclosure *disclosure) {
    struct buf out;
    buf_init(&out, arena);
    if (disclosure_encode(&out, arena, disclosure))
        abort();
    return buf_span(&out);
}

/* A view that follows from the input, so that a crash comes again. */
static struct field_set view_of(struct span bytes, uint64_t salt) {
    struct chance seeded = {bytes.len * 31 + salt + (bytes.len ? bytes.data[bytes.len / 2] : 0)};
    struct field_set view;
    for (size_t i = 0; i < FIELD_SLOTS / 64; i++)
        view.words[i] = chance_next(&seeded) | (salt % 2 ? chance_next(&seeded) : 0);
    return view;
}

static void check_again(struct arena *arena, const struct disclosure *disclosure) {
    struct disclosure again;
    struct span bytes = encode(arena, disclosure);
    if (disclosure_decode(&again, arena, bytes))
        abort();
    assert(span_equal(encode(arena, &again), bytes));
    assert(memcmp(again.object, disclosure->object, OBJECT_ID_SIZE) == 0);
}

static void check_narrow(struct arena *arena, const struct disclosure *disclosure, enum result verified,
                         struct span input) {
    for (uint64_t i = 0; i < 2; i++) {
        struct field_set view = view_of(input, i);
        struct disclosure narrow;
        enum result result = disclosure_narrow(&narrow, arena, disclosure, &view);
        assert(result == RESULT_OK || verified == RESULT_MALFORMED);
        if (result)
            continue;
        struct field_set beyond = field_set_minus(narrow.shown, field_set_and(disclosure->shown, view));
        assert(field_set_is_empty(&beyond));
        assert(disclosure_verify(&narrow, originator.sign_key) == verified);
        check_again(arena, &narrow);
    }
}

static void take_as_it_is(struct arena *arena, struct span bytes) {
    struct disclosure disclosure;
    Alert *content;
    if (disclosure_decode(&disclosure, arena, bytes))
        return;
    check_again(arena, &disclosure);
    enum result verified = disclosure_verify(&disclosure, originator.sign_key);
    assert(verified != RESULT_OK); /* nobody signs for us */
    assert((disclosure_verify(&disclosure, NULL) == RESULT_UNKNOWN_MEMBER) ==
           (verified == RESULT_BAD_SIGNATURE || verified == RESULT_BAD_POINT));
    check_narrow(arena, &disclosure, verified, bytes);
    enum result result = disclosure_content(&content, arena, &disclosure);
    assert(result == RESULT_OK || result == RESULT_MALFORMED || result == RESULT_NOT_CANONICAL ||
           result == RESULT_TOO_LARGE || result == RESULT_NO_MEMORY);
}

/* The input is cut into values: slot, length, bytes. */
static void make_of_any_values(struct arena *arena, struct span input) {
    struct span values[FIELD_SLOTS] = {0}, rest = input, value;
    uint8_t slot, len, alert[TREE_ALERT_ID_SIZE] = {0};
    while (span_u8(&rest, &slot) && span_u8(&rest, &len) && len && span_take(&rest, len, &value))
        values[slot] = value;
    AlertHeader header = ALERT_HEADER__INIT;
    header.alert = (ProtobufCBinaryData){sizeof alert, alert};
    header.version = 1;
    header.kind = "SEIZURE";
    header.tlp = "AMBER";
    struct disclosure made;
    if (disclosure_make(&made, arena, &header, values, &originator, 1, &drawn) ||
        disclosure_verify(&made, originator.sign_key))
        abort();
    check_again(arena, &made);
    check_narrow(arena, &made, RESULT_OK, input);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0)
        return 0;
    struct arena arena;
    prepare();
    arena_init(&arena, (size_t)64 << 20);
    if (data[0] == 1)
        make_of_any_values(&arena, span_of(data + 1, size - 1));
    else
        take_as_it_is(&arena, span_of(data + 1, size - 1));
    arena_release(&arena);
    return 0;
}

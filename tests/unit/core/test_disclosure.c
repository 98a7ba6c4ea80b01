/* Disclosures: what is shown is proven, what is hidden is not there. Properties over many seeded views, and every
 * refusal by its name. */
#include "core/disclosure.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/alert.h"
#include "entry.pb-c.h"
#include "keys/hash.h"
#include "tests/support/chance.h"

enum { ELEMENTS = 2, TOKEN_MAX = 136 };

static struct arena arena;
static struct chance chance;
static struct random drawn;
static struct identity originator, stranger;

static void set_up(void) {
    secret_start();
    arena_init(&arena, SIZE_MAX);
    chance = (struct chance){2014};
    drawn = chance_random(&chance);
    ck_assert_int_eq(identity_make(&originator, &drawn), RESULT_OK);
    ck_assert_int_eq(identity_make(&stranger, &drawn), RESULT_OK);
}

static void tear_down(void) {
    identity_release(&originator);
    identity_release(&stranger);
    arena_release(&arena);
}

/* ---- an alert with a token of its own in every field ---- */

static bool holds_token(const struct field *field) {
    return field && field->type != FIELD_FLAG;
}

static bool is_list(const struct field *field) {
    return field->group_repeats || field->repeats;
}

/* The value of a field, unlike any other of the alert. */
static void token_of(char out[static TOKEN_MAX], const struct field *field, size_t element) {
    unsigned number = field->slot * 2u + (unsigned)element;
    switch (field->type) {
    case FIELD_NUMBER:
        snprintf(out, TOKEN_MAX, "%u", 4000000000u + number * 9999u);
        break;
    case FIELD_DECIMAL:
        snprintf(out, TOKEN_MAX, "73%05u.%05u", number, 90000 + number);
        break;
    case FIELD_DATE:
        snprintf(out, TOKEN_MAX, "%04u-05-05", 3000 + number);
        break;
    case FIELD_TIME:
        snprintf(out, TOKEN_MAX, "%04u-06-07T08:09:10Z", 3000 + number);
        break;
    case FIELD_PLACE:
        snprintf(out, TOKEN_MAX, "CD%c%c%c", 'A' + number / 26 / 26, 'A' + number / 26 % 26, 'A' + number % 26);
        break;
    case FIELD_FLAG:
        snprintf(out, TOKEN_MAX, "yes");
        break;
    case FIELD_BLOB:
        snprintf(out, TOKEN_MAX, "%0128u", number);
        break;
    default:
        snprintf(out, TOKEN_MAX, "<token %05u>", number);
    }
}

/* As it stands in an encoding: a number as its varint, everything else as text. */
static struct span token_bytes(const struct field *field, size_t element) {
    char token[TOKEN_MAX];
    token_of(token, field, element);
    if (field->type != FIELD_NUMBER)
        return span_of_text(arena_text(&arena, token, strlen(token)));
    uint8_t varint[5];
    uint32_t value = 4000000000u + (field->slot * 2u + (uint32_t)element) * 9999u;
    for (size_t i = 0; i < 5; i++, value >>= 7)
        varint[i] = (uint8_t)((value & 0x7f) | (i < 4 ? 0x80 : 0));
    return span_of(arena_copy(&arena, varint, sizeof varint), sizeof varint);
}

static Alert *alert_full_of_tokens(void) {
    Alert *content = arena_alloc(&arena, sizeof *content);
    alert__init(content);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        for (size_t element = 0; field && element < (is_list(field) ? ELEMENTS : 1); element++) {
            char token[TOKEN_MAX];
            token_of(token, field, element);
            ck_assert_msg(alert_set_text(&arena, content, field->path, field->group_repeats ? element : 0, token) ==
                              RESULT_OK,
                          "%s", field->path);
        }
    }
    return content;
}

static AlertHeader *new_header(void) {
    AlertHeader *header = arena_alloc(&arena, sizeof *header);
    uint8_t *alert = arena_alloc(&arena, TREE_ALERT_ID_SIZE);
    alert_header__init(header);
    random_fill(&drawn, alert, TREE_ALERT_ID_SIZE);
    header->alert = proto_bytes(alert, TREE_ALERT_ID_SIZE);
    header->version = 1;
    header->kind = "SEIZURE";
    header->tlp = "AMBER";
    return header;
}

static struct disclosure make(const Alert *content, AlertHeader *header, const struct random *random) {
    struct span *values = arena_array(&arena, FIELD_SLOTS, sizeof *values);
    struct disclosure made;
    ck_assert_int_eq(alert_split(&arena, content, values), RESULT_OK);
    ck_assert_int_eq(disclosure_make(&made, &arena, header, values, &originator, 1399276800000, random), RESULT_OK);
    return made;
}

static struct disclosure full_of_tokens(void) {
    return make(alert_full_of_tokens(), new_header(), &drawn);
}

static struct disclosure narrow(const struct disclosure *from, struct field_set keep) {
    struct disclosure out;
    ck_assert_int_eq(disclosure_narrow(&out, &arena, from, &keep), RESULT_OK);
    return out;
}

static struct span encode(const struct disclosure *disclosure) {
    struct buf out;
    buf_init(&out, &arena);
    ck_assert_int_eq(disclosure_encode(&out, &arena, disclosure), RESULT_OK);
    return buf_span(&out);
}

static struct disclosure decode(struct span bytes) {
    struct disclosure out;
    ck_assert_str_eq(result_name(disclosure_decode(&out, &arena, bytes)), "ok");
    return out;
}

static enum result verify(const struct disclosure *disclosure) {
    return disclosure_verify(disclosure, originator.sign_key);
}

/* A view of any shape: single slots, whole classes, nearly all, nearly none. */
static struct field_set random_view(void) {
    struct field_set view = {{0}};
    size_t style = chance_below(&chance, 4);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
        if (chance_below(&chance, 100) < (style == 0 ? 3 : style == 1 ? 50 : style == 2 ? 97 : 0))
            field_set_add(&view, slot);
    for (size_t class = 0; style == 3 && class < CLASS_COUNT; class ++)
        if (chance_below(&chance, 2))
            view = field_set_or(view, field_set_of_class((enum field_class) class));
    return view;
}

/* ---- what is hidden is not there ---- */

static bool occurs(struct span bytes, struct span token) {
    return memmem(bytes.data, bytes.len, token.data, token.len) != NULL;
}

static void check_tokens(struct span bytes, const struct field_set *shown) {
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        for (size_t element = 0; holds_token(field) && element < (is_list(field) ? ELEMENTS : 1); element++)
            ck_assert_msg(occurs(bytes, token_bytes(field, element)) == field_set_has(shown, slot), "%s is %s",
                          field->path, field_set_has(shown, slot) ? "missing" : "there though it is hidden");
    }
}

/* The salts of all nodes by docs/protocol.md 4.2, level after level: 1 + 4 + 16 + 64 + 256. */
enum { NODES = 341, LEVELS = 5 };
static void derive_salts(uint8_t out[static NODES * TREE_SALT_SIZE], const uint8_t root[static TREE_SALT_SIZE]) {
    memcpy(out, root, TREE_SALT_SIZE);
    size_t next = 1;
    for (unsigned level = 0, first = 0, width = 1; level + 1 < LEVELS; level++, first += width, width *= 4)
        for (unsigned index = 0; index < width; index++, next += 4) {
            uint8_t place[2] = {(uint8_t)level, (uint8_t)index};
            struct hasher hasher;
            hash_start(&hasher, "INAMA.salt", span_of(out + (first + index) * TREE_SALT_SIZE, TREE_SALT_SIZE), 64);
            hash_add(&hasher, place, sizeof place);
            hash_finish(&hasher, out + next * TREE_SALT_SIZE);
        }
    ck_assert_uint_eq(next, NODES);
}

/* No salt from which the salt of a hidden slot follows. */
static void check_salts(struct span bytes, const struct field_set *shown, const uint8_t *salts) {
    for (size_t level = 0, first = 0, width = 1; level < LEVELS; level++, first += width, width *= 4)
        for (size_t index = 0; index < width; index++) {
            bool all_shown = true;
            for (size_t slot = index * (FIELD_SLOTS / width); slot < (index + 1) * (FIELD_SLOTS / width); slot++)
                all_shown &= field_set_has(shown, slot);
            if (!all_shown)
                ck_assert_msg(!occurs(bytes, span_of(salts + (first + index) * TREE_SALT_SIZE, TREE_SALT_SIZE)),
                              "the salt of node %zu of level %zu", index, level);
        }
}

START_TEST(narrowed_to_a_class_only_its_fields_are_in_the_bytes) {
    struct disclosure full = full_of_tokens();
    struct field_set all = field_set_all();
    uint8_t salts[NODES * TREE_SALT_SIZE];
    derive_salts(salts, full.opening.salts.data);
    check_tokens(encode(&full), &all);
    for (size_t class = 0; class < CLASS_COUNT; class ++) {
        struct field_set only = field_set_of_class((enum field_class) class);
        struct field_set rest = field_set_minus(all, only);
        struct disclosure shown = narrow(&full, only), withheld = narrow(&full, rest);
        ck_assert_int_eq(verify(&shown), RESULT_OK);
        ck_assert_int_eq(verify(&withheld), RESULT_OK);
        check_tokens(encode(&shown), &only);
        check_tokens(encode(&withheld), &rest);
        check_salts(encode(&shown), &only, salts);
        check_salts(encode(&withheld), &rest, salts);
    }
}
END_TEST

START_TEST(narrowed_to_one_field_only_that_field_is_in_the_bytes) {
    struct disclosure full = full_of_tokens();
    for (size_t slot = 0; slot < FIELD_SLOTS; slot += 5) {
        struct field_set only = {{0}};
        field_set_add(&only, slot);
        struct disclosure shown = narrow(&full, only);
        ck_assert_int_eq(verify(&shown), RESULT_OK);
        check_tokens(encode(&shown), &only);
    }
}
END_TEST

START_TEST(narrow_chains_verify_and_hide_whatever_the_view) {
    struct disclosure full = full_of_tokens();
    uint8_t salts[NODES * TREE_SALT_SIZE];
    derive_salts(salts, full.opening.salts.data);
    for (int round = 0; round < 60; round++) {
        struct disclosure held = full;
        struct field_set shown = field_set_all();
        for (int step = 0; step < 3; step++) {
            struct field_set view = random_view();
            shown = field_set_and(shown, view);
            struct disclosure passed_on = narrow(&held, view);
            held = decode(encode(&passed_on)); /* as the next reader gets it */
            ck_assert_int_eq(verify(&held), RESULT_OK);
            ck_assert_mem_eq(&held.shown, &shown, sizeof shown);
            check_tokens(encode(&held), &shown);
            check_salts(encode(&held), &shown, salts);
        }
        struct disclosure at_once = narrow(&full, shown);
        ck_assert_msg(span_equal(encode(&held), encode(&at_once)), "three steps and one differ");
    }
}
END_TEST

START_TEST(narrow_never_shows_more_than_it_was_given) {
    struct disclosure full = full_of_tokens();
    struct field_set little = field_set_of_class(CLASS_INCIDENT);
    struct disclosure held = narrow(&full, little);
    struct disclosure wished = narrow(&held, field_set_all());
    ck_assert_mem_eq(&wished.shown, &little, sizeof little);
    ck_assert(span_equal(encode(&wished), encode(&held)));
    struct disclosure nothing = narrow(&full, (struct field_set){{0}});
    ck_assert_int_eq(verify(&nothing), RESULT_OK);
    ck_assert_uint_eq(nothing.opening.hashes.len, TREE_HASH_SIZE);
    ck_assert_uint_eq(nothing.opening.salts.len, 0);
}
END_TEST

/* The same alert with and without what is withheld, made with the same randomness. */
static struct disclosure seeded(const Alert *content, uint64_t seed) {
    struct chance own = {seed};
    struct random random = chance_random(&own);
    AlertHeader *header = new_header();
    uint8_t *alert = arena_alloc(&arena, TREE_ALERT_ID_SIZE);
    header->alert = proto_bytes(alert, TREE_ALERT_ID_SIZE);
    return make(content, header, &random);
}

START_TEST(withheld_looks_like_absent) {
    Alert *rich = alert_full_of_tokens(), *poor = alert_full_of_tokens();
    poor->persons = NULL;
    poor->n_persons = 0;
    poor->narrative->below_tear_line = NULL;
    struct field_set withheld = field_set_or(field_set_of_class(CLASS_PERSONS), field_set_of_class(CLASS_TEARLINE));
    struct disclosure with = seeded(rich, 5), without = seeded(poor, 5);
    for (int round = 0; round < 40; round++) {
        struct field_set view = field_set_minus(round ? random_view() : field_set_all(), withheld);
        struct disclosure a = narrow(&with, view), b = narrow(&without, view);
        ck_assert_uint_eq(encode(&a).len, encode(&b).len);
        ck_assert(span_equal(a.opening.salts, b.opening.salts));
        ck_assert_uint_eq(a.opening.hashes.len, b.opening.hashes.len);
        ck_assert(!span_equal(a.opening.hashes, b.opening.hashes)); /* over 128 unknown bits each */
        for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
            ck_assert(span_equal(a.opening.values[slot], b.opening.values[slot]));
    }
}
END_TEST

START_TEST(a_shown_field_that_is_absent_is_proven_absent) {
    Alert *content = alert_full_of_tokens();
    content->narrative->title = NULL;
    struct disclosure full = make(content, new_header(), &drawn);
    struct disclosure shown = narrow(&full, field_set_of_class(CLASS_NARRATIVE));
    ck_assert_int_eq(verify(&shown), RESULT_OK);
    shown.opening.values[field_find("narrative.title")->slot] = span_of("2", 1);
    ck_assert_int_eq(verify(&shown), RESULT_BAD_ROOT);
}
END_TEST

/* ---- there and back ---- */

START_TEST(what_is_encoded_is_decoded_to_the_same) {
    struct disclosure full = full_of_tokens();
    for (int round = 0; round < 60; round++) {
        struct disclosure sent = narrow(&full, round ? random_view() : field_set_all());
        struct span bytes = encode(&sent);
        struct disclosure got = decode(bytes);
        ck_assert(span_equal(got.header_bytes, sent.header_bytes));
        ck_assert_mem_eq(got.object, sent.object, OBJECT_ID_SIZE);
        ck_assert_mem_eq(got.signature, sent.signature, SIGNATURE_SIZE);
        ck_assert_mem_eq(&got.shown, &sent.shown, sizeof got.shown);
        ck_assert_mem_eq(got.opening.shown, sent.opening.shown, sizeof got.opening.shown);
        for (size_t slot = 0; slot < FIELD_SLOTS; slot++)
            ck_assert(span_equal(got.opening.values[slot], sent.opening.values[slot]));
        ck_assert(span_equal(encode(&got), bytes));
    }
}
END_TEST

START_TEST(the_content_is_what_was_written_where_it_is_shown) {
    Alert *content = alert_full_of_tokens(), *read;
    struct disclosure full = make(content, new_header(), &drawn);
    struct field_set view = field_set_minus(field_set_all(), field_set_of_class(CLASS_ROUTE));
    struct disclosure shown = narrow(&full, view);
    ck_assert_int_eq(disclosure_content(&read, &arena, &shown), RESULT_OK);
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        if (field)
            ck_assert_str_eq(alert_text(&arena, read, field->path, 0),
                             field_set_has(&view, slot) ? alert_text(&arena, content, field->path, 0) : "");
    }
}
END_TEST

START_TEST(make_writes_who_when_and_what) {
    AlertHeader *header = new_header();
    struct disclosure made = make(alert_full_of_tokens(), header, &drawn);
    uint8_t object[HASH_SIZE];
    ck_assert_uint_eq(header->suite, 1);
    ck_assert_uint_eq(header->schema, 1);
    ck_assert_uint_eq(header->created, 1399276800000);
    ck_assert_mem_eq(header->originator.data, originator.id, MEMBER_ID_SIZE);
    hash_of(object, "INAMA.object", made.header_bytes);
    ck_assert_mem_eq(made.object, object, OBJECT_ID_SIZE);
    ck_assert_int_eq(verify(&made), RESULT_OK);
}
END_TEST

START_TEST(two_alerts_of_the_same_content_share_nothing_that_shows_it) {
    Alert *content = alert_full_of_tokens();
    struct disclosure a = make(content, new_header(), &drawn), b = make(content, new_header(), &drawn);
    ck_assert_mem_ne(a.object, b.object, OBJECT_ID_SIZE);
    ck_assert(!span_equal(a.opening.salts, b.opening.salts));
    ck_assert_mem_ne(a.header->root.data, b.header->root.data, TREE_HASH_SIZE);
}
END_TEST

/* ---- changed on the way ---- */

static bool is_refused(struct span bytes) {
    struct disclosure got;
    struct arena turn;
    arena_init(&turn, SIZE_MAX);
    bool refused = disclosure_decode(&got, &turn, bytes) || verify(&got);
    arena_release(&turn);
    return refused;
}

static void flip_and_check(uint8_t *bytes, size_t len, size_t bit) {
    bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
    ck_assert_msg(is_refused(span_of(bytes, len)), "bit %zu of byte %zu", bit % 8, bit / 8);
    bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
}

static uint8_t *copy_of(struct span bytes) {
    return arena_copy(&arena, bytes.data, bytes.len);
}

START_TEST(any_flipped_bit_is_refused) {
    struct disclosure full = full_of_tokens();
    struct disclosure shown =
        narrow(&full, field_set_or(field_set_of_class(CLASS_NARRATIVE), field_set_of_class(CLASS_SOURCE)));
    struct span bytes = encode(&shown);
    uint8_t *copy = copy_of(bytes);
    ck_assert(!is_refused(bytes));
    for (size_t bit = 0; bit < bytes.len * 8; bit++)
        flip_and_check(copy, bytes.len, bit);
}
END_TEST

START_TEST(any_flipped_bit_of_a_full_alert_is_refused) {
    struct disclosure full = full_of_tokens();
    struct span bytes = encode(&full);
    uint8_t *copy = copy_of(bytes);
    for (int round = 0; round < 2000; round++)
        flip_and_check(copy, bytes.len, chance_below(&chance, bytes.len * 8));
}
END_TEST

START_TEST(any_truncation_is_refused) {
    struct disclosure full = full_of_tokens();
    struct disclosure shown = narrow(&full, random_view());
    struct span bytes = encode(&shown);
    for (size_t len = 0; len < bytes.len; len++)
        ck_assert_msg(is_refused(span_of(bytes.data, len)), "%zu of %zu bytes", len, bytes.len);
}
END_TEST

/* ---- every refusal by its name ---- */

START_TEST(make_refuses_a_header_over_the_limit) {
    AlertHeader *header = new_header();
    struct span *values = arena_array(&arena, FIELD_SLOTS, sizeof *values);
    struct disclosure made;
    char *caveat = arena_alloc(&arena, HEADER_BYTES_MAX + 1);
    memset(caveat, 'x', HEADER_BYTES_MAX);
    header->caveat = caveat;
    ck_assert_int_eq(disclosure_make(&made, &arena, header, values, &originator, 1, &drawn), RESULT_TOO_LARGE);
}
END_TEST

START_TEST(make_narrow_and_encode_say_when_memory_is_out) {
    struct disclosure full = full_of_tokens(), out;
    struct field_set view = field_set_of_class(CLASS_ROUTE);
    struct arena small;
    struct buf bytes;
    arena_init(&small, 1);
    buf_init(&bytes, &small);
    AlertHeader *header = new_header();
    ck_assert_int_eq(disclosure_make(&out, &small, header, full.opening.values, &originator, 1, &drawn),
                     RESULT_NO_MEMORY);
    ck_assert_int_eq(disclosure_narrow(&out, &small, &full, &view), RESULT_NO_MEMORY);
    ck_assert_int_eq(disclosure_encode(&bytes, &small, &full), RESULT_NO_MEMORY);
    arena_release(&small);
}
END_TEST

/* The words of a disclosure of two classes, to be spoilt; the same once more in `header`. */
struct spoilt {
    Disclosure *words;
    AlertHeader *header;
};

static struct spoilt spoil(void) {
    struct disclosure full = full_of_tokens();
    struct disclosure shown =
        narrow(&full, field_set_or(field_set_of_class(CLASS_ROUTE), field_set_of_class(CLASS_SOURCE)));
    struct span bytes = encode(&shown);
    struct spoilt spoilt;
    ck_assert_int_eq(proto_decode(&arena, &disclosure__descriptor, bytes, &spoilt.words), RESULT_OK);
    ck_assert_int_eq(proto_decode(&arena, &alert_header__descriptor, shown.header_bytes, &spoilt.header), RESULT_OK);
    return spoilt;
}

static struct span words_of(const void *words) {
    struct buf out;
    buf_init(&out, &arena);
    proto_encode(&out, words);
    return buf_span(&out);
}

static void refuse_words(const Disclosure *words, const char *expected) {
    struct disclosure out;
    enum result result = disclosure_decode(&out, &arena, words_of(words));
    if (!result)
        result = verify(&out);
    ck_assert_str_eq(result_name(result), expected);
}

static void refuse_header(const struct spoilt *spoilt, const char *expected) {
    struct span header = words_of(spoilt->header);
    spoilt->words->header = proto_bytes(header.data, header.len);
    refuse_words(spoilt->words, expected);
}

static ProtobufCBinaryData shortened(ProtobufCBinaryData bytes, size_t by) {
    return proto_bytes(bytes.data, bytes.len - by);
}

static ProtobufCBinaryData lengthened(ProtobufCBinaryData bytes, size_t by) {
    uint8_t *longer = arena_alloc(&arena, bytes.len + by);
    if (bytes.len)
        memcpy(longer, bytes.data, bytes.len);
    return proto_bytes(longer, bytes.len + by);
}

START_TEST(decode_refuses_parts_of_another_size) {
    struct spoilt good = spoil();
    refuse_words(good.words, "ok");
    ProtobufCBinaryData *const parts[] = {&good.words->signature, &good.words->shown, &good.words->present,
                                          &good.words->salts, &good.words->hashes};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        ProtobufCBinaryData whole = *parts[i];
        size_t by = i < 3 ? 1 : i == 3 ? TREE_SALT_SIZE : TREE_HASH_SIZE;
        *parts[i] = shortened(whole, by);
        refuse_words(good.words, "malformed");
        *parts[i] = lengthened(whole, by);
        refuse_words(good.words, "malformed");
        *parts[i] = shortened(whole, whole.len);
        refuse_words(good.words, "malformed");
        *parts[i] = whole;
    }
    refuse_words(good.words, "ok");
}
END_TEST

START_TEST(decode_refuses_values_that_do_not_fit_present) {
    struct spoilt good = spoil();
    good.words->n_values--;
    refuse_words(good.words, "malformed");
    good.words->n_values++;
    good.words->values[0].len = 0;
    refuse_words(good.words, "malformed");

    struct spoilt more = spoil();
    ProtobufCBinaryData *values = arena_array(&arena, more.words->n_values + 1, sizeof *values);
    memcpy(values, more.words->values, more.words->n_values * sizeof *values);
    values[more.words->n_values++] = values[0];
    more.words->values = values;
    refuse_words(more.words, "malformed");
}
END_TEST

START_TEST(decode_refuses_a_value_of_a_hidden_slot) {
    struct spoilt spoilt = spoil();
    size_t hidden = field_find("persons.surname")->slot;
    spoilt.words->present.data[hidden / 8] |= (uint8_t)(1u << (hidden % 8));
    refuse_words(spoilt.words, "malformed");
}
END_TEST

START_TEST(decode_refuses_a_suite_or_schema_it_does_not_know) {
    struct spoilt suite = spoil(), schema = spoil();
    suite.header->suite = 2;
    refuse_header(&suite, "unknown-suite");
    schema.header->schema = 2;
    refuse_header(&schema, "unknown-schema");
}
END_TEST

START_TEST(decode_refuses_ids_of_another_size) {
    for (int which = 0; which < 6; which++) {
        struct spoilt spoilt = spoil();
        AlertHeader *header = spoilt.header;
        header->has_supersedes |= which == 3;
        header->has_in_reply_to |= which == 4;
        ProtobufCBinaryData *const ids[] = {&header->originator, &header->alert,       &header->root,
                                            &header->supersedes, &header->in_reply_to, NULL};
        if (ids[which])
            *ids[which] = lengthened(*ids[which], which < 3 ? 1 : OBJECT_ID_SIZE - 1);
        else
            header->version = 0;
        refuse_header(&spoilt, "malformed");
    }
}
END_TEST

START_TEST(decode_refuses_a_header_over_the_limit) {
    struct spoilt spoilt = spoil();
    char *caveat = arena_alloc(&arena, HEADER_BYTES_MAX + 1);
    memset(caveat, 'x', HEADER_BYTES_MAX);
    spoilt.header->caveat = caveat;
    refuse_header(&spoilt, "too-large");
}
END_TEST

START_TEST(decode_refuses_bytes_over_the_limit) {
    struct disclosure out;
    uint8_t *big = arena_alloc(&arena, ENTRY_BYTES_MAX + 1);
    ck_assert_int_eq(disclosure_decode(&out, &arena, span_of(big, ENTRY_BYTES_MAX + 1)), RESULT_TOO_LARGE);
}
END_TEST

START_TEST(decode_refuses_another_encoding_of_the_same) {
    struct disclosure full = full_of_tokens(), out;
    struct span bytes = encode(&full);
    ck_assert_uint_eq(bytes.data[0], 0x0a); /* field 1, bytes; then the length in two bytes or one */
    bool one = bytes.data[1] < 0x80;
    size_t at = one ? 2 : 3;
    uint8_t *longer = arena_alloc(&arena, bytes.len + 1);
    memcpy(longer, bytes.data, at);
    memcpy(longer + at + 1, bytes.data + at, bytes.len - at);
    longer[at - 1] |= 0x80;
    longer[at] = 0;
    ck_assert_int_eq(disclosure_decode(&out, &arena, span_of(longer, bytes.len + 1)), RESULT_NOT_CANONICAL);
    ck_assert_int_eq(disclosure_decode(&out, &arena, (struct span){0}), RESULT_MALFORMED);
}
END_TEST

START_TEST(verify_refuses_in_the_order_of_the_protocol) {
    struct disclosure full = full_of_tokens();
    struct disclosure good = narrow(&full, field_set_of_class(CLASS_ROUTE)), bad = good;
    ck_assert_int_eq(verify(&good), RESULT_OK);
    ck_assert_int_eq(disclosure_verify(&good, NULL), RESULT_UNKNOWN_MEMBER);
    ck_assert_int_eq(disclosure_verify(&good, stranger.sign_key), RESULT_BAD_SIGNATURE);
    bad.signature[SIGNATURE_SIZE - 20] ^= 1;
    ck_assert_int_eq(verify(&bad), RESULT_BAD_SIGNATURE);
    memset(bad.signature, 0, 32);
    ck_assert_int_eq(verify(&bad), RESULT_BAD_POINT);
    bad.opening.values[field_find("legs.country")->slot] = span_of("\x2a\x04\x12\x02KE", 6);
    ck_assert_int_eq(disclosure_verify(&bad, NULL), RESULT_BAD_ROOT);
    bad.opening.salts.len -= TREE_SALT_SIZE;
    ck_assert_int_eq(disclosure_verify(&bad, NULL), RESULT_MALFORMED);
}
END_TEST

/* A value moved to its neighbour, a class from another alert, another version's header: all under one signature. */
START_TEST(verify_refuses_what_was_put_together) {
    struct disclosure full = full_of_tokens(), other = full_of_tokens();
    struct disclosure moved = narrow(&full, field_set_of_class(CLASS_ROUTE));
    size_t slot = field_find("legs.region")->slot;
    struct span value = moved.opening.values[slot];
    moved.opening.values[slot] = moved.opening.values[slot + 1];
    moved.opening.values[slot + 1] = value;
    ck_assert_int_eq(verify(&moved), RESULT_BAD_ROOT);

    struct disclosure mixed = narrow(&full, field_set_of_class(CLASS_ROUTE));
    struct disclosure donor = narrow(&other, field_set_of_class(CLASS_ROUTE));
    mixed.opening.salts = donor.opening.salts;
    ck_assert_int_eq(verify(&mixed), RESULT_BAD_ROOT);

    struct disclosure renumbered = full;
    AlertHeader header = *full.header;
    header.version = 2;
    renumbered.header = &header;
    ck_assert_int_eq(verify(&renumbered), RESULT_BAD_ROOT);
}
END_TEST

START_TEST(narrow_refuses_a_broken_opening) {
    struct disclosure full = full_of_tokens(), out;
    struct disclosure held = narrow(&full, field_set_of_class(CLASS_ROUTE));
    struct field_set view = {{0}};
    field_set_add(&view, field_find("legs.country")->slot);
    struct disclosure bad = held;
    bad.opening.salts.len -= TREE_SALT_SIZE;
    ck_assert_int_eq(disclosure_narrow(&out, &arena, &bad, &view), RESULT_MALFORMED);
    bad = held;
    bad.opening.hashes.len -= TREE_HASH_SIZE;
    ck_assert_int_eq(disclosure_narrow(&out, &arena, &bad, &view), RESULT_MALFORMED);
    bad = held;
    bad.opening.values[0] = span_of("x", 1);
    ck_assert_int_eq(disclosure_narrow(&out, &arena, &bad, &view), RESULT_MALFORMED);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("disclosure");
    TCase *hidden = tcase_create("hidden");
    tcase_add_checked_fixture(hidden, set_up, tear_down);
    tcase_add_test(hidden, narrowed_to_a_class_only_its_fields_are_in_the_bytes);
    tcase_add_test(hidden, narrowed_to_one_field_only_that_field_is_in_the_bytes);
    tcase_add_test(hidden, narrow_chains_verify_and_hide_whatever_the_view);
    tcase_add_test(hidden, narrow_never_shows_more_than_it_was_given);
    tcase_add_test(hidden, withheld_looks_like_absent);
    tcase_add_test(hidden, a_shown_field_that_is_absent_is_proven_absent);
    suite_add_tcase(suite, hidden);
    TCase *round_trip = tcase_create("round_trip");
    tcase_add_checked_fixture(round_trip, set_up, tear_down);
    tcase_add_test(round_trip, what_is_encoded_is_decoded_to_the_same);
    tcase_add_test(round_trip, the_content_is_what_was_written_where_it_is_shown);
    tcase_add_test(round_trip, make_writes_who_when_and_what);
    tcase_add_test(round_trip, two_alerts_of_the_same_content_share_nothing_that_shows_it);
    suite_add_tcase(suite, round_trip);
    TCase *changed = tcase_create("changed");
    tcase_add_checked_fixture(changed, set_up, tear_down);
    tcase_add_test(changed, any_flipped_bit_is_refused);
    tcase_add_test(changed, any_flipped_bit_of_a_full_alert_is_refused);
    tcase_add_test(changed, any_truncation_is_refused);
    suite_add_tcase(suite, changed);
    TCase *refused = tcase_create("refused");
    tcase_add_checked_fixture(refused, set_up, tear_down);
    tcase_add_test(refused, make_refuses_a_header_over_the_limit);
    tcase_add_test(refused, make_narrow_and_encode_say_when_memory_is_out);
    tcase_add_test(refused, decode_refuses_parts_of_another_size);
    tcase_add_test(refused, decode_refuses_values_that_do_not_fit_present);
    tcase_add_test(refused, decode_refuses_a_value_of_a_hidden_slot);
    tcase_add_test(refused, decode_refuses_a_suite_or_schema_it_does_not_know);
    tcase_add_test(refused, decode_refuses_ids_of_another_size);
    tcase_add_test(refused, decode_refuses_a_header_over_the_limit);
    tcase_add_test(refused, decode_refuses_bytes_over_the_limit);
    tcase_add_test(refused, decode_refuses_another_encoding_of_the_same);
    tcase_add_test(refused, verify_refuses_in_the_order_of_the_protocol);
    tcase_add_test(refused, verify_refuses_what_was_put_together);
    tcase_add_test(refused, narrow_refuses_a_broken_opening);
    suite_add_tcase(suite, refused);
    return suite;
}

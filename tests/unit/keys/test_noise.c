#include "keys/noise.h"

#include <check.h>
#include <string.h>

#include "base/text.h"
#include "keys/identity.h"
#include "keys/secret.h"
#include "tests/support/chance.h"
#include "tests/support/vectors.h"

enum { MESSAGES_MAX = 16, MESSAGE_SIZE_MAX = 512 };

struct vector {
    struct span prologue, initiator_static, initiator_ephemeral, responder_public, responder_static,
        responder_ephemeral, hash;
    size_t count;
    struct {
        struct span payload, sealed;
    } messages[MESSAGES_MAX];
};

static void set_up(void) {
    secret_start();
}

/* Sends message `i` of a vector from one end to the other and compares every byte. */
static void pass_on(struct noise *from, struct noise *to, const struct vector *vector, size_t i) {
    uint8_t sealed[MESSAGE_SIZE_MAX], plain[MESSAGE_SIZE_MAX];
    struct span payload = vector->messages[i].payload, expected = vector->messages[i].sealed;
    size_t sealed_len = payload.len + NOISE_TAG_SIZE, plain_len = payload.len;
    if (i < 2) {
        ck_assert(!noise_is_ready(to));
        ck_assert_int_eq(noise_write(from, payload, sealed, &sealed_len), RESULT_OK);
    } else {
        ck_assert_int_eq(noise_seal(from, payload, sealed), RESULT_OK);
    }
    ck_assert(span_equal(span_of(sealed, sealed_len), expected));
    if (i < 2)
        ck_assert_int_eq(noise_read(to, expected, plain, &plain_len), RESULT_OK);
    else
        ck_assert_int_eq(noise_open(to, expected, plain), RESULT_OK);
    ck_assert(span_equal(span_of(plain, plain_len), payload));
}

static void check_vector(const struct vector *vector) {
    struct span initiator_bytes = vector->initiator_ephemeral, responder_bytes = vector->responder_ephemeral;
    struct random initiator_random = chance_script(&initiator_bytes),
                  responder_random = chance_script(&responder_bytes);
    const struct noise_options calls = {.initiator = true,
                                        .secret = vector->initiator_static.data,
                                        .remote_public = vector->responder_public.data,
                                        .prologue = vector->prologue,
                                        .random = &initiator_random};
    const struct noise_options called = {
        .secret = vector->responder_static.data, .prologue = vector->prologue, .random = &responder_random};
    struct noise *ends[] = {noise_new(&calls), noise_new(&called)};
    for (size_t i = 0; i < vector->count; i++) {
        pass_on(ends[i % 2], ends[1 - i % 2], vector, i);
        ck_assert(noise_is_ready(ends[0]) == (i >= 1));
    }
    for (int i = 0; i < 2; i++) {
        ck_assert_mem_eq(noise_channel(ends[i]), vector->hash.data, 32);
        noise_free(ends[i]);
    }
}

static struct span unhex(uint8_t *space, const char *hex) {
    size_t len = strlen(hex) / 2;
    ck_assert(text_unhex(space, len, hex));
    return span_of(space, len);
}

/* From the cacophony test vectors, public domain. */
START_TEST(a_published_session_comes_out_byte_by_byte) {
    static const char *const hex[] = {
        "4a6f686e2047616c74",
        "e61ef9919cde45dd5f82166404bd08e38bceb5dfdfded0a34c8df7ed542214d1",
        "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a",
        "31e0303fd6418d2f8c0e78b91f22e8caed0fbe48656dcf4767e4834f701b8f62",
        "4a3acbfdb163dec651dfa3194dece676d437029c62a408b4c5ea9114246e4893",
        "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b",
        "0b0f68fb0c27e03ce9b97565995ed4838cc0581b762ef72b062f6a546419fad7",
    };
    static const char *const messages[][2] = {
        {"4c756477696720766f6e204d69736573",
         "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c7944718da798efbcd91528520204f904b9bd6c7413dccdc2"
         "14d951e15253e39987f18146e8cd0873654207148333479d4d16c289f0294b29960a72f48e0b7bba2e89083169825e59642148d49202"
         "0664ccf7"},
        {"4d757272617920526f746862617264",
         "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f1448088435361e70b2ed446e6c9ec387d1d6b3b840f194e373979"
         "d241b203c4acafccf5"},
        {"462e20412e20486179656b", "050e9f3c8fac16b68dbce8f8c4bfbf6617c897f9ada4aa29aa19c8"},
        {"4361726c204d656e676572", "344233a6cabb7141d80f3da2fedc311d9646bbb0f505afe403a667"},
        {"4a65616e2d426170746973746520536179", "62cdeeb172ad7ade7aa7d9e069da5790f12331bfa00177787a1d0810c67dc3b2b4"},
        {"457567656e2042f6686d20766f6e2042617765726b",
         "029bead1b40992327044d409d9a1f3ad8f36c3c452775d557e18bbeb2e8dfcead32d514024"},
    };
    static uint8_t space[7][32], texts[12][256];
    struct span fields[7];
    for (size_t i = 0; i < 7; i++)
        fields[i] = unhex(space[i], hex[i]);
    struct vector vector = {.prologue = fields[0],
                            .initiator_static = fields[1],
                            .initiator_ephemeral = fields[2],
                            .responder_public = fields[3],
                            .responder_static = fields[4],
                            .responder_ephemeral = fields[5],
                            .hash = fields[6],
                            .count = 6};
    for (size_t i = 0; i < 6; i++) {
        vector.messages[i].payload = unhex(texts[2 * i], messages[i][0]);
        vector.messages[i].sealed = unhex(texts[2 * i + 1], messages[i][1]);
    }
    check_vector(&vector);
}
END_TEST

static void check_json(const json_t *json) {
    /* thirteen fields and payloads at a time fit into what vectors_bytes() keeps */
    static uint8_t kept[2 * MESSAGES_MAX][MESSAGE_SIZE_MAX];
    const json_t *messages = json_object_get(json, "messages");
    struct vector vector = {.count = json_array_size(messages)};
    ck_assert_uint_le(vector.count, MESSAGES_MAX);
    for (size_t i = 0; i < vector.count; i++) {
        const json_t *message = json_array_get(messages, i);
        vector.messages[i].payload = unhex(kept[2 * i], vectors_text(message, "payload"));
        vector.messages[i].sealed = unhex(kept[2 * i + 1], vectors_text(message, "ciphertext"));
    }
    vector.prologue = vectors_bytes(json, "init_prologue");
    vector.initiator_static = vectors_bytes(json, "init_static");
    vector.initiator_ephemeral = vectors_bytes(json, "init_ephemeral");
    vector.responder_public = vectors_bytes(json, "init_remote_static");
    vector.responder_static = vectors_bytes(json, "resp_static");
    vector.responder_ephemeral = vectors_bytes(json, "resp_ephemeral");
    vector.hash = vectors_bytes(json, "handshake_hash");
    check_vector(&vector);
}

START_TEST(all_published_sessions_of_our_protocol_come_out) {
    json_t *file = vectors_load("noise/cacophony.txt"), *json;
    size_t index, seen = 0;
    if (!file)
        return;
    json_array_foreach(json_object_get(file, "vectors"), index, json) {
        if (strcmp(vectors_text(json, "protocol_name"), "Noise_IK_25519_ChaChaPoly_SHA256") != 0)
            continue;
        check_json(json);
        seen++;
    }
    ck_assert_uint_gt(seen, 0);
    json_decref(file);
}
END_TEST

/* KE calls CD. */
static struct identity ke, cd;
static struct noise *caller, *called;
static uint8_t first[NOISE_FIRST_SIZE], second[NOISE_SECOND_SIZE], payload[NOISE_MESSAGE_MAX];
static size_t len, payload_len;

static struct noise *start(const struct identity *who, const uint8_t *remote, const char *prologue) {
    const struct noise_options options = {.initiator = remote != NULL,
                                          .secret = who->secrets->session,
                                          .remote_public = remote,
                                          .prologue = span_of_text(prologue),
                                          .random = random_system()};
    struct noise *noise = noise_new(&options);
    ck_assert_ptr_nonnull(noise);
    return noise;
}

static void start_pair(void) {
    secret_start();
    ck_assert_int_eq(identity_make(&ke, random_system()), RESULT_OK);
    ck_assert_int_eq(identity_make(&cd, random_system()), RESULT_OK);
    caller = start(&ke, cd.session_key, "x");
    called = start(&cd, NULL, "x");
    ck_assert_int_eq(noise_write(caller, (struct span){0}, first, &len), RESULT_OK);
    ck_assert_uint_eq(len, NOISE_FIRST_SIZE);
}

static void end_pair(void) {
    noise_free(caller);
    noise_free(called);
    noise_free(NULL);
    identity_release(&ke);
    identity_release(&cd);
}

static void finish_handshake(void) {
    ck_assert_int_eq(noise_read(called, SPAN_OF_ARRAY(first), payload, &payload_len), RESULT_OK);
    ck_assert_int_eq(noise_write(called, (struct span){0}, second, &len), RESULT_OK);
    ck_assert_uint_eq(len, NOISE_SECOND_SIZE);
    ck_assert_int_eq(noise_read(caller, SPAN_OF_ARRAY(second), payload, &payload_len), RESULT_OK);
}

START_TEST(both_ends_know_each_other) {
    finish_handshake();
    ck_assert_mem_eq(noise_remote(called), ke.session_key, 32);
    ck_assert_mem_eq(noise_remote(caller), cd.session_key, 32);
    ck_assert_mem_eq(noise_channel(called), noise_channel(caller), 32);
}
END_TEST

static enum result read_first(struct noise *reader) {
    return noise_read(reader, SPAN_OF_ARRAY(first), payload, &payload_len);
}

START_TEST(read_refuses_every_changed_byte_of_the_first_message) {
    for (size_t i = 0; i < sizeof first; i++) {
        struct noise *reader = start(&cd, NULL, "x");
        first[i] ^= 1;
        enum result result = read_first(reader);
        ck_assert_msg(result == RESULT_BAD_SEAL || result == RESULT_BAD_POINT, "byte %zu: %s", i, result_name(result));
        ck_assert(!noise_is_ready(reader));
        first[i] ^= 1;
        noise_free(reader);
    }
}
END_TEST

START_TEST(read_refuses_every_shortening) {
    for (size_t i = 0; i < sizeof first; i++) {
        struct noise *reader = start(&cd, NULL, "x");
        ck_assert_int_eq(noise_read(reader, span_of(first, i), payload, &payload_len), RESULT_TRUNCATED);
        noise_free(reader);
    }
}
END_TEST

START_TEST(read_refuses_another_prologue_or_responder) {
    struct noise *other = start(&cd, NULL, "y");
    ck_assert_int_eq(read_first(other), RESULT_BAD_SEAL);
    noise_free(other);
    other = start(&ke, NULL, "x");
    ck_assert_int_eq(read_first(other), RESULT_BAD_SEAL);
    noise_free(other);
}
END_TEST

START_TEST(read_refuses_an_answer_from_somebody_else) {
    struct identity tz;
    ck_assert_int_eq(identity_make(&tz, random_system()), RESULT_OK);
    struct noise *to_tz = start(&ke, tz.session_key, "x"), *tz_end = start(&tz, NULL, "x");
    ck_assert_int_eq(noise_write(to_tz, (struct span){0}, first, &len), RESULT_OK);
    ck_assert_int_eq(read_first(tz_end), RESULT_OK);
    ck_assert_int_eq(noise_write(tz_end, (struct span){0}, second, &len), RESULT_OK);
    ck_assert_int_eq(noise_read(caller, SPAN_OF_ARRAY(second), payload, &payload_len), RESULT_BAD_SEAL);
    noise_free(to_tz);
    noise_free(tz_end);
    identity_release(&tz);
}
END_TEST

START_TEST(points_of_small_order_are_refused) {
    static const uint8_t zero[32];
    struct noise *to_nobody = start(&ke, zero, "x");
    ck_assert_int_eq(noise_write(to_nobody, (struct span){0}, second, &len), RESULT_BAD_POINT);
    noise_free(to_nobody);
    memset(first, 0, 32);
    ck_assert_int_eq(read_first(called), RESULT_BAD_POINT);
}
END_TEST

START_TEST(transport_refuses_change_repetition_and_reordering) {
    uint8_t a[5 + NOISE_TAG_SIZE], b[5 + NOISE_TAG_SIZE];
    finish_handshake();
    ck_assert_int_eq(noise_seal(caller, span_of("first", 5), a), RESULT_OK);
    ck_assert_int_eq(noise_seal(caller, span_of("later", 5), b), RESULT_OK);
    switch (_i) {
    case 0:
        a[2] ^= 1;
        ck_assert_int_eq(noise_open(called, SPAN_OF_ARRAY(a), payload), RESULT_BAD_SEAL);
        break;
    case 1:
        ck_assert_int_eq(noise_open(called, SPAN_OF_ARRAY(a), payload), RESULT_OK);
        ck_assert_int_eq(noise_open(called, SPAN_OF_ARRAY(a), payload), RESULT_BAD_SEAL);
        break;
    case 2:
        ck_assert_int_eq(noise_open(called, SPAN_OF_ARRAY(b), payload), RESULT_BAD_SEAL);
        break;
    case 3: /* one's own message sent back */
        ck_assert_int_eq(noise_open(caller, SPAN_OF_ARRAY(a), payload), RESULT_BAD_SEAL);
        return;
    case 4:
        ck_assert_int_eq(noise_open(called, span_of(a, NOISE_TAG_SIZE - 1), payload), RESULT_TRUNCATED);
        break;
    }
    ck_assert(!noise_is_ready(called)); /* it is over then */
}
END_TEST

START_TEST(the_largest_transport_message_passes) {
    static uint8_t plain[NOISE_MESSAGE_MAX - NOISE_TAG_SIZE], sealed[NOISE_MESSAGE_MAX];
    finish_handshake();
    memset(plain, 0xa5, sizeof plain);
    ck_assert_int_eq(noise_seal(called, SPAN_OF_ARRAY(plain), sealed), RESULT_OK);
    ck_assert_int_eq(noise_open(caller, SPAN_OF_ARRAY(sealed), payload), RESULT_OK);
    ck_assert_mem_eq(payload, plain, sizeof plain);
}
END_TEST

/* ---- numbers ---- */

/* A handshake between KE and CD where each has its own source, and may send so many messages. */
struct pair {
    struct noise *ke, *cd;
};

static struct pair shake_hands(const struct random *of_ke, const struct random *of_cd, uint64_t messages_max) {
    const struct noise_options calls = {.initiator = true,
                                        .secret = ke.secrets->session,
                                        .remote_public = cd.session_key,
                                        .random = of_ke,
                                        .messages_max = messages_max};
    const struct noise_options is_called = {
        .secret = cd.secrets->session, .random = of_cd, .messages_max = messages_max};
    struct pair pair = {noise_new(&calls), noise_new(&is_called)};
    ck_assert_int_eq(noise_write(pair.ke, (struct span){0}, first, &len), RESULT_OK);
    ck_assert_int_eq(noise_read(pair.cd, SPAN_OF_ARRAY(first), payload, &payload_len), RESULT_OK);
    ck_assert_int_eq(noise_write(pair.cd, (struct span){0}, second, &len), RESULT_OK);
    ck_assert_int_eq(noise_read(pair.ke, SPAN_OF_ARRAY(second), payload, &payload_len), RESULT_OK);
    return pair;
}

static void end_session(struct pair *pair) {
    noise_free(pair->ke);
    noise_free(pair->cd);
}

/* The same text in every message: no two of them are alike, and behind the last number there is none. */
START_TEST(numbers_end_and_do_not_begin_again) {
    enum { MESSAGES = 5, SIZE = 5 + NOISE_TAG_SIZE };
    uint8_t sealed[MESSAGES + 1][SIZE] = {{0}};
    static const uint8_t nothing[SIZE];
    struct pair pair = shake_hands(random_system(), random_system(), MESSAGES);
    for (size_t i = 0; i < MESSAGES; i++) {
        ck_assert_int_eq(noise_seal(pair.ke, span_of("hello", 5), sealed[i]), RESULT_OK);
        ck_assert_int_eq(noise_open(pair.cd, SPAN_OF_ARRAY(sealed[i]), payload), RESULT_OK);
        for (size_t k = 0; k < i; k++)
            ck_assert_mem_ne(sealed[i], sealed[k], SIZE);
    }
    ck_assert_int_eq(noise_seal(pair.cd, span_of("hello", 5), sealed[MESSAGES]),
                     RESULT_OK); /* the other way has its own */
    ck_assert_int_eq(noise_open(pair.ke, SPAN_OF_ARRAY(sealed[MESSAGES]), payload), RESULT_OK);
    memset(sealed[MESSAGES], 0, SIZE);
    ck_assert_int_eq(noise_seal(pair.ke, span_of("hello", 5), sealed[MESSAGES]), RESULT_EXPIRED);
    ck_assert_mem_eq(sealed[MESSAGES], nothing, SIZE);
    ck_assert(!noise_is_ready(pair.ke));
    end_session(&pair);
}
END_TEST

/* Who goes on behind the end, whatever it has, is not heard. */
START_TEST(open_ends_with_the_numbers_too) {
    struct pair pair = shake_hands(random_system(), random_system(), 1);
    uint8_t sealed[5 + NOISE_TAG_SIZE];
    ck_assert_int_eq(noise_seal(pair.ke, span_of("hello", 5), sealed), RESULT_OK);
    ck_assert_int_eq(noise_open(pair.cd, SPAN_OF_ARRAY(sealed), payload), RESULT_OK);
    ck_assert_int_eq(noise_open(pair.cd, SPAN_OF_ARRAY(sealed), payload), RESULT_EXPIRED);
    ck_assert(!noise_is_ready(pair.cd));
    end_session(&pair);
}
END_TEST

static void fill_alike(void *context, void *out, size_t size) {
    (void)context;
    memset(out, 0x5a, size);
}

/* One end draws the same bytes in every session: as long as the other does not, the keys are new each time. */
START_TEST(a_source_that_repeats_at_one_end_does_not_repeat_the_keys) {
    static const struct random broken = {.fill = fill_alike};
    uint8_t sealed[2][5 + NOISE_TAG_SIZE], channels[2][32];
    for (int i = 0; i < 2; i++) {
        struct pair pair = shake_hands(_i ? &broken : random_system(), _i ? random_system() : &broken, 0);
        memcpy(channels[i], noise_channel(pair.ke), 32);
        ck_assert_int_eq(noise_seal(_i ? pair.ke : pair.cd, span_of("hello", 5), sealed[i]), RESULT_OK);
        end_session(&pair);
    }
    ck_assert_mem_ne(channels[0], channels[1], 32);
    ck_assert_mem_ne(sealed[0], sealed[1], 5 + NOISE_TAG_SIZE);
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("noise");
    TCase *vectors = tcase_create("vectors");
    tcase_add_checked_fixture(vectors, set_up, NULL);
    tcase_add_test(vectors, a_published_session_comes_out_byte_by_byte);
    tcase_add_test(vectors, all_published_sessions_of_our_protocol_come_out);
    suite_add_tcase(suite, vectors);

    TCase *pair = tcase_create("pair");
    tcase_add_checked_fixture(pair, start_pair, end_pair);
    tcase_add_test(pair, both_ends_know_each_other);
    tcase_add_test(pair, read_refuses_every_changed_byte_of_the_first_message);
    tcase_add_test(pair, read_refuses_every_shortening);
    tcase_add_test(pair, read_refuses_another_prologue_or_responder);
    tcase_add_test(pair, read_refuses_an_answer_from_somebody_else);
    tcase_add_test(pair, points_of_small_order_are_refused);
    tcase_add_loop_test(pair, transport_refuses_change_repetition_and_reordering, 0, 5);
    tcase_add_test(pair, the_largest_transport_message_passes);
    suite_add_tcase(suite, pair);

    TCase *numbers = tcase_create("numbers");
    tcase_add_checked_fixture(numbers, start_pair, end_pair);
    tcase_add_test(numbers, numbers_end_and_do_not_begin_again);
    tcase_add_test(numbers, open_ends_with_the_numbers_too);
    tcase_add_loop_test(numbers, a_source_that_repeats_at_one_end_does_not_repeat_the_keys, 0, 2);
    suite_add_tcase(suite, numbers);
    return suite;
}

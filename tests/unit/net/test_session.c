/* Two nodes, KE that calls and CD that is called, over a real link on the loopback. */
#include "net/session.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "keys/identity.h"
#include "keys/noise.h"
#include "keys/secret.h"

const bool suite_no_fork = true;

enum { PATIENCE_MS = 5000 };

static struct identity ke_identity, cd_identity;

static struct mailbox *mailbox;
static struct mail *pending;
static struct link_listener *listener;
static struct link *ke_link, *cd_link;
static struct session *ke, *cd;
static struct arena arena;

/* Frames that have come and were not asked for yet. */
static struct span frames[64];
static size_t frames_first, frames_count;

static struct link_event *next_event(uint64_t timeout_ms) {
    if (!pending)
        pending = mailbox_take(mailbox, timeout_ms);
    struct link_event *event = (struct link_event *)pending;
    if (pending)
        pending = pending->next;
    return event;
}

static void set_up(void) {
    secret_start();
    arena_init(&arena, SYNC_MEMORY_MAX);
    mailbox = mailbox_new();
    const struct link_options options = {.mailbox = mailbox, .length_bytes = 2, .frame_max = NOISE_MESSAGE_MAX};
    char address[64];
    ck_assert_int_eq(link_listen(&listener, "tcp://127.0.0.1:0", &options), RESULT_OK);
    snprintf(address, sizeof address, "tcp://127.0.0.1:%u", (unsigned)link_listener_port(listener));
    ck_assert_int_eq(link_dial(address, PATIENCE_MS, &options), RESULT_OK);
    for (int i = 0; i < 2; i++) {
        struct link_event *event = next_event(PATIENCE_MS);
        ck_assert_ptr_nonnull(event);
        *(event->accepted ? &cd_link : &ke_link) = event->link;
        link_event_free(event);
    }
    ck_assert_int_eq(identity_make(&ke_identity, random_system()), RESULT_OK);
    ck_assert_int_eq(identity_make(&cd_identity, random_system()), RESULT_OK);
    frames_first = frames_count = 0;
    ke = cd = NULL;
}

static void tear_down(void) {
    session_free(ke);
    session_free(cd);
    link_close(ke_link);
    link_close(cd_link);
    for (int downs = 0; downs < 2;) {
        struct link_event *event = next_event(PATIENCE_MS);
        ck_assert_ptr_nonnull(event);
        if (event->kind == LINK_DOWN) {
            link_free(event->link);
            downs++;
        }
        link_event_free(event);
    }
    link_listener_close(listener);
    mailbox_free(mailbox);
    arena_release(&arena);
    identity_release(&ke_identity);
    identity_release(&cd_identity);
}

/* Each may send so many frames; 0: as many as there may be. */
static void start_for(const uint8_t *expected, uint64_t messages_max) {
    const struct session_options calls = {.initiator = true,
                                          .secret = ke_identity.secrets->session,
                                          .remote_public = expected,
                                          .random = random_system(),
                                          .messages_max = messages_max};
    const struct session_options called = {
        .secret = cd_identity.secrets->session, .random = random_system(), .messages_max = messages_max};
    cd = session_new(cd_link, &called);
    ke = session_new(ke_link, &calls);
    ck_assert_ptr_nonnull(cd);
    ck_assert_ptr_nonnull(ke);
}

static void start(const uint8_t *expected) {
    start_for(expected, 0);
}

/* The next frame on `link`, valid until the next call. */
static struct span next_frame(struct link *link) {
    if (frames_first == frames_count) {
        link_more(link);
        struct link_event *holder = next_event(PATIENCE_MS);
        ck_assert_ptr_nonnull(holder);
        ck_assert_int_eq(holder->kind, LINK_FRAMES);
        ck_assert_ptr_eq(holder->link, link);
        frames_first = 0;
        frames_count = holder->count;
        ck_assert_uint_le(frames_count, 64);
        for (size_t i = 0; i < frames_count; i++) {
            uint8_t *copy = arena_copy(&arena, holder->frames[i].data, holder->frames[i].len);
            ck_assert_ptr_nonnull(copy);
            frames[i] = span_of(copy, holder->frames[i].len);
        }
        link_event_free(holder);
    }
    return frames[frames_first++];
}

static void take_handshake(struct session *session) {
    struct span message = span_of("x", 1);
    ck_assert_int_eq(session_take(session, &arena, next_frame(session_link(session)), &message), RESULT_OK);
    ck_assert_ptr_null(message.data);
}

static void shake_hands_for(uint64_t messages_max) {
    start_for(cd_identity.session_key, messages_max);
    take_handshake(cd);
    take_handshake(ke);
    ck_assert(session_is_ready(ke));
    ck_assert(session_is_ready(cd));
}

static void shake_hands(void) {
    shake_hands_for(0);
}

static struct span receive(struct session *session) {
    struct span message = {0};
    while (!message.data)
        ck_assert_int_eq(session_take(session, &arena, next_frame(session_link(session)), &message), RESULT_OK);
    return message;
}

/* Transport messages that no session would send: sealed by hand over the same link. */
struct hand {
    struct noise *noise;
};

static void shake_hands_by_hand(struct hand *hand) {
    uint8_t message[NOISE_FIRST_SIZE];
    size_t len;
    const struct noise_options options = {.initiator = true,
                                          .secret = ke_identity.secrets->session,
                                          .remote_public = cd_identity.session_key,
                                          .prologue = span_of_text("INAMA.sync.1"),
                                          .random = random_system()};
    const struct session_options called = {.secret = cd_identity.secrets->session, .random = random_system()};
    cd = session_new(cd_link, &called);
    hand->noise = noise_new(&options);
    ck_assert_int_eq(noise_write(hand->noise, (struct span){0}, message, &len), RESULT_OK);
    link_send(ke_link, span_of(message, len));
    take_handshake(cd);
    struct span answer = next_frame(ke_link);
    ck_assert_int_eq(noise_read(hand->noise, answer, message, &len), RESULT_OK);
}

/* What the session makes of one part sealed by hand. */
static enum result take_by_hand(struct hand *hand, struct span part, struct span *message) {
    static uint8_t sealed[NOISE_MESSAGE_MAX];
    ck_assert_int_eq(noise_seal(hand->noise, part, sealed), RESULT_OK);
    return session_take(cd, &arena, span_of(sealed, part.len + NOISE_TAG_SIZE), message);
}

START_TEST(both_ends_learn_who_is_there) {
    shake_hands();
    ck_assert_mem_eq(session_remote(ke), cd_identity.session_key, 32);
    ck_assert_mem_eq(session_remote(cd), ke_identity.session_key, 32);
}
END_TEST

START_TEST(messages_of_all_sizes_come_whole) {
    static const size_t sizes[] = {
        0, 1, 65515 - 1, 65515, 65515 + 1, 65515 + 65519, 65515 + 65519 + 1, FRAME_BYTES_MAX};
    static uint8_t content[FRAME_BYTES_MAX];
    for (size_t i = 0; i < sizeof content; i++)
        content[i] = (uint8_t)(i * 31 + i / 65519);
    shake_hands();
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct session *from = i % 2 ? ke : cd, *to = i % 2 ? cd : ke;
        session_send(from, span_of(content, sizes[i]));
        ck_assert(span_equal(receive(to), span_of(content, sizes[i])));
        arena_reset(&arena);
    }
}
END_TEST

START_TEST(the_bytes_on_the_wire_are_those_of_the_protocol) {
    struct hand hand;
    shake_hands_by_hand(&hand);
    session_send(cd, span_of("jambo", 5));
    uint8_t plain[64];
    struct span frame = next_frame(ke_link);
    ck_assert_int_eq(noise_open(hand.noise, frame, plain), RESULT_OK);
    ck_assert_uint_eq(frame.len, 4 + 5 + NOISE_TAG_SIZE);
    ck_assert_mem_eq(plain, "\0\0\0\5jambo", 9);
    noise_free(hand.noise);
}
END_TEST

START_TEST(take_refuses_a_caller_who_expects_somebody_else) {
    start(ke_identity.session_key);
    struct span message;
    ck_assert_int_eq(session_take(cd, &arena, next_frame(cd_link), &message), RESULT_BAD_SEAL);
    ck_assert(!session_is_ready(cd));
    ck_assert_int_eq(session_take(cd, &arena, span_of("x", 1), &message), RESULT_BAD_SEAL); /* and stays over */
}
END_TEST

START_TEST(new_closes_on_a_key_of_small_order) {
    static const uint8_t zero[32];
    start(zero);
    struct link_event *event = next_event(PATIENCE_MS); /* the link ends, nothing was sent */
    ck_assert_int_eq(event->kind, LINK_DOWN);
    ck_assert_ptr_eq(event->link, ke_link);
    pending = &event->mail; /* for the end of the test */
    struct span message;
    ck_assert_int_eq(session_take(ke, &arena, span_of("x", 1), &message), RESULT_BAD_POINT);
}
END_TEST

START_TEST(take_refuses_handshakes_of_another_size) {
    static const uint8_t bytes[NOISE_FIRST_SIZE + 1];
    const struct session_options called = {.secret = cd_identity.secrets->session, .random = random_system()};
    static const struct {
        size_t len;
        enum result result;
    } cases[] = {{0, RESULT_TRUNCATED},
                 {NOISE_FIRST_SIZE - 1, RESULT_TRUNCATED},
                 {NOISE_FIRST_SIZE + 1, RESULT_MALFORMED},
                 {NOISE_FIRST_SIZE, RESULT_BAD_POINT}};
    for (size_t i = 0; i < 4; i++) {
        struct span message;
        struct session *session = session_new(cd_link, &called);
        ck_assert_int_eq(session_take(session, &arena, span_of(bytes, cases[i].len), &message), cases[i].result);
        session_free(session);
    }
}
END_TEST

START_TEST(take_refuses_a_changed_byte) {
    shake_hands();
    session_send(ke, span_of("jambo", 5));
    struct span frame = next_frame(cd_link), message;
    ((uint8_t *)(uintptr_t)frame.data)[3] ^= 1;
    ck_assert_int_eq(session_take(cd, &arena, frame, &message), RESULT_BAD_SEAL);
}
END_TEST

START_TEST(take_refuses_a_repeated_frame) {
    shake_hands();
    session_send(ke, span_of("jambo", 5));
    struct span frame = next_frame(cd_link), message;
    ck_assert_int_eq(session_take(cd, &arena, frame, &message), RESULT_OK);
    ck_assert_int_eq(session_take(cd, &arena, frame, &message), RESULT_BAD_SEAL);
}
END_TEST

START_TEST(take_refuses_a_frame_without_a_tag) {
    shake_hands();
    struct span message;
    ck_assert_int_eq(session_take(cd, &arena, span_of("0123456789abcde", 15), &message), RESULT_TRUNCATED);
}
END_TEST

/* What a peer that holds the keys may try. */
static const struct {
    const char *part;
    size_t len;
    enum result result;
} bad_parts[] = {
    {"", 0, RESULT_TRUNCATED},
    {"\0\0\0", 3, RESULT_TRUNCATED},
    {"\xff\xff\xff\xff!", 5, RESULT_TOO_LARGE},
    {"\x00\x11\x00\x01!", 5, RESULT_TOO_LARGE}, /* FRAME_BYTES_MAX + 1 */
    {"\0\0\0\1ab", 6, RESULT_MALFORMED},        /* bytes behind the message */
};

START_TEST(take_refuses_a_bad_first_part) {
    struct hand hand;
    struct span message;
    shake_hands_by_hand(&hand);
    ck_assert_int_eq(take_by_hand(&hand, span_of(bad_parts[_i].part, bad_parts[_i].len), &message),
                     bad_parts[_i].result);
    noise_free(hand.noise);
}
END_TEST

START_TEST(take_refuses_an_empty_or_overlong_later_part) {
    struct hand hand;
    struct span message = {0};
    shake_hands_by_hand(&hand);
    ck_assert_int_eq(take_by_hand(&hand, span_of("\0\0\0\3a", 5), &message), RESULT_OK);
    ck_assert_ptr_null(message.data);
    ck_assert_int_eq(take_by_hand(&hand, _i ? span_of("bcd", 3) : span_of("", 0), &message), RESULT_MALFORMED);
    noise_free(hand.noise);
}
END_TEST

START_TEST(take_joins_parts_of_any_size) {
    struct hand hand;
    struct span message = {0};
    shake_hands_by_hand(&hand);
    ck_assert_int_eq(take_by_hand(&hand, span_of("\0\0\0\3", 4), &message), RESULT_OK);
    ck_assert_int_eq(take_by_hand(&hand, span_of("a", 1), &message), RESULT_OK);
    ck_assert_ptr_null(message.data);
    ck_assert_int_eq(take_by_hand(&hand, span_of("bc", 2), &message), RESULT_OK);
    ck_assert(span_equal(message, span_of("abc", 3)));
    noise_free(hand.noise);
}
END_TEST

START_TEST(take_fails_when_the_turn_is_out_of_memory) {
    struct arena small;
    arena_init(&small, 16);
    shake_hands();
    session_send(ke, span_of("a message that does not fit", 27));
    struct span message;
    ck_assert_int_eq(session_take(cd, &small, next_frame(cd_link), &message), RESULT_NO_MEMORY);
    arena_release(&small);
}
END_TEST

/* The keys are used up: nothing goes out under them any more, and the link ends, so that a new session begins. */
START_TEST(a_session_ends_with_its_numbers) {
    struct span message;
    shake_hands_for(2);
    for (int i = 0; i < 2; i++) {
        session_send(ke, span_of("jambo", 5));
        ck_assert(span_equal(receive(cd), span_of("jambo", 5)));
    }
    session_send(ke, span_of("jambo", 5));
    session_send(ke, span_of("jambo", 5)); /* and is quiet from then on */
    ck_assert(!session_is_ready(ke));
    ck_assert_int_eq(session_take(ke, &arena, span_of("0123456789abcdef", 16), &message), RESULT_EXPIRED);
    link_more(cd_link);
    struct link_event *one = next_event(PATIENCE_MS), *other = next_event(PATIENCE_MS);
    ck_assert(one && other);
    ck_assert_int_eq(one->kind, LINK_DOWN); /* of both ends, and no frame before it */
    ck_assert_int_eq(other->kind, LINK_DOWN);
    other->mail.next = pending; /* back, for tear_down() */
    one->mail.next = &other->mail;
    pending = &one->mail;
}
END_TEST

Suite *suite(void) {
    Suite *suite = suite_create("session");
    TCase *talk = tcase_create("talk");
    tcase_add_checked_fixture(talk, set_up, tear_down);
    tcase_add_test(talk, both_ends_learn_who_is_there);
    tcase_add_test(talk, messages_of_all_sizes_come_whole);
    tcase_add_test(talk, the_bytes_on_the_wire_are_those_of_the_protocol);
    tcase_add_test(talk, take_joins_parts_of_any_size);
    suite_add_tcase(suite, talk);

    TCase *refusals = tcase_create("refusals");
    tcase_add_checked_fixture(refusals, set_up, tear_down);
    tcase_add_test(refusals, take_refuses_a_caller_who_expects_somebody_else);
    tcase_add_test(refusals, new_closes_on_a_key_of_small_order);
    tcase_add_test(refusals, take_refuses_handshakes_of_another_size);
    tcase_add_test(refusals, take_refuses_a_changed_byte);
    tcase_add_test(refusals, take_refuses_a_repeated_frame);
    tcase_add_test(refusals, take_refuses_a_frame_without_a_tag);
    tcase_add_loop_test(refusals, take_refuses_a_bad_first_part, 0, sizeof bad_parts / sizeof *bad_parts);
    tcase_add_loop_test(refusals, take_refuses_an_empty_or_overlong_later_part, 0, 2);
    tcase_add_test(refusals, take_fails_when_the_turn_is_out_of_memory);
    tcase_add_test(refusals, a_session_ends_with_its_numbers);
    suite_add_tcase(suite, refusals);
    return suite;
}

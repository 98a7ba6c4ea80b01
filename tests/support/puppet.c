#include "tests/support/puppet.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/proto.h"
#include "net/session.h"

enum { CALL_MS = 10000, HEARD_MAX = 4096 };

struct puppet {
    const struct home *as;
    const struct home *whom;
    struct mailbox *mailbox;
    struct link *link; /* NULL: over */
    struct session *session;
    struct arena arena;
    const SyncMessage *heard[HEARD_MAX]; /* and not asked for yet */
    size_t first, count;
};

static void begin(struct puppet *puppet, struct link *link) {
    const struct session_options options = {.initiator = true,
                                            .secret = puppet->as->identity.secrets->session,
                                            .remote_public = puppet->whom->identity.session_key,
                                            .random = random_system()};
    puppet->link = link;
    puppet->session = session_new(link, &options);
    ck_assert_ptr_nonnull(puppet->session);
}

static void take_frame(struct puppet *puppet, struct span frame) {
    struct span bytes;
    SyncMessage *words;
    ck_assert_str_eq(result_name(session_take(puppet->session, &puppet->arena, frame, &bytes)), "ok");
    if (!bytes.data)
        return;
    ck_assert_str_eq(result_name(proto_decode(&puppet->arena, &sync_message__descriptor, bytes, &words)), "ok");
    if (words->hello || words->has_known)
        return;
    ck_assert_uint_lt(puppet->count, HEARD_MAX);
    puppet->heard[puppet->count++] = words;
}

static void take_event(struct puppet *puppet, struct link_event *event) {
    if (event->kind == LINK_UP)
        begin(puppet, event->link);
    for (size_t i = 0; event->kind == LINK_FRAMES && puppet->session && i < event->count; i++)
        take_frame(puppet, event->frames[i]);
    if (event->kind == LINK_DOWN) {
        puppet->link = NULL;
        session_free(puppet->session);
        puppet->session = NULL;
        if (event->link)
            link_free(event->link);
    }
    link_event_free(event);
}

/* False: nothing came. */
static bool listen_for(struct puppet *puppet, uint64_t patience_ms) {
    struct mail *mail = mailbox_take(puppet->mailbox, patience_ms);
    bool any = mail != NULL;
    for (struct mail *next; mail; mail = next) {
        next = mail->next;
        take_event(puppet, (struct link_event *)mail);
    }
    return any;
}

static void say_hello(struct puppet *puppet) {
    static const uint8_t digest[HASH_SIZE];
    Hello hello = HELLO__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    hello.protocol = 1;
    hello.roster_version = 1;
    hello.trust = proto_bytes(digest, sizeof digest);
    message.hello = &hello;
    puppet_say(puppet, &message);
}

struct puppet *puppet_call(const struct home *as, const struct home *whom) {
    char address[64];
    struct puppet *puppet = calloc(1, sizeof *puppet);
    ck_assert_ptr_nonnull(puppet);
    puppet->as = as;
    puppet->whom = whom;
    puppet->mailbox = mailbox_new();
    arena_init(&puppet->arena, SIZE_MAX);
    const struct link_options options = {.mailbox = puppet->mailbox, .length_bytes = 2, .frame_max = UINT16_MAX};
    snprintf(address, sizeof address, "tcp://127.0.0.1:%u", whom->port);
    ck_assert_str_eq(result_name(link_dial(address, CALL_MS, &options)), "ok");
    ck_assert(listen_for(puppet, CALL_MS) && puppet->session);
    while (!session_is_ready(puppet->session)) {
        link_more(puppet->link);
        ck_assert(listen_for(puppet, CALL_MS) && puppet->session);
    }
    say_hello(puppet);
    return puppet;
}

void puppet_free(struct puppet *puppet) {
    session_free(puppet->session);
    puppet->session = NULL;
    while (puppet->link)
        ck_assert(listen_for(puppet, CALL_MS));
    mailbox_free(puppet->mailbox);
    arena_release(&puppet->arena);
    free(puppet);
}

void puppet_say(struct puppet *puppet, const SyncMessage *message) {
    struct arena arena;
    struct buf bytes;
    arena_init(&arena, SIZE_MAX);
    buf_init(&bytes, &arena);
    proto_encode(&bytes, message);
    if (puppet->session)
        session_send(puppet->session, buf_span(&bytes));
    arena_release(&arena);
}

const SyncMessage *puppet_hear(struct puppet *puppet, uint64_t patience_ms) {
    uint64_t end = clock_steady_ms(clock_system()) + patience_ms;
    if (puppet->first == puppet->count)
        puppet->first = puppet->count = 0;
    while (puppet->count == 0 && puppet->link) {
        uint64_t now = clock_steady_ms(clock_system());
        if (now >= end)
            break;
        link_more(puppet->link);
        listen_for(puppet, end - now);
    }
    return puppet->count ? puppet->heard[puppet->first++] : NULL;
}

bool puppet_is_over(const struct puppet *puppet) {
    return !puppet->link;
}

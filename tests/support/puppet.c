#include "tests/support/puppet.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/limits.h"
#include "base/proto.h"
#include "core/feed.h"
#include "keys/noise.h"

enum { PATIENCE_MS = 10000, SEND_TIMEOUT_S = 2, PART_MAX = NOISE_MESSAGE_MAX - NOISE_TAG_SIZE };

struct puppet {
    int fd;
    bool is_over; /* the other end has hung up */
    const struct home *as;
    struct noise *noise;
    struct arena arena;
};

static void must(bool holds, const char *what) {
    if (holds)
        return;
    fprintf(stderr, "puppet: %s\n", what);
    exit(EXIT_FAILURE);
}

/* ---- bytes ---- */

static bool write_all(struct puppet *puppet, const uint8_t *bytes, size_t len) {
    while (len && !puppet->is_over) {
        ssize_t sent = send(puppet->fd, bytes, len, MSG_NOSIGNAL);
        puppet->is_over = sent <= 0;
        if (sent > 0) {
            bytes += sent;
            len -= (size_t)sent;
        }
    }
    return len == 0;
}

static bool read_all(struct puppet *puppet, uint8_t *out, size_t len, uint64_t deadline) {
    while (len && !puppet->is_over) {
        uint64_t now = clock_steady_ms(clock_system()), left = deadline > now ? deadline - now : 0;
        if (left == 0)
            return false;
        struct timeval patience = {.tv_sec = (time_t)(left / 1000), .tv_usec = (suseconds_t)(left % 1000 * 1000)};
        setsockopt(puppet->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        ssize_t got = recv(puppet->fd, out, len, 0);
        if (got < 0 && clock_steady_ms(clock_system()) >= deadline)
            return false;
        puppet->is_over = got <= 0;
        if (got > 0) {
            out += got;
            len -= (size_t)got;
        }
    }
    return len == 0;
}

static bool write_frame(struct puppet *puppet, const uint8_t *bytes, size_t len) {
    const uint8_t length[2] = {(uint8_t)(len >> 8), (uint8_t)len};
    return write_all(puppet, length, sizeof length) && write_all(puppet, bytes, len);
}

static bool read_frame(struct puppet *puppet, uint8_t out[static NOISE_MESSAGE_MAX], size_t *len, uint64_t deadline) {
    uint8_t length[2];
    if (!read_all(puppet, length, sizeof length, deadline))
        return false;
    *len = (size_t)(length[0] << 8 | length[1]);
    /* the rest of it is on its way */
    return read_all(puppet, out, *len, clock_steady_ms(clock_system()) + PATIENCE_MS);
}

/* ---- messages ---- */

bool puppet_say_bytes(struct puppet *puppet, struct span bytes) {
    struct buf sized;
    struct arena arena;
    uint8_t sealed[NOISE_MESSAGE_MAX];
    bool is_said = true;
    arena_init(&arena, SIZE_MAX);
    buf_init(&sized, &arena);
    buf_put_u32(&sized, (uint32_t)bytes.len);
    buf_put_span(&sized, bytes);
    for (size_t at = 0; at < sized.len && is_said; at += PART_MAX) {
        size_t len = sized.len - at < PART_MAX ? sized.len - at : PART_MAX;
        must(noise_seal(puppet->noise, span_of(sized.data + at, len), sealed) == RESULT_OK, "its numbers are used up");
        is_said = write_frame(puppet, sealed, len + NOISE_TAG_SIZE);
    }
    arena_release(&arena);
    return is_said;
}

bool puppet_say(struct puppet *puppet, const SyncMessage *message) {
    struct arena arena;
    struct buf bytes;
    arena_init(&arena, SIZE_MAX);
    buf_init(&bytes, &arena);
    proto_encode(&bytes, message);
    bool is_said = puppet_say_bytes(puppet, buf_span(&bytes));
    arena_release(&arena);
    return is_said;
}

/* One part of a message, opened, behind what is there of it. */
static bool hear_part(struct puppet *puppet, struct buf *message, uint64_t deadline) {
    static uint8_t sealed[NOISE_MESSAGE_MAX], plain[NOISE_MESSAGE_MAX];
    size_t len;
    if (!read_frame(puppet, sealed, &len, deadline))
        return false;
    must(noise_open(puppet->noise, span_of(sealed, len), plain) == RESULT_OK, "what was said does not open");
    buf_put(message, plain, len - NOISE_TAG_SIZE);
    return true;
}

static SyncMessage *hear_any(struct puppet *puppet, uint64_t deadline) {
    struct buf bytes;
    SyncMessage *message;
    buf_init(&bytes, &puppet->arena);
    uint32_t len = UINT32_MAX;
    for (struct span rest = {0}; rest.len < len; rest = buf_span(&bytes)) {
        if (!hear_part(puppet, &bytes, deadline))
            return NULL;
        struct span all = buf_span(&bytes);
        must(span_u32(&all, &len), "a message without its length");
        len += (uint32_t)sizeof len;
        if (bytes.len >= len)
            break;
    }
    must(proto_decode(&puppet->arena, &sync_message__descriptor,
                      span_of(bytes.data + sizeof len, bytes.len - sizeof len), &message) == RESULT_OK,
         "a message that is none");
    return message;
}

SyncMessage *puppet_hear(struct puppet *puppet, unsigned ms) {
    uint64_t deadline = clock_steady_ms(clock_system()) + ms;
    SyncMessage *message = hear_any(puppet, deadline);
    while (message && (message->hello || message->has_known))
        message = hear_any(puppet, deadline);
    return message;
}

bool puppet_is_hung_up_on(struct puppet *puppet, unsigned ms) {
    static uint8_t ignored[64 * 1024];
    uint64_t deadline = clock_steady_ms(clock_system()) + ms;
    while (read_all(puppet, ignored, 1, deadline))
        ;
    return puppet->is_over;
}

/* ---- the beginning ---- */

static void connect_to(struct puppet *puppet, const struct home *to) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(to->port)};
    struct timeval patience = {.tv_sec = SEND_TIMEOUT_S};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    puppet->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    must(puppet->fd >= 0 && connect(puppet->fd, (struct sockaddr *)&address, sizeof address) == 0, "nobody listens");
    setsockopt(puppet->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

static void shake_hands(struct puppet *puppet, const struct home *to) {
    const struct noise_options options = {
        .initiator = true,
        .secret = puppet->as->identity.secrets->session,
        .remote_public = to->identity.session_key,
        .prologue = span_of_text("INAMA.sync.1"),
        .random = random_system(),
    };
    uint8_t message[NOISE_MESSAGE_MAX], payload[NOISE_MESSAGE_MAX];
    size_t len = 0;
    puppet->noise = noise_new(&options);
    must(puppet->noise && noise_write(puppet->noise, (struct span){0}, message, &len) == RESULT_OK, "no handshake");
    must(write_frame(puppet, message, len), "the handshake is not taken");
    must(read_frame(puppet, message, &len, clock_steady_ms(clock_system()) + PATIENCE_MS),
         "no answer to the handshake");
    must(noise_read(puppet->noise, span_of(message, len), payload, &len) == RESULT_OK,
         "a handshake with somebody else");
}

struct puppet *puppet_call(const struct home *as, const struct home *to) {
    static uint8_t digest[HASH_SIZE];
    struct puppet *puppet = calloc(1, sizeof *puppet);
    SyncMessage message = SYNC_MESSAGE__INIT;
    Hello hello = HELLO__INIT;
    must(puppet != NULL, "out of memory");
    puppet->as = as;
    arena_init(&puppet->arena, SIZE_MAX);
    connect_to(puppet, to);
    shake_hands(puppet, to);
    hello.protocol = hello.roster_version = 1;
    hello.trust = proto_bytes(digest, sizeof digest);
    message.hello = &hello;
    puppet_say(puppet, &message);
    return puppet;
}

void puppet_free(struct puppet *puppet) {
    if (!puppet)
        return;
    close(puppet->fd);
    noise_free(puppet->noise);
    arena_release(&puppet->arena);
    free(puppet);
}

/* ---- what is often said ---- */

bool puppet_pull(struct puppet *puppet, const struct home *to, const char *audience, uint64_t after, uint32_t bytes) {
    uint8_t id[FEED_ID_SIZE];
    Pull pull = PULL__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    feed_id(id, to->identity.key_id, audience);
    pull.feed = proto_bytes(id, sizeof id);
    pull.after = after;
    pull.bytes = bytes;
    message.pull = &pull;
    return puppet_say(puppet, &message);
}

const Pull *puppet_hear_pull(struct puppet *puppet, unsigned ms) {
    for (;;) {
        const SyncMessage *message = puppet_hear(puppet, ms);
        if (!message || (message->pull && message->pull->bytes))
            return message ? message->pull : NULL;
    }
}

bool puppet_announce(struct puppet *puppet, const char *audience, uint64_t number) {
    static uint8_t hash[HASH_SIZE] = {1};
    Announce announce = ANNOUNCE__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    announce.author = proto_bytes(puppet->as->identity.id, MEMBER_ID_SIZE);
    announce.audience = (char *)(uintptr_t)audience;
    announce.number = number;
    announce.head = proto_bytes(hash, sizeof hash);
    message.announce = &announce;
    return puppet_say(puppet, &message);
}

bool puppet_block(struct puppet *puppet, const ProtobufCBinaryData *feed, uint64_t after, size_t bytes) {
    static uint8_t zeros[FRAME_BYTES_MAX];
    ProtobufCBinaryData entry = proto_bytes(zeros, bytes);
    Block block = BLOCK__INIT;
    SyncMessage message = SYNC_MESSAGE__INIT;
    block.feed = *feed;
    block.after = after;
    block.n_entries = bytes ? 1 : 0;
    block.entries = &entry;
    message.block = &block;
    return puppet_say(puppet, &message);
}

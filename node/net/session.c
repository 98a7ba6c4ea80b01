#include "net/session.h"

#include <assert.h>
#include <stdlib.h>

#include "base/limits.h"
#include "keys/noise.h"

enum {
    LENGTH_SIZE = 4,
    PART_MAX = NOISE_MESSAGE_MAX - NOISE_TAG_SIZE, /* of a message, in one transport message */
};

/* docs/protocol.md, 10.1 */
static const char prologue[] = "INAMA.sync.1";

struct session {
    struct link *link;
    struct noise *noise;
    bool initiator;
    enum result broken; /* why it is over */
    /* a message of which some parts are here; NULL: none */
    uint8_t *joined;
    size_t joined_len;
    size_t joined_size;
};

static enum result send_handshake(struct session *session) {
    uint8_t message[NOISE_FIRST_SIZE > NOISE_SECOND_SIZE ? NOISE_FIRST_SIZE : NOISE_SECOND_SIZE];
    size_t len;
    TRY(noise_write(session->noise, (struct span){0}, message, &len));
    link_send(session->link, span_of(message, len));
    return RESULT_OK;
}

struct session *session_new(struct link *link, const struct session_options *options) {
    const struct noise_options noise = {
        .initiator = options->initiator,
        .secret = options->secret,
        .remote_public = options->remote_public,
        .prologue = span_of(prologue, sizeof prologue - 1),
        .random = options->random,
        .messages_max = options->messages_max,
    };
    struct session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->noise = noise_new(&noise);
    if (!session->noise) {
        free(session);
        return NULL;
    }
    session->link = link;
    session->initiator = options->initiator;
    if (session->initiator)
        session->broken = send_handshake(session);
    if (session->broken)
        link_close(link);
    return session;
}

void session_free(struct session *session) {
    if (!session)
        return;
    noise_free(session->noise);
    link_close(session->link);
    free(session->joined);
    free(session);
}

static enum result take_handshake(struct session *session, struct span frame) {
    uint8_t payload[NOISE_FIRST_SIZE > NOISE_SECOND_SIZE ? NOISE_FIRST_SIZE : NOISE_SECOND_SIZE];
    size_t payload_len;
    if (frame.len > (session->initiator ? NOISE_SECOND_SIZE : NOISE_FIRST_SIZE))
        return RESULT_MALFORMED; /* payloads are empty */
    TRY(noise_read(session->noise, frame, payload, &payload_len));
    return session->initiator ? RESULT_OK : send_handshake(session);
}

/* The first part of a message: its length, checked before anything is allocated, and at least its first bytes. */
static enum result take_first(struct session *session, struct span part, struct span *message) {
    uint32_t len;
    if (!span_u32(&part, &len))
        return RESULT_TRUNCATED;
    if (len > FRAME_BYTES_MAX)
        return RESULT_TOO_LARGE;
    if (part.len > len)
        return RESULT_MALFORMED;
    if (part.len == len) {
        *message = part;
        return RESULT_OK;
    }
    session->joined = malloc(len);
    if (!session->joined)
        return RESULT_NO_MEMORY;
    session->joined_size = len;
    session->joined_len = part.len;
    memcpy(session->joined, part.data, part.len);
    return RESULT_OK;
}

static enum result take_next(struct session *session, struct arena *arena, struct span part, struct span *message) {
    if (part.len == 0 || part.len > session->joined_size - session->joined_len)
        return RESULT_MALFORMED;
    memcpy(session->joined + session->joined_len, part.data, part.len);
    session->joined_len += part.len;
    if (session->joined_len < session->joined_size)
        return RESULT_OK;
    uint8_t *whole = arena_copy(arena, session->joined, session->joined_size);
    if (!whole)
        return RESULT_NO_MEMORY;
    *message = span_of(whole, session->joined_size);
    free(session->joined);
    session->joined = NULL;
    return RESULT_OK;
}

/* docs/protocol.md, 10.3 */
static enum result take_part(struct session *session, struct arena *arena, struct span frame, struct span *message) {
    if (frame.len < NOISE_TAG_SIZE)
        return RESULT_TRUNCATED;
    size_t len = frame.len - NOISE_TAG_SIZE;
    uint8_t *plain = arena_alloc(arena, len);
    if (!plain)
        return RESULT_NO_MEMORY;
    TRY(noise_open(session->noise, frame, plain));
    struct span part = span_of(plain, len);
    return session->joined ? take_next(session, arena, part, message) : take_first(session, part, message);
}

enum result session_take(struct session *session, struct arena *arena, struct span frame, struct span *message) {
    struct span whole = {0};
    TRY(session->broken);
    session->broken =
        noise_is_ready(session->noise) ? take_part(session, arena, frame, &whole) : take_handshake(session, frame);
    TRY(session->broken);
    *message = whole;
    return RESULT_OK;
}

bool session_is_ready(const struct session *session) {
    return noise_is_ready(session->noise);
}

const uint8_t *session_remote(const struct session *session) {
    return noise_remote(session->noise);
}

static void send_part(struct session *session, struct span part) {
    uint8_t sealed[NOISE_MESSAGE_MAX];
    if (!session->broken)
        session->broken = noise_seal(session->noise, part, sealed);
    if (session->broken)
        link_close(session->link); /* another session has other keys */
    else
        link_send(session->link, span_of(sealed, part.len + NOISE_TAG_SIZE));
}

void session_send(struct session *session, struct span message) {
    assert(message.len <= FRAME_BYTES_MAX);
    uint8_t first[PART_MAX];
    struct span begin = message;
    if (begin.len > PART_MAX - LENGTH_SIZE)
        begin.len = PART_MAX - LENGTH_SIZE;
    put_u32(first, (uint32_t)message.len);
    if (begin.len)
        memcpy(first + LENGTH_SIZE, begin.data, begin.len);
    send_part(session, span_of(first, LENGTH_SIZE + begin.len));
    for (size_t at = begin.len; at < message.len; at += PART_MAX) {
        size_t left = message.len - at;
        send_part(session, span_of(message.data + at, left < PART_MAX ? left : PART_MAX));
    }
}

struct link *session_link(struct session *session) {
    return session->link;
}

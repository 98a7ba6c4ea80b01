#include "core/request.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"

enum { SUITE = 1 };

/* --- form --- */

static bool is_slots(protobuf_c_boolean has, ProtobufCBinaryData bytes, bool needed) {
    if (!has)
        return !needed;
    struct field_set slots = release_slots(bytes);
    return bytes.len == FIELD_SLOTS / 8 && !(needed && field_set_is_empty(&slots));
}

static bool is_said(const char *text, size_t max, bool needed) {
    if (!text)
        return !needed;
    size_t len = strlen(text);
    return len > 0 && len <= max;
}

static enum result check_form(struct arena *arena, const RequestStep *step) {
    const struct policy_selector *unused;
    if (step->suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    if (step->step == 0 || step->step >= REQUEST_CODES_END)
        return RESULT_UNKNOWN_KIND;
    bool is_asked = step->step == REQUEST_ASK, is_refused = step->step == REQUEST_REFUSE;
    bool names_slots = !is_refused && step->step != REQUEST_WITHDRAW;
    if (step->request.len != REQUEST_ID_SIZE || step->object.len != RELEASE_OBJECT_SIZE ||
        !is_slots(step->has_slots, step->slots, names_slots) || !is_slots(step->has_shown, step->shown, false) ||
        !is_said(step->reason, REQUEST_REASON_BYTES_MAX, is_asked || is_refused) ||
        !is_said(step->purpose, NAME_BYTES_MAX, false) || !is_said(step->behalf, NAME_BYTES_MAX, false))
        return RESULT_MALFORMED;
    return release_selectors(&unused, arena, step->onward, step->n_onward);
}

enum result request_decode(RequestStep **out, struct arena *arena, struct span bytes) {
    RequestStep *step;
    if (bytes.len > REQUEST_BYTES_MAX)
        return RESULT_TOO_LARGE;
    TRY(proto_decode_canonical(arena, &request_step__descriptor, bytes, &step));
    TRY(check_form(arena, step));
    *out = step;
    return RESULT_OK;
}

enum result request_encode(struct span *out, struct arena *arena, RequestStep *step) {
    struct buf bytes;
    step->suite = SUITE;
    TRY(check_form(arena, step));
    buf_init(&bytes, arena);
    proto_encode(&bytes, step);
    if (bytes.failed)
        return RESULT_NO_MEMORY;
    if (bytes.len > REQUEST_BYTES_MAX)
        return RESULT_TOO_LARGE;
    *out = buf_span(&bytes);
    return RESULT_OK;
}

/* --- what may follow --- */

/* By who is asked and by who asks: the state that a step of this code leads to from each state, or why it does not.
 * SAME: it crossed with another, and changes nothing. */
enum { SAME = REQUEST_STATES, LATE, TWICE, NOT_HIS };

static const uint8_t steps[REQUEST_CODES_END][REQUEST_STATES] = {
    /*                     open                 released  refused            conditioned          withdrawn */
    [REQUEST_ASK] = {TWICE, TWICE, TWICE, TWICE, TWICE},
    [REQUEST_RELEASE] = {REQUEST_RELEASED, TWICE, REQUEST_RELEASED, REQUEST_RELEASED, REQUEST_RELEASED},
    [REQUEST_REFUSE] = {REQUEST_REFUSED, LATE, TWICE, REQUEST_REFUSED, SAME},
    [REQUEST_OFFER] = {REQUEST_CONDITIONED, LATE, LATE, REQUEST_CONDITIONED, SAME},
    [REQUEST_ACCEPT] = {LATE, SAME, SAME, REQUEST_OPEN, LATE},
    [REQUEST_WITHDRAW] = {REQUEST_WITHDRAWN, SAME, SAME, REQUEST_WITHDRAWN, TWICE},
};

enum result request_follow(enum request_state *state, enum request_code code, bool by_asker) {
    bool is_askers = code == REQUEST_ASK || code == REQUEST_ACCEPT || code == REQUEST_WITHDRAW;
    uint8_t next = is_askers == by_asker ? steps[code][*state] : NOT_HIS;
    switch (next) {
    case SAME:
        return RESULT_OK;
    case LATE:
        return RESULT_OUT_OF_ORDER;
    case TWICE:
        return RESULT_REPLAYED;
    case NOT_HIS:
        return RESULT_NOT_ALLOWED;
    default:
        *state = (enum request_state)next;
        return RESULT_OK;
    }
}

const char *request_word(enum request_code code) {
    static const char *const words[REQUEST_CODES_END] = {"",          "request", "release", "refuse",
                                                         "condition", "accept",  "withdraw"};
    return words[code];
}

const char *request_state_word(enum request_state state) {
    static const char *const words[REQUEST_STATES] = {"open", "released", "refused", "conditioned", "withdrawn"};
    return words[state];
}

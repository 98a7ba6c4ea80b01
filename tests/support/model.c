#include "tests/support/model.h"

#include <assert.h>
#include <check.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    uint8_t limit; /* how often in one history */
    bool of_member;
} acts[MODEL_ACTS] = {
    [MODEL_STEAL] = {"steal", 1, true},      [MODEL_DISCLOSE] = {"disclose", MODEL_ENTRIES, false},
    [MODEL_REFRESH] = {"refresh", 2, false}, [MODEL_REMOVE] = {"remove", 2, true},
    [MODEL_ADD] = {"add", 2, true},          [MODEL_RENEW] = {"renew", 1, true},
    [MODEL_LOSE] = {"lose", 1, true},        [MODEL_TAKE] = {"take", 2, true},
    [MODEL_AGE] = {"age", 1, false},         [MODEL_FILL] = {"fill", 1, false},
    [MODEL_REPEAT] = {"repeat", 1, true},
};

static uint8_t bit(size_t i) {
    return (uint8_t)(1u << i);
}

/* Every secret that the members of a set can ever have. */
static uint16_t all_of(uint8_t members) {
    unsigned secrets = 0;
    for (size_t m = 0; m < MODEL_MEMBERS; m++)
        if (members & bit(m))
            secrets |= model_secret(m, 0) * ((1u << MODEL_SERIALS) - 1);
    return (uint16_t)secrets;
}

/* The secrets that the author goes by: of each member of the audience the one it knows. */
static uint16_t in_force(const struct model_state *state) {
    unsigned secrets = 0;
    for (size_t m = 0; m < MODEL_MEMBERS; m++)
        if (state->audience & bit(m))
            secrets |= model_secret(m, state->known[m]);
    return (uint16_t)secrets;
}

void model_start(struct model_state *state) {
    memset(state, 0, sizeof *state);
    state->audience = bit(0) | bit(1);
    memset(state->secrets, 1, sizeof state->secrets);
}

uint16_t model_own(const struct model_state *state, size_t member) {
    return (uint16_t)(model_secret(member, 0) * state->secrets[member]);
}

uint16_t model_ever(const struct model_state *state, size_t member) {
    return (uint16_t)(model_secret(member, 0) * ((2u << state->made[member]) - 1));
}

/* ---- the author ---- */

enum due { NOTHING_DUE, GRANT_DUE, EPOCH_DUE };

/* docs/protocol.md, 11.2 */
static enum due what_is_due(const struct model_state *state, enum model_break wrong) {
    bool is_old = state->is_old && wrong != MODEL_AGE_KEEPS_EPOCH;
    bool is_full = state->is_full && wrong != MODEL_LIMIT_KEEPS_EPOCH;
    unsigned left = state->holders & ~in_force(state);
    if (wrong == MODEL_REMOVAL_KEEPS_EPOCH)
        left &= all_of(state->audience);
    if (wrong == MODEL_RENEWAL_KEEPS_EPOCH)
        left &= ~all_of(state->audience);
    if (state->epoch == 0 || is_old || is_full || left)
        return EPOCH_DUE;
    bool has_joined = in_force(state) & ~state->holders;
    return has_joined && wrong != MODEL_JOINER_GETS_NO_GRANT ? GRANT_DUE : NOTHING_DUE;
}

static void draw_key(struct model_state *state) {
    assert(state->drawn + 1 < MODEL_KEYS);
    state->key = ++state->drawn;
}

static void begin_epoch(struct model_state *state, enum model_break wrong) {
    assert(state->epoch + 1 < MODEL_KEYS);
    if (wrong != MODEL_EPOCH_KEEPS_KEY || state->epoch == 0)
        draw_key(state);
    state->epoch++;
    state->is_old = state->is_full = false;
}

/* What every append must find, however the rules came there: invariant 5. */
static void judge(struct model_state *state, uint8_t key) {
    bool is_split = state->epoch_key[state->epoch] && state->epoch_key[state->epoch] != key;
    bool is_again = false;
    for (size_t epoch = 1; epoch < state->epoch; epoch++)
        is_again |= state->epoch_key[epoch] == key;
    bool has_strangers = state->boxes[state->key] & ~in_force(state);
    state->epoch_key[state->epoch] = key;
    state->present[state->epoch] |= in_force(state);
    state->misstep |= is_split || is_again || has_strangers || state->is_old || state->is_full;
}

static void grant(struct model_state *state, enum model_break wrong) {
    unsigned boxes = in_force(state);
    if (wrong == MODEL_REMOVED_IS_GRANTED)
        boxes |= state->holders;
    if (wrong == MODEL_FORMER_KEY_IS_GRANTED)
        boxes = all_of(state->audience) & (model_secret(0, 0) | model_secret(1, 0) | model_secret(2, 0));
    size_t first = wrong == MODEL_JOINER_GETS_ALL_EPOCHS ? 1 : state->key;
    for (size_t key = first; key <= state->key; key++)
        state->boxes[key] |= (uint16_t)boxes;
    if (wrong == MODEL_GRANT_IN_THE_CLEAR)
        state->clear |= (uint16_t)(1u << state->key);
    state->holders = in_force(state);
    judge(state, state->key);
}

/* Is there anybody to write for? */
static bool refresh(struct model_state *state, enum model_break wrong) {
    if (!state->audience && !state->holders)
        return false;
    enum due due = what_is_due(state, wrong);
    if (due == EPOCH_DUE)
        begin_epoch(state, wrong);
    else if (due == GRANT_DUE && wrong == MODEL_JOINER_GETS_OTHER_KEY)
        draw_key(state);
    if (due != NOTHING_DUE)
        grant(state, wrong);
    return state->audience;
}

static void disclose(struct model_state *state, enum model_break wrong) {
    if (!refresh(state, wrong))
        return;
    bool is_late = wrong == MODEL_SEALED_UNDER_LAST_KEY && state->key > 1;
    uint8_t key = is_late ? state->key - 1 : state->key, owed = 0;
    for (size_t m = 0; m < MODEL_MEMBERS; m++)
        if (in_force(state) & model_own(state, m))
            owed |= bit(m);
    size_t at = state->entry_count++;
    state->entries[at].audience = in_force(state);
    state->entries[at].epoch = state->epoch;
    state->entries[at].key = key;
    state->entries[at].owed = owed;
    judge(state, key);
}

/* In a feed for this member alone a new epoch begins whenever its key is another, so each repetition is for the key
 * that the author knows, and for no other. */
static void repeat(struct model_state *state, size_t member, size_t entry, enum model_break wrong) {
    uint16_t secret = model_secret(member, state->known[member]);
    state->entries[entry].repeated |= secret;
    if (secret & model_own(state, member))
        state->entries[entry].owed |= bit(member);
    if (wrong == MODEL_HISTORY_GIVES_KEY)
        state->boxes[state->entries[entry].key] |= secret;
}

/* ---- what may happen ---- */

static void join(struct model_state *state, size_t member) {
    state->audience |= bit(member);
    for (size_t i = 0; i < state->entry_count; i++) {
        state->entries[i].joined |= bit(member);
        if (state->entries[i].epoch == state->epoch)
            state->entries[i].joined_within |= bit(member);
    }
}

static void lose(struct model_state *state, size_t member) {
    state->secrets[member] = bit(++state->made[member]);
    for (size_t i = 0; i < state->entry_count; i++)
        state->entries[i].owed &= (uint8_t)~bit(member);
}

static void happen(struct model_state *state, enum model_act act, size_t m) {
    switch (act) {
    case MODEL_STEAL:
        state->loot = model_own(state, m);
        break;
    case MODEL_REMOVE:
        state->audience &= (uint8_t)~bit(m);
        break;
    case MODEL_ADD:
        join(state, m);
        break;
    case MODEL_RENEW:
        state->secrets[m] |= bit(++state->made[m]);
        break;
    case MODEL_LOSE:
        lose(state, m);
        break;
    case MODEL_TAKE:
        state->known[m] = state->made[m];
        break;
    case MODEL_AGE:
        state->is_old = true;
        break;
    case MODEL_FILL:
        state->is_full = true;
        break;
    default:
        break;
    }
}

void model_take(struct model_state *state, const struct model_step *step, enum model_break wrong) {
    state->used[step->act]++;
    state->named |= acts[step->act].of_member ? bit(step->member) : 0;
    if (step->act == MODEL_DISCLOSE)
        disclose(state, wrong);
    else if (step->act == MODEL_REFRESH)
        refresh(state, wrong);
    else if (step->act == MODEL_REPEAT)
        repeat(state, step->member, step->entry, wrong);
    else
        happen(state, (enum model_act)step->act, step->member);
}

static bool is_possible(const struct model_state *state, enum model_act act, size_t m) {
    if (state->used[act] == acts[act].limit)
        return false;
    switch (act) {
    case MODEL_REFRESH:
        return what_is_due(state, MODEL_SOUND) != NOTHING_DUE && (state->audience || state->holders);
    case MODEL_REMOVE:
    case MODEL_REPEAT:
        return state->audience & bit(m);
    case MODEL_ADD:
        return !(state->audience & bit(m));
    case MODEL_TAKE:
        return state->known[m] != state->made[m];
    case MODEL_AGE:
        return state->epoch && !state->is_old;
    case MODEL_FILL:
        return state->epoch && !state->is_full;
    default:
        return true;
    }
}

size_t model_steps(struct model_step *out, const struct model_state *state) {
    size_t count = 0;
    for (enum model_act act = 0; act < MODEL_ACTS; act++)
        for (size_t m = 0; m < (acts[act].of_member ? MODEL_MEMBERS : 1); m++) {
            size_t entries = act == MODEL_REPEAT ? state->entry_count : 1;
            for (size_t e = 0; e < entries && is_possible(state, act, m); e++)
                out[count++] = (struct model_step){(uint8_t)act, (uint8_t)m, (uint8_t)e};
        }
    assert(count <= MODEL_STEPS_MAX);
    return count;
}

/* ---- traces ---- */

bool model_is_mirrored(const struct model_state *state, const struct model_step *step) {
    return acts[step->act].of_member && step->member == 1 && !(state->named & bit(0));
}

static size_t describe_step(char *out, size_t size, const struct model_step *step) {
    const char *name = acts[step->act].name;
    int len;
    if (step->act == MODEL_REPEAT)
        len = snprintf(out, size, "%s %c %d", name, 'A' + step->member, step->entry + 1);
    else if (acts[step->act].of_member)
        len = snprintf(out, size, "%s %c", name, 'A' + step->member);
    else
        len = snprintf(out, size, "%s", name);
    assert((size_t)len < size);
    return (size_t)len;
}

void model_describe(char out[static MODEL_TRACE_SIZE], const struct model_step *steps, size_t count) {
    size_t len = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        if (i)
            len += (size_t)snprintf(out + len, MODEL_TRACE_SIZE - len, ", ");
        assert(len < MODEL_TRACE_SIZE);
        len += describe_step(out + len, MODEL_TRACE_SIZE - len, &steps[i]);
    }
}

/* The possible step that is described so. */
static struct model_step find_step(const struct model_state *state, const char *text, size_t len) {
    struct model_step steps[MODEL_STEPS_MAX];
    size_t count = model_steps(steps, state);
    for (size_t i = 0; i < count; i++) {
        char known[32];
        if (describe_step(known, sizeof known, &steps[i]) == len && memcmp(known, text, len) == 0)
            return steps[i];
    }
    ck_abort_msg("no step is possible that begins \"%s\"", text);
}

size_t model_play(struct model_state *state, struct model_step *steps, const char *trace, enum model_break wrong) {
    size_t count = 0;
    model_start(state);
    while (*trace) {
        size_t len = strcspn(trace, ",");
        struct model_step step = find_step(state, trace, len);
        model_take(state, &step, wrong);
        if (steps)
            steps[count] = step;
        count++;
        trace += len + strspn(trace + len, ", ");
    }
    return count;
}

/* ---- who reads ---- */

bool model_reads(const struct model_state *state, uint16_t secrets, size_t entry, enum model_break wrong) {
    size_t key = state->entries[entry].key;
    size_t first = wrong == MODEL_KEYS_LEAD_ON ? 1 : key, last = wrong == MODEL_KEYS_LEAD_BACK ? state->drawn : key;
    for (size_t i = first; i <= last; i++)
        if (state->boxes[i] & secrets || state->clear & 1u << i)
            return true;
    return state->entries[entry].repeated & secrets;
}

/* Invariants 1 to 3: one member and one entry. */
static unsigned broken_for_member(const struct model_state *state, size_t e, size_t m, enum model_break wrong) {
    uint16_t ever = model_ever(state, m);
    bool can_ever = model_reads(state, ever, e, wrong);
    bool was_given = state->entries[e].repeated & ever;
    bool was_there = state->entries[e].audience & ever;
    bool was_in_epoch = state->present[state->entries[e].epoch] & ever;
    bool has_joined = state->entries[e].joined & bit(m), has_joined_within = state->entries[e].joined_within & bit(m);
    unsigned broken = 0;
    if (state->entries[e].owed & bit(m) && !model_reads(state, model_own(state, m), e, wrong))
        broken |= 1u << 1;
    if (can_ever && !was_given && !was_there && !has_joined)
        broken |= 1u << 2;
    if (can_ever && !was_given && !was_there && has_joined && !has_joined_within)
        broken |= 1u << 3;
    if (can_ever != (was_given || was_in_epoch))
        broken |= 1u << 3;
    return broken;
}

/* Invariant 4: the thief reads what the member was granted under a key that was stolen, all of that and nothing else;
 * what was appended while the audience had the member with another key is not among it. */
static unsigned broken_for_thief(const struct model_state *state, size_t e, enum model_break wrong) {
    uint16_t victims = 0;
    for (size_t m = 0; m < MODEL_MEMBERS; m++)
        if (state->loot & all_of(bit(m)))
            victims |= all_of(bit(m));
    unsigned then = state->entries[e].audience & victims;
    bool was_given = state->entries[e].repeated & state->loot;
    bool was_in_epoch = state->present[state->entries[e].epoch] & state->loot;
    bool is_closed = then && !(then & state->loot) && !was_given;
    bool reads = model_reads(state, state->loot, e, wrong);
    return reads != (was_given || was_in_epoch) || (reads && is_closed) ? 1u << 4 : 0;
}

unsigned model_broken(const struct model_state *state, unsigned invariants, enum model_break wrong) {
    unsigned broken = state->misstep ? 1u << 5 : 0;
    for (size_t e = 0; e < state->entry_count; e++) {
        for (size_t m = 0; m < MODEL_MEMBERS; m++)
            broken |= broken_for_member(state, e, m, wrong);
        broken |= broken_for_thief(state, e, wrong);
        if (model_reads(state, 0, e, wrong))
            broken |= 1u << 6;
    }
    for (unsigned i = 1; i <= 6; i++)
        if (broken & invariants & 1u << i)
            return i;
    return 0;
}

/* Releases, and steps of requests, as anybody sends them. What decodes has the form that everything behind it relies
 * on; a step that is taken where it may follow leads to a state that there is. The first byte chooses. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "core/request.h"
#include "tests/support/chance.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct chance chance = {11};
static struct random drawn;
static struct identity originator, stranger;

static void prepare(void) {
    if (originator.secrets)
        return;
    secret_start();
    drawn = chance_random(&chance);
    if (identity_make(&originator, &drawn) || identity_make(&stranger, &drawn))
        abort();
}

static void check_release(struct arena *arena, struct span bytes) {
    static const uint8_t object[RELEASE_OBJECT_SIZE];
    struct release release, again;
    const struct member member = {.id = originator.id, .sign_key = originator.sign_key};
    if (release_decode(&release, arena, bytes))
        return;
    if (release.terms->slots.len != FIELD_SLOTS / 8 || release.consent.onward_count > RELEASE_ONWARD_MAX)
        abort();
    for (size_t i = 0; i < release.consent.onward_count; i++) {
        const struct policy_selector *to = &release.consent.onward[i];
        assert(to->role || to->country || to->name);
    }
    assert(release_verify(&release, object, originator.id, &member)); /* it has signed nothing */
    struct span made;
    ReleaseTerms terms = *release.terms;
    if (release_sign(&made, arena, &terms, &originator))
        return; /* unknown fields may have been the room */
    if (release_decode(&again, arena, made))
        abort();
    assert(memcmp(&again.consent.fields, &release.consent.fields, sizeof again.consent.fields) == 0);
    assert(!release_verify(&again, terms.object.data, originator.id, &member));
    assert(release_verify(&again, terms.object.data, stranger.id, &member) == RESULT_MALFORMED);
}

static void check_step(struct arena *arena, struct span bytes) {
    RequestStep *step, *again;
    struct span made;
    if (request_decode(&step, arena, bytes))
        return;
    for (int at = REQUEST_OPEN; at < REQUEST_STATES; at++)
        for (int by_asker = 0; by_asker < 2; by_asker++) {
            enum request_state state = (enum request_state)at;
            enum result result = request_follow(&state, (enum request_code)step->step, by_asker);
            assert(state < REQUEST_STATES && (!result || (int)state == at));
        }
    if (request_encode(&made, arena, step) || !span_equal(made, bytes) || request_decode(&again, arena, made))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    if (size == 0)
        return 0;
    prepare();
    arena_init(&arena, (size_t)16 << 20);
    struct span rest = span_of(data + 1, size - 1);
    if (data[0] == 1)
        check_step(&arena, rest);
    else
        check_release(&arena, rest);
    arena_release(&arena);
    return 0;
}

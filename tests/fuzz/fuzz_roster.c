/* A roster as it comes from anybody: read, looked through, signed and edited further if it reads. */
#include <stdlib.h>

#include "base/limits.h"
#include "keys/roster.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
    (void)argc;
    (void)argv;
    secret_start();
    return 0;
}

/* What reads must also go round: edited without a change it differs by its version and reads again. */
static void edit(const struct roster *roster, struct arena *arena) {
    const struct roster_edit change = {.base = roster, .created = roster->created, .expires = roster->expires};
    struct buf next;
    struct roster *again;
    buf_init(&next, arena);
    if (roster_edit(&next, arena, &change))
        return; /* memory */
    if (roster_read_unsigned(&again, buf_span(&next)))
        abort();
    if (again->count != roster->count || again->version != roster->version + 1)
        abort();
    roster_free(again);
}

static void look_through(const struct roster *roster) {
    char print[40];
    for (size_t i = 0; i < roster->count; i++) {
        const struct member *member = &roster->members[i];
        roster_fingerprint(print, member);
        if (roster_find(roster, member->id) != member || roster_find_name(roster, member->name) != member ||
            roster_find_session(roster, member->session_key) != member)
            abort();
    }
    if (roster_signatures(roster) > roster->root_count)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const uint8_t root[1][SIGN_PUBLIC_SIZE];
    const struct roster_trust trust = {.roots = root, .count = 1, .threshold = 1};
    struct roster *roster;
    struct arena arena;
    arena_init(&arena, (size_t)16 * ROSTER_BYTES_MAX);
    if (!roster_read(&roster, span_of(data, size), &trust))
        abort(); /* nobody has a key for that root */
    if (!roster_read_unsigned(&roster, span_of(data, size))) {
        look_through(roster);
        if (roster->version < UINT32_MAX)
            edit(roster, &arena);
        roster_free(roster);
    }
    arena_release(&arena);
    return 0;
}

#include "keys/roster.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t day_ms = 86400000;
static const uint64_t warning_days = 14;

void roster_free(struct roster *roster) {
    if (!roster)
        return;
    for (size_t i = 0; i < roster->chain_count; i++)
        list_drop(roster->chain[i]);
    for (size_t i = 0; i < roster->desk_count; i++)
        list_drop(roster->desks[i]);
    for (size_t i = 0; i < roster->renewal_count; i++)
        renewal_drop(roster->renewals[i]);
    arena_release(&roster->arena);
    free(roster);
}

/* docs/protocol.md, 8.8. The dates are the roots' word and may be any numbers: nothing is added to them. */
enum roster_standing roster_standing(const struct roster *roster, uint64_t now_ms) {
    if (roster->created > now_ms && roster->created - now_ms > day_ms)
        return ROSTER_AHEAD;
    if (now_ms >= roster->expires)
        return now_ms - roster->expires <= roster->grace_days * day_ms ? ROSTER_IN_GRACE : ROSTER_EXPIRED;
    uint64_t life = roster->expires > roster->created ? roster->expires - roster->created : 0;
    uint64_t warning = life / 10 < warning_days * day_ms ? life / 10 : warning_days * day_ms;
    return roster->expires - now_ms < warning ? ROSTER_ENDS_SOON : ROSTER_GOOD;
}

/* ---- looking up ---- */

static int compare_ids(const void *id, const void *member) {
    return memcmp(id, ((const struct member *)member)->id, MEMBER_ID_SIZE);
}

static int compare_names(const void *name, const void *member) {
    return strcmp(name, (*(const struct member *const *)member)->name);
}

static int compare_sessions(const void *session_key, const void *member) {
    return memcmp(session_key, (*(const struct member *const *)member)->session_key, EXCHANGE_KEY_SIZE);
}

static int compare_authors(const void *author, const void *list) {
    return memcmp(author, (*(const struct list *const *)list)->author, MEMBER_ID_SIZE);
}

/* bsearch() that may be asked about no rows at all, whose address is NULL. */
static const void *find(const void *key, const void *rows, size_t count, size_t size,
                        int (*compare)(const void *, const void *)) {
    return count ? bsearch(key, rows, count, size, compare) : NULL;
}

const struct member *roster_find(const struct roster *roster, const uint8_t id[static MEMBER_ID_SIZE]) {
    return find(id, roster->members, roster->count, sizeof *roster->members, compare_ids);
}

const struct member *roster_find_ever(const struct roster *roster, const uint8_t id[static MEMBER_ID_SIZE]) {
    const struct member *member = roster_find(roster, id);
    return member ? member : find(id, roster->ended, roster->ended_count, sizeof *roster->ended, compare_ids);
}

const struct member *roster_find_name(const struct roster *roster, const char *name) {
    const struct member *const *found =
        find(name, roster->by_name, roster->count, sizeof *roster->by_name, compare_names);
    return found ? *found : NULL;
}

const struct member *roster_find_session(const struct roster *roster,
                                         const uint8_t session_key[static EXCHANGE_KEY_SIZE]) {
    const struct member *const *found =
        find(session_key, roster->by_session, roster->count, sizeof *roster->by_session, compare_sessions);
    return found ? *found : NULL;
}

const struct list *roster_desks(const struct roster *roster, const uint8_t author[static MEMBER_ID_SIZE]) {
    struct list *const *found = find(author, roster->desks, roster->desk_count, sizeof *roster->desks, compare_authors);
    return found ? *found : NULL;
}

#include "keys/roster_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* ---- life ---- */

static void weigh(struct parts *parts) {
    parts->chain_bytes = FILE_HEAD_SIZE;
    parts->vouched_bytes = 0;
    for (size_t i = 0; i < parts->chain_count; i++)
        parts->chain_bytes += size_in_file(parts->chain[i]->file);
    for (size_t i = 0; i < parts->desk_count; i++)
        parts->vouched_bytes += size_in_file(parts->desks[i].list->file);
    for (size_t i = 0; i < parts->renewal_count; i++)
        parts->vouched_bytes += size_in_file(parts->renewals[i].renewal->file);
}

static void share_all(struct parts *parts, const struct roster *now) {
    for (size_t i = 0; i < now->chain_count; i++)
        parts->chain[parts->chain_count++] = list_share(now->chain[i]);
    for (size_t i = 0; i < now->desk_count; i++) {
        struct signed_desks *desks = &parts->desks[parts->desk_count++];
        desks->list = list_share(now->desks[i]);
        memcpy(desks->signer, now->desk_signers[i], SIGN_PUBLIC_SIZE);
    }
    for (size_t i = 0; i < now->renewal_count; i++) {
        struct signed_renewal *renewal = &parts->renewals[parts->renewal_count++];
        renewal->renewal = renewal_share(now->renewals[i]);
        memcpy(renewal->signer, now->renewal_signers[i], SIGN_PUBLIC_SIZE);
    }
    weigh(parts);
}

enum result parts_init(struct parts *parts, const struct roster *now, size_t rosters, size_t desks, size_t renewals) {
    static const struct roster nothing;
    const struct roster *from = now ? now : &nothing;
    *parts = (struct parts){0};
    arena_init(&parts->arena, ROSTER_MEMORY_MAX);
    arena_init(&parts->scratch, ROSTER_MEMORY_MAX);
    parts->chain = arena_array(&parts->arena, from->chain_count + rosters, sizeof *parts->chain);
    parts->desks = arena_array(&parts->arena, from->desk_count + desks, sizeof *parts->desks);
    parts->renewals = arena_array(&parts->arena, from->renewal_count + renewals, sizeof *parts->renewals);
    if (!parts->chain || !parts->desks || !parts->renewals) {
        arena_release(&parts->arena);
        return RESULT_NO_MEMORY;
    }
    share_all(parts, from);
    return RESULT_OK;
}

void parts_release(struct parts *parts) {
    for (size_t i = 0; i < parts->chain_count; i++)
        list_drop(parts->chain[i]);
    for (size_t i = 0; i < parts->desk_count; i++)
        list_drop(parts->desks[i].list);
    for (size_t i = 0; i < parts->renewal_count; i++)
        renewal_drop(parts->renewals[i].renewal);
    arena_release(&parts->arena);
    arena_release(&parts->scratch);
    *parts = (struct parts){0};
}

/* ---- looking up ---- */

const struct member *parts_administration(const struct parts *parts, const uint8_t id[static MEMBER_ID_SIZE]) {
    const struct member *row = list_find(parts_roster(parts), id);
    return row && member_is_administration(row) ? row : NULL;
}

static int compare_rows(const void *id, const void *row) {
    return memcmp(id, ((const struct roster_row *)row)->member->id, MEMBER_ID_SIZE);
}

const struct roster_row *parts_row(const struct parts *parts, const uint8_t id[static MEMBER_ID_SIZE]) {
    return parts->row_count ? bsearch(id, parts->rows, parts->row_count, sizeof *parts->rows, compare_rows) : NULL;
}

size_t parts_renewals(const struct parts *parts, const uint8_t id[static MEMBER_ID_SIZE], size_t *count) {
    size_t low = 0, high = parts->renewal_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(parts->renewals[middle].renewal->member, id, MEMBER_ID_SIZE) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *count = 0;
    while (low + *count < parts->renewal_count &&
           memcmp(parts->renewals[low + *count].renewal->member, id, MEMBER_ID_SIZE) == 0)
        ++*count;
    return low;
}

size_t parts_desks(const struct parts *parts, const uint8_t author[static MEMBER_ID_SIZE], bool *found) {
    size_t low = 0, high = parts->desk_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memcmp(parts->desks[middle].list->author, author, MEMBER_ID_SIZE) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low < parts->desk_count && memcmp(parts->desks[low].list->author, author, MEMBER_ID_SIZE) == 0;
    return low;
}

/* Does this renewal follow from the key in force and its serial? A row that has come meanwhile may say otherwise. */
static bool follows(const struct signed_renewal *renewal, const struct member *row, const uint8_t *key) {
    return renewal->renewal->serial > row->serial && memcmp(renewal->signer, key, SIGN_PUBLIC_SIZE) == 0;
}

void parts_keys(struct member_keys *out, const struct parts *parts, const struct member *row) {
    size_t count, first = parts_renewals(parts, row->id, &count);
    const uint8_t *key = row->sign_key;
    out->count = 0;
    for (size_t i = 0; i < row->former_count; i++) {
        out->keys[out->count] = row->former[i].sign_key;
        out->ended[out->count++] = (int)row->former[i].ending.cause;
    }
    for (size_t i = first; i < first + count; i++) {
        const struct renewal *renewal = parts->renewals[i].renewal;
        if (!renewal->ending || !follows(&parts->renewals[i], row, key))
            continue;
        out->keys[out->count] = key;
        out->ended[out->count++] = (int)renewal->ending->cause;
        key = renewal->sign_key;
    }
    out->keys[out->count] = key;
    out->ended[out->count++] = KEY_IN_FORCE;
}

/* ---- settling (docs/protocol.md, 8.8) ---- */

/* Desks go with the key that signed them, unless that was merely replaced (docs/protocol.md, 8.7). */
static bool desks_stay(const struct parts *parts, const struct signed_desks *desks) {
    struct member_keys keys;
    const struct member *row = parts_administration(parts, desks->list->author);
    if (!row)
        return false;
    parts_keys(&keys, parts, row);
    for (size_t i = keys.count; i-- > 0;)
        if (memcmp(keys.keys[i], desks->signer, SIGN_PUBLIC_SIZE) == 0)
            return keys.ended[i] == KEY_IN_FORCE || keys.ended[i] == ENDING_LEFT;
    return false;
}

static void drop_desks(struct parts *parts) {
    size_t kept = 0;
    for (size_t i = 0; i < parts->desk_count; i++)
        if (desks_stay(parts, &parts->desks[i]))
            parts->desks[kept++] = parts->desks[i];
        else
            list_drop(parts->desks[i].list);
    parts->desk_count = kept;
}

/* Of who has been revoked, what those who keep the list say of its keys is the last word on them. The row of a desk can
 * say nothing of later keys than the first: its renewals stay, and its ending is that of all its keys. */
static bool has_been_revoked(const struct member *member) {
    return member->ended && member->ended->cause == ENDING_REVOKED;
}

static void drop_renewals(struct parts *parts) {
    size_t kept = 0;
    const struct renewal *before = NULL; /* the last kept */
    for (size_t i = 0; i < parts->renewal_count; i++) {
        struct signed_renewal *renewal = &parts->renewals[i];
        const struct roster_row *row = parts_row(parts, renewal->renewal->member);
        bool is_first = !before || memcmp(before->member, renewal->renewal->member, MEMBER_ID_SIZE) != 0;
        if (row && (row->by || !has_been_revoked(row->member)) &&
            follows(renewal, row->member, is_first ? row->member->sign_key : before->sign_key)) {
            before = renewal->renewal;
            parts->renewals[kept++] = *renewal;
        } else {
            renewal_drop(renewal->renewal);
        }
    }
    parts->renewal_count = kept;
}

enum result parts_settle(struct parts *parts) {
    if (parts->settled)
        return RESULT_OK;
    drop_desks(parts);
    arena_reset(&parts->scratch);
    TRY(parts_merge_rows(parts));
    drop_renewals(parts);
    weigh(parts);
    parts->settled = true;
    return RESULT_OK;
}

/* ---- what a roster would leave ---- */

static bool renewal_stays(const struct parts *under, const struct renewal *renewal) {
    bool found;
    const struct roster_row *row = parts_row(under, renewal->member);
    const struct member *named = list_find(parts_roster(under), renewal->member);
    if (named || !row || !row->by)
        return named && !has_been_revoked(named);
    size_t at = parts_desks(under, row->by, &found);
    return found && desks_stay(under, &under->desks[at]);
}

size_t parts_vouched_under(const struct parts *parts, struct list *roster) {
    struct parts under = *parts;
    size_t size = 0;
    under.chain = &roster;
    under.chain_count = 1;
    for (size_t i = 0; i < parts->desk_count; i++)
        if (desks_stay(&under, &parts->desks[i]))
            size += size_in_file(parts->desks[i].list->file);
    for (size_t i = 0; i < parts->renewal_count; i++)
        if (renewal_stays(&under, parts->renewals[i].renewal))
            size += size_in_file(parts->renewals[i].renewal->file);
    return size;
}

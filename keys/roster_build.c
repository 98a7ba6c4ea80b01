/* A roster out of its parts: members with the keys that are in force, and the ways to find them. */
#include "keys/roster_internal.h"

#include <stdlib.h>
#include <string.h>

#include "keys/hash.h"

/* ---- members ---- */

/* Each renewal moves the signing key, if it changes, to the front of the former ones (docs/protocol.md, 8.8). */
static enum result renew(struct member *member, struct arena *arena, const struct signed_renewal *renewals,
                         size_t count) {
    size_t changes = 0;
    bool is_revoked = member->ended && member->ended->cause == ENDING_REVOKED;
    for (size_t i = 0; i < count; i++)
        changes += renewals[i].renewal->ending != NULL;
    struct former_key *former = arena_array(arena, member->former_count + changes, sizeof *former);
    if (!former)
        return RESULT_NO_MEMORY;
    if (member->former_count)
        memcpy(former + changes, member->former, member->former_count * sizeof *former);
    member->former = former;
    member->former_count += changes;
    for (size_t i = 0; i < count; i++) {
        const struct renewal *renewal = renewals[i].renewal;
        if (renewal->ending) /* whoever revoked it has the last word on all its keys */
            former[--changes] = (struct former_key){member->sign_key, is_revoked ? *member->ended : *renewal->ending};
        member->sign_key = renewal->sign_key;
        member->encryption_key = renewal->encryption_key;
        member->serial = renewal->serial;
    }
    return RESULT_OK;
}

static enum result build_members(struct roster *roster, const struct parts *parts) {
    struct member *members = arena_array(&roster->arena, parts->row_count, sizeof *members);
    struct member *ended = arena_array(&roster->arena, parts->row_count, sizeof *ended);
    if (!members || !ended)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < parts->row_count; i++) {
        struct member member = *parts->rows[i].member;
        size_t count, first = parts_renewals(parts, member.id, &count);
        member.by = parts->rows[i].by;
        if (count)
            TRY(renew(&member, &roster->arena, parts->renewals + first, count));
        if (!member.ended) {
            members[roster->count++] = member;
            continue;
        }
        ended[roster->ended_count++] = member;
        if (member.ended->at > roster->last_ended)
            roster->last_ended = member.ended->at;
    }
    roster->members = members;
    roster->ended = ended;
    roster->ignored = parts->ignored;
    return RESULT_OK;
}

static int compare_names(const void *a, const void *b) {
    return strcmp((*(const struct member *const *)a)->name, (*(const struct member *const *)b)->name);
}

static int compare_sessions(const void *a, const void *b) {
    return memcmp((*(const struct member *const *)a)->session_key, (*(const struct member *const *)b)->session_key,
                  EXCHANGE_KEY_SIZE);
}

static enum result index_members(struct roster *roster) {
    roster->by_name = arena_array(&roster->arena, roster->count, sizeof *roster->by_name);
    roster->by_session = arena_array(&roster->arena, roster->count, sizeof *roster->by_session);
    if (!roster->by_name || !roster->by_session)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < roster->count; i++)
        roster->by_name[i] = roster->by_session[i] = &roster->members[i];
    if (roster->count) {
        qsort(roster->by_name, roster->count, sizeof *roster->by_name, compare_names);
        qsort(roster->by_session, roster->count, sizeof *roster->by_session, compare_sessions);
    }
    return RESULT_OK;
}

/* ---- what it is made of ---- */

static enum result share_chain(struct roster *roster, const struct parts *parts) {
    roster->chain = arena_array(&roster->arena, parts->chain_count, sizeof *roster->chain);
    if (!roster->chain)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < parts->chain_count; i++)
        roster->chain[roster->chain_count++] = list_share(parts->chain[i]);
    const struct list *list = parts_roster(parts);
    roster->version = list->version;
    roster->created = list->created;
    roster->expires = list->expires;
    roster->grace_days = list->grace_days;
    roster->threshold = list->threshold;
    roster->roots = list->roots;
    roster->root_count = list->root_count;
    memcpy(roster->hash, list->hash, HASH_SIZE);
    return RESULT_OK;
}

static enum result share_desks(struct roster *roster, const struct parts *parts) {
    uint8_t(*signers)[SIGN_PUBLIC_SIZE] = arena_array(&roster->arena, parts->desk_count, sizeof *signers);
    roster->desks = arena_array(&roster->arena, parts->desk_count, sizeof *roster->desks);
    if (!signers || !roster->desks)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < parts->desk_count; i++) {
        roster->desks[roster->desk_count++] = list_share(parts->desks[i].list);
        memcpy(signers[i], parts->desks[i].signer, SIGN_PUBLIC_SIZE);
    }
    roster->desk_signers = (const uint8_t(*)[SIGN_PUBLIC_SIZE])signers;
    return RESULT_OK;
}

static enum result share_renewals(struct roster *roster, const struct parts *parts) {
    uint8_t(*signers)[SIGN_PUBLIC_SIZE] = arena_array(&roster->arena, parts->renewal_count, sizeof *signers);
    roster->renewals = arena_array(&roster->arena, parts->renewal_count, sizeof *roster->renewals);
    if (!signers || !roster->renewals)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < parts->renewal_count; i++) {
        roster->renewals[roster->renewal_count++] = renewal_share(parts->renewals[i].renewal);
        memcpy(signers[i], parts->renewals[i].signer, SIGN_PUBLIC_SIZE);
    }
    roster->renewal_signers = (const uint8_t(*)[SIGN_PUBLIC_SIZE])signers;
    return RESULT_OK;
}

/* What a roster of the roots says by itself is in its hash; of the others only what differs from it is told apart. */
static void compute_digest(struct roster *roster) {
    struct hasher hasher;
    hash_start(&hasher, "INAMA.belief", (struct span){0}, HASH_SIZE);
    hash_add_u32(&hasher, roster->version);
    hash_add(&hasher, roster->hash, HASH_SIZE);
    for (size_t i = 0; i < roster->count; i++) {
        static const uint8_t no_hash[HASH_SIZE];
        const struct member *member = &roster->members[i];
        const struct list *desks = roster_desks(roster, member->id);
        if (member->serial == 1 && !desks)
            continue;
        hash_add(&hasher, member->id, MEMBER_ID_SIZE);
        hash_add_u32(&hasher, member->serial);
        hash_add(&hasher, member->sign_key, SIGN_PUBLIC_SIZE);
        hash_add(&hasher, member->encryption_key, EXCHANGE_KEY_SIZE);
        hash_add_u32(&hasher, desks ? desks->version : 0);
        hash_add(&hasher, desks ? desks->hash : no_hash, HASH_SIZE);
    }
    hash_finish(&hasher, roster->digest);
}

static enum result build(struct roster *roster, struct parts *parts) {
    TRY(parts_settle(parts));
    TRY(share_chain(roster, parts));
    TRY(share_desks(roster, parts));
    TRY(share_renewals(roster, parts));
    TRY(build_members(roster, parts));
    TRY(index_members(roster));
    compute_digest(roster);
    return RESULT_OK;
}

enum result parts_build(struct roster **out, struct parts *parts) {
    struct roster *roster = calloc(1, sizeof *roster);
    if (!roster)
        return RESULT_NO_MEMORY;
    arena_init(&roster->arena, ROSTER_MEMORY_MAX);
    enum result result = build(roster, parts);
    if (result) {
        roster_free(roster);
        return result;
    }
    *out = roster;
    return RESULT_OK;
}

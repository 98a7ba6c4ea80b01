/* The rules of taking (docs/protocol.md, 8.6 and 8.7). */
#include "keys/roster_internal.h"

#include <string.h>

#include "base/limits.h"

static bool is_same_key(const uint8_t *a, const uint8_t *b) {
    return memcmp(a, b, SIGN_PUBLIC_SIZE) == 0;
}

/* Would the file still be one that can be read? */
static enum result make_room(struct parts *parts, struct span object) {
    size_t size = parts->size + object.len + 6;
    if (size > ROSTER_FILE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    parts->size = size;
    return RESULT_OK;
}

/* ---- rosters ---- */

enum result parts_check_roots(const struct list *list, const uint8_t (*roots)[SIGN_PUBLIC_SIZE], size_t count,
                              size_t threshold) {
    bool enough = threshold > 0 && list_signatures(list, roots, count) >= threshold &&
                  list_signatures(list, list->roots, list->root_count) >= list->threshold;
    return enough ? RESULT_OK : RESULT_TOO_FEW_SIGNATURES;
}

void parts_begin(struct parts *parts, struct list *list) {
    list_share(list);
    while (parts->chain_count)
        list_drop(parts->chain[--parts->chain_count]);
    parts->chain[parts->chain_count++] = list;
    parts->settled = false;
}

/* Another roster of the version in force. What came before the first one here is not known, so nobody can say whether
 * enough of its roots have signed. */
static enum result take_rival(struct parts *parts, struct list *list) {
    if (parts->chain_count < 2)
        return RESULT_EXISTS;
    struct list **here = &parts->chain[parts->chain_count - 1];
    const struct list *before = parts->chain[parts->chain_count - 2];
    TRY(parts_check_roots(list, before->roots, before->root_count, before->threshold));
    if (memcmp(list->hash, (*here)->hash, HASH_SIZE) > 0)
        return RESULT_EXISTS;
    TRY(make_room(parts, list->file));
    list_share(list);
    list_drop(*here);
    *here = list;
    parts->settled = false;
    return RESULT_OK;
}

enum result parts_take_roster(struct parts *parts, struct list *list) {
    if (list->author)
        return RESULT_MALFORMED;
    const struct list *here = parts_roster(parts);
    if (memcmp(list->hash, here->hash, HASH_SIZE) == 0)
        return RESULT_REPLAYED;
    if (list->version < here->version)
        return RESULT_ROLLBACK;
    if (list->version - here->version > 1)
        return RESULT_OUT_OF_ORDER;
    if (list->version == here->version)
        return take_rival(parts, list);
    TRY(parts_check_roots(list, here->roots, here->root_count, here->threshold));
    TRY(make_room(parts, list->file));
    parts->chain[parts->chain_count++] = list_share(list);
    parts->settled = false;
    return RESULT_OK;
}

/* ---- desks ---- */

/* *signer is the author's key that has signed. When a file is read again, also one that was replaced since: the desks
 * were taken under it, and stayed. */
static enum result find_signer(const uint8_t **signer, const struct list *list, const struct member_keys *keys,
                               bool restoring) {
    enum result result = list_verify_author(list, keys->keys[keys->count - 1]);
    *signer = keys->keys[keys->count - 1];
    for (size_t i = 0; result && restoring && i + 1 < keys->count; i++)
        if (keys->ended[i] == ENDING_LEFT && !list_verify_author(list, keys->keys[i])) {
            *signer = keys->keys[i];
            result = RESULT_OK;
        }
    return result;
}

/* May the list take the place of the one that is here? */
static enum result check_place(const struct list *list, const struct signed_desks *here, const uint8_t *signer,
                               const uint8_t *key_in_force) {
    if (memcmp(list->hash, here->list->hash, HASH_SIZE) == 0 && is_same_key(signer, here->signer))
        return RESULT_REPLAYED;
    if (!is_same_key(signer, key_in_force))
        return RESULT_ROLLBACK;
    if (!is_same_key(here->signer, key_in_force))
        return RESULT_OK; /* a new key counts its versions anew */
    if (list->version < here->list->version)
        return RESULT_ROLLBACK;
    if (list->version == here->list->version && memcmp(list->hash, here->list->hash, HASH_SIZE) > 0)
        return RESULT_EXISTS;
    return RESULT_OK;
}

static void put_desks(struct parts *parts, size_t at, bool found, struct list *list, const uint8_t *signer) {
    struct signed_desks *place = &parts->desks[at];
    list_share(list);
    if (found) {
        list_drop(place->list);
    } else {
        memmove(place + 1, place, (parts->desk_count - at) * sizeof *place);
        parts->desk_count++;
    }
    place->list = list;
    memcpy(place->signer, signer, SIGN_PUBLIC_SIZE);
    parts->settled = false;
}

enum result parts_take_desks(struct parts *parts, struct list *list, bool restoring) {
    if (!list->author)
        return RESULT_MALFORMED;
    const struct member *row = parts_administration(parts, list->author);
    if (!row)
        return RESULT_UNKNOWN_MEMBER;
    struct member_keys keys;
    const uint8_t *signer;
    bool found;
    parts_keys(&keys, parts, row);
    TRY(find_signer(&signer, list, &keys, restoring));
    size_t at = parts_desks(parts, list->author, &found);
    if (found)
        TRY(check_place(list, &parts->desks[at], signer, keys.keys[keys.count - 1]));
    TRY(make_room(parts, list->file));
    put_desks(parts, at, found, list, signer);
    return RESULT_OK;
}

/* ---- renewals ---- */

/* The renewal that stands where this one would, or NULL: here, or another with its serial. */
static const struct renewal *find_serial(const struct parts *parts, size_t first, size_t count, uint32_t serial) {
    for (size_t i = first; i < first + count; i++)
        if (parts->renewals[i].renewal->serial == serial)
            return parts->renewals[i].renewal;
    return NULL;
}

/* Without an ending the signing key stays; with one it is a key that the member never had. */
static enum result check_sign_key(const struct renewal *renewal, const struct member_keys *keys) {
    const uint8_t *in_force = keys->keys[keys->count - 1];
    if (!renewal->ending)
        return is_same_key(renewal->sign_key, in_force) ? RESULT_OK : RESULT_MALFORMED;
    for (size_t i = 0; i < keys->count; i++)
        if (is_same_key(renewal->sign_key, keys->keys[i]))
            return RESULT_MALFORMED;
    return RESULT_OK;
}

/* Behind the others of the member. One that changed nothing but the encryption key has served: the key that signed it
 * has signed a later one. */
static enum result put_renewal(struct parts *parts, size_t first, size_t count, struct renewal *renewal,
                               const uint8_t *signer) {
    struct signed_renewal *last = count ? &parts->renewals[first + count - 1] : NULL;
    bool replaces = last && !last->renewal->ending;
    if (!replaces && count == MEMBER_RENEWALS_MAX)
        return RESULT_TOO_LARGE;
    TRY(make_room(parts, renewal->file));
    struct signed_renewal taken = {.renewal = renewal_share(renewal)};
    memcpy(taken.signer, signer, SIGN_PUBLIC_SIZE); /* it may be the one that goes now that holds the key */
    if (replaces) {
        renewal_drop(last->renewal);
        *last = taken;
        return RESULT_OK;
    }
    struct signed_renewal *place = &parts->renewals[first + count];
    memmove(place + 1, place, (parts->renewal_count - first - count) * sizeof *place);
    parts->renewal_count++;
    *place = taken;
    return RESULT_OK;
}

enum result parts_take_renewal(struct parts *parts, struct renewal *renewal) {
    TRY(parts_settle(parts));
    const struct roster_row *row = parts_row(parts, renewal->member);
    if (!row || row->member->ended)
        return RESULT_UNKNOWN_MEMBER;
    size_t count, first = parts_renewals(parts, renewal->member, &count);
    const struct renewal *other = find_serial(parts, first, count, renewal->serial);
    if (other)
        return memcmp(other->hash, renewal->hash, HASH_SIZE) == 0 ? RESULT_REPLAYED : RESULT_FORK;
    if (renewal->serial <= (count ? parts->renewals[first + count - 1].renewal->serial : row->member->serial))
        return RESULT_ROLLBACK;
    struct member_keys keys;
    parts_keys(&keys, parts, row->member);
    TRY(renewal_verify(renewal, keys.keys[keys.count - 1]));
    TRY(check_sign_key(renewal, &keys));
    TRY(put_renewal(parts, first, count, renewal, keys.keys[keys.count - 1]));
    bool found;
    parts_desks(parts, renewal->member, &found);
    if (found && renewal->ending)
        parts->settled = false; /* what the key before has signed may go with it */
    return RESULT_OK;
}

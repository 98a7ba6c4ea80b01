/* The rules of taking (docs/protocol.md, 8.6 and 8.7). */
#include "keys/roster_internal.h"

#include <assert.h>
#include <string.h>

#include "base/limits.h"

static bool is_same_key(const uint8_t *a, const uint8_t *b) {
    return memcmp(a, b, SIGN_PUBLIC_SIZE) == 0;
}

static bool fits(const struct parts *parts, size_t more, size_t less) {
    size_t vouched = parts->vouched_bytes + more - less;
    return vouched <= VOUCHED_BYTES_MAX && parts->chain_bytes + vouched <= ROSTER_FILE_BYTES_MAX;
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
    parts->chain_bytes = FILE_HEAD_SIZE + size_in_file(list->file);
    parts->settled = false;
}

/* Another roster of the version in force. What came before the first one here is not known, so nobody can say whether
 * enough of its roots have signed. */
static enum result admit_rival(const struct parts *parts, const struct list *list) {
    if (parts->chain_count < 2)
        return RESULT_EXISTS;
    const struct list *before = parts->chain[parts->chain_count - 2];
    TRY(parts_check_roots(list, before->roots, before->root_count, before->threshold));
    return memcmp(list->hash, parts_roster(parts)->hash, HASH_SIZE) > 0 ? RESULT_EXISTS : RESULT_OK;
}

enum result parts_admit_roster(const struct parts *parts, const struct list *list) {
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
        return admit_rival(parts, list);
    return parts_check_roots(list, here->roots, here->root_count, here->threshold);
}

/* A roster that removes somebody takes what is vouched for by them out of the file: it must not need room first. */
static enum result make_room_for_roster(struct parts *parts, struct list *list, size_t less) {
    size_t chain = parts->chain_bytes + size_in_file(list->file) - less;
    if (chain + parts->vouched_bytes > ROSTER_FILE_BYTES_MAX) {
        TRY(parts_settle(parts));
        if (chain + parts_vouched_under(parts, list) > ROSTER_FILE_BYTES_MAX)
            return RESULT_TOO_LARGE;
    }
    parts->chain_bytes = chain;
    return RESULT_OK;
}

enum result parts_put_roster(struct parts *parts, struct list *list) {
    struct list **last = &parts->chain[parts->chain_count - 1];
    bool is_rival = list->version == (*last)->version;
    TRY(make_room_for_roster(parts, list, is_rival ? size_in_file((*last)->file) : 0));
    list_share(list);
    if (is_rival) {
        list_drop(*last);
        *last = list;
    } else {
        parts->chain[parts->chain_count++] = list;
    }
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

/* What is to be known of desks before their rows are read. */
struct desks_taking {
    struct parts *parts;
    bool restoring;
    struct desks_wait *wait; /* NULL: nobody asks */
    uint8_t signer[SIGN_PUBLIC_SIZE];
};

static enum result admit_desks(const struct list *list, void *context) {
    struct desks_taking *taking = context;
    struct parts *parts = taking->parts;
    if (!list->author)
        return RESULT_MALFORMED;
    const struct member *row = parts_administration(parts, list->author);
    if (!row)
        return RESULT_UNKNOWN_MEMBER;
    struct member_keys keys;
    const uint8_t *signer;
    bool found;
    parts_keys(&keys, parts, row);
    enum result result = find_signer(&signer, list, &keys, taking->restoring);
    if (result && taking->wait) {
        taking->wait->is_on = result == RESULT_BAD_SIGNATURE;
        memcpy(taking->wait->author, list->author, MEMBER_ID_SIZE);
    }
    TRY(result);
    memcpy(taking->signer, signer, SIGN_PUBLIC_SIZE); /* what holds the key may go when room is made */
    size_t at = parts_desks(parts, list->author, &found);
    return found ? check_place(list, &parts->desks[at], signer, keys.keys[keys.count - 1]) : RESULT_OK;
}

static size_t count_rows(const struct parts *parts) {
    size_t count = 0;
    for (size_t i = 0; i < parts->desk_count; i++)
        count += parts->desks[i].list->count;
    return count;
}

static bool desks_fit(const struct parts *parts, const struct list *list) {
    bool found;
    size_t at = parts_desks(parts, list->author, &found);
    const struct list *here = found ? parts->desks[at].list : NULL;
    size_t less = here ? size_in_file(here->file) : 0, rows = count_rows(parts) - (here ? here->count : 0);
    return fits(parts, size_in_file(list->file), less) && rows + list->count <= DESKS_TOGETHER_MAX;
}

static enum result put_desks(struct parts *parts, struct list *list, const uint8_t *signer) {
    bool found;
    if (!desks_fit(parts, list))
        TRY(parts_settle(parts));
    if (!desks_fit(parts, list))
        return RESULT_TOO_LARGE;
    size_t at = parts_desks(parts, list->author, &found);
    struct signed_desks *place = &parts->desks[at];
    parts->vouched_bytes += size_in_file(list->file);
    list_share(list);
    if (found) {
        parts->vouched_bytes -= size_in_file(place->list->file);
        list_drop(place->list);
    } else {
        memmove(place + 1, place, (parts->desk_count - at) * sizeof *place);
        parts->desk_count++;
    }
    place->list = list;
    memcpy(place->signer, signer, SIGN_PUBLIC_SIZE);
    parts->settled = false;
    return RESULT_OK;
}

enum result parts_take_desks(struct parts *parts, struct span object, bool restoring, struct desks_wait *wait) {
    struct list *list;
    struct desks_taking taking = {.parts = parts, .restoring = restoring, .wait = wait};
    TRY(list_read_admitted(&list, object, admit_desks, &taking));
    enum result result = put_desks(parts, list, taking.signer);
    list_drop(list);
    return result;
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

static size_t bytes_of_renewals(const struct parts *parts, const uint8_t *member) {
    size_t size = 0, count, first = parts_renewals(parts, member, &count);
    for (size_t i = first; i < first + count; i++)
        size += size_in_file(parts->renewals[i].renewal->file);
    return size;
}

/* Bytes of the renewals of a member of the roster and of its desks, who share one budget: whoever can name many members
 * must not fill the file with them. */
static size_t bytes_together(const struct parts *parts, const struct roster_row *row) {
    bool found;
    const uint8_t *owner = row->by ? row->by : row->member->id;
    size_t size = bytes_of_renewals(parts, owner), at = parts_desks(parts, owner, &found);
    for (size_t i = 0; found && i < parts->desks[at].list->count; i++) {
        const struct roster_row *desk = parts_row(parts, parts->desks[at].list->members[i].id);
        if (desk && desk->by && memcmp(desk->by, owner, MEMBER_ID_SIZE) == 0)
            size += bytes_of_renewals(parts, desk->member->id);
    }
    return size;
}

/* Behind the others of the member. One that changed nothing but the encryption key has served: the key that signed it
 * has signed a later one. */
static enum result put_renewal(struct parts *parts, const struct roster_row *row, struct renewal *renewal,
                               const uint8_t *signer) {
    size_t count, first = parts_renewals(parts, row->member->id, &count);
    struct signed_renewal *last = count ? &parts->renewals[first + count - 1] : NULL;
    bool replaces = last && !last->renewal->ending;
    size_t more = size_in_file(renewal->file), less = replaces ? size_in_file(last->renewal->file) : 0;
    if ((!replaces && count == MEMBER_RENEWALS_MAX) || !fits(parts, more, less) ||
        bytes_together(parts, row) + more - less > RENEWALS_BYTES_MAX)
        return RESULT_TOO_LARGE;
    struct signed_renewal taken = {.renewal = renewal_share(renewal)};
    memcpy(taken.signer, signer, SIGN_PUBLIC_SIZE); /* it may be the one that goes now that holds the key */
    parts->vouched_bytes += more - less;
    if (replaces) {
        renewal_drop(last->renewal);
        *last = taken;
        return RESULT_OK;
    }
    size_t at = first + count;
    assert(parts->renewals); /* with room for one more */
    for (size_t i = parts->renewal_count++; i > at; i--)
        parts->renewals[i] = parts->renewals[i - 1];
    parts->renewals[at] = taken;
    return RESULT_OK;
}

/* The row of a desk that ended is that of its first keys, so what it renewed before is still to be told who hears of it
 * late; not if it lost its keys: who found them must not go on with them. */
static bool may_renew(const struct roster_row *row, bool restoring) {
    if (!row)
        return false;
    const struct ending *ended = row->member->ended;
    return !ended || (restoring && (row->by || ended->cause != ENDING_REVOKED)) ||
           (row->by && ended->cause == ENDING_LEFT);
}

enum result parts_take_renewal(struct parts *parts, struct renewal *renewal, bool restoring) {
    TRY(parts_settle(parts));
    const struct roster_row *row = parts_row(parts, renewal->member);
    if (!may_renew(row, restoring))
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
    TRY(put_renewal(parts, row, renewal, keys.keys[keys.count - 1]));
    bool found;
    parts_desks(parts, renewal->member, &found);
    if (found && renewal->ending)
        parts->settled = false; /* what the key before has signed may go with it */
    return RESULT_OK;
}

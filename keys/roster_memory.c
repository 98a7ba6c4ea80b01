/* What a node remembers apart from its roster file, so that an older copy of that is noticed.
 *
 * `u8(form) || u32(version) || hash` of the roster in force, then, for each member with renewals or desks, ascending:
 * `id || u32(serial) || signing key` of its row as it stands in its list, `u32(serial)` in force, and `u32(version) ||
 * hash || key that signed` of its desks, zeros if it has none.
 */
#include "keys/roster_internal.h"

#include <assert.h>
#include <string.h>

enum {
    FORM = 1,
    HEAD_SIZE = 1 + 4 + HASH_SIZE,
    ROW_SIZE = MEMBER_ID_SIZE + 4 + SIGN_PUBLIC_SIZE + 4 + 4 + HASH_SIZE + SIGN_PUBLIC_SIZE,
};

struct memory_row {
    const uint8_t *id;
    uint32_t row_serial;
    const uint8_t *row_key;
    uint32_t serial;
    uint32_t desks_version; /* 0: none */
    const uint8_t *desks_hash;
    const uint8_t *desks_signer;
};

struct memory {
    uint32_t version;
    const uint8_t *hash;
    struct span rows;
    size_t count;
};

/* The list that holds the member's row. */
static const struct list *list_of(const struct roster *roster, const struct member *member) {
    return member->by ? roster_desks(roster, member->by) : roster->chain[roster->chain_count - 1];
}

static const uint8_t *signer_of(const struct roster *roster, const struct list *desks) {
    for (size_t i = 0; i < roster->desk_count; i++)
        if (roster->desks[i] == desks)
            return roster->desk_signers[i];
    return NULL;
}

/* ---- writing ---- */

static void put_row(struct buf *out, const struct roster *roster, const struct member *member) {
    static const uint8_t none[HASH_SIZE];
    _Static_assert((int)HASH_SIZE == (int)SIGN_PUBLIC_SIZE, "zeros of one size stand for both");
    const struct list *desks = roster_desks(roster, member->id);
    const struct member *row = list_find(list_of(roster, member), member->id);
    if (!desks && row->serial == member->serial)
        return;
    buf_put(out, member->id, MEMBER_ID_SIZE);
    buf_put_u32(out, row->serial);
    buf_put(out, row->sign_key, SIGN_PUBLIC_SIZE);
    buf_put_u32(out, member->serial);
    buf_put_u32(out, desks ? desks->version : 0);
    buf_put(out, desks ? desks->hash : none, HASH_SIZE);
    buf_put(out, desks ? signer_of(roster, desks) : none, SIGN_PUBLIC_SIZE);
}

enum result roster_memory(struct buf *out, const struct roster *roster) {
    buf_put_u8(out, FORM);
    buf_put_u32(out, roster->version);
    buf_put(out, roster->hash, HASH_SIZE);
    for (size_t i = 0; i < roster->count; i++)
        put_row(out, roster, &roster->members[i]);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* ---- reading ---- */

static const uint8_t *take(struct span *rest, size_t size) {
    const uint8_t *at = rest->data;
    *rest = span_of(rest->data + size, rest->len - size);
    return at;
}

static enum result read_memory(struct memory *memory, struct span bytes) {
    uint8_t form;
    struct span rest = bytes;
    if (!span_u8(&rest, &form) || form != FORM || bytes.len < HEAD_SIZE || (bytes.len - HEAD_SIZE) % ROW_SIZE ||
        !span_u32(&rest, &memory->version))
        return RESULT_MALFORMED;
    memory->hash = take(&rest, HASH_SIZE);
    memory->rows = rest;
    memory->count = rest.len / ROW_SIZE;
    return RESULT_OK;
}

static struct memory_row row_at(const struct memory *memory, size_t at) {
    struct memory_row row = {0};
    struct span rest = span_of(memory->rows.data + at * ROW_SIZE, ROW_SIZE);
    row.id = take(&rest, MEMBER_ID_SIZE);
    bool whole = span_u32(&rest, &row.row_serial);
    row.row_key = take(&rest, SIGN_PUBLIC_SIZE);
    whole = whole && span_u32(&rest, &row.serial) && span_u32(&rest, &row.desks_version);
    row.desks_hash = take(&rest, HASH_SIZE);
    row.desks_signer = take(&rest, SIGN_PUBLIC_SIZE);
    assert(whole);
    return row;
}

static bool find_row(struct memory_row *row, const struct memory *memory, const uint8_t *id) {
    size_t low = 0, high = memory->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(memory->rows.data + middle * ROW_SIZE, id, MEMBER_ID_SIZE);
        if (order == 0) {
            *row = row_at(memory, middle);
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

/* ---- comparing ---- */

/* Does the chain lead through the remembered roster, or through a rival that is gone by in its place? */
static bool roster_follows(const struct roster *roster, const struct memory *memory) {
    for (size_t i = 0; i < roster->chain_count; i++)
        if (roster->chain[i]->version == memory->version)
            return memcmp(roster->chain[i]->hash, memory->hash, HASH_SIZE) <= 0;
    return false;
}

static bool is_list_changed(const struct roster *roster, const struct memory *memory, const struct member *member) {
    struct memory_row author;
    if (!member->by)
        return memcmp(roster->hash, memory->hash, HASH_SIZE) != 0;
    const struct list *desks = roster_desks(roster, member->by);
    return !find_row(&author, memory, member->by) || memcmp(author.desks_hash, desks->hash, HASH_SIZE) != 0;
}

/* A newer list with another row may give a member any keys; else keys only go on. */
static bool keys_are_older(const struct roster *roster, const struct memory *memory, const struct member *member,
                           const struct memory_row *before) {
    const struct member *row = list_find(list_of(roster, member), member->id);
    bool is_same = row->serial == before->row_serial && memcmp(row->sign_key, before->row_key, SIGN_PUBLIC_SIZE) == 0;
    return member->serial < before->serial && (is_same || !is_list_changed(roster, memory, member));
}

/* 0 for the key in force, then the former ones, newest first; behind them all if it is none of them. */
static size_t age_of(const struct member *member, const uint8_t *sign_key) {
    if (memcmp(member->sign_key, sign_key, SIGN_PUBLIC_SIZE) == 0)
        return 0;
    for (size_t i = 0; i < member->former_count; i++)
        if (memcmp(member->former[i].sign_key, sign_key, SIGN_PUBLIC_SIZE) == 0)
            return i + 1;
    return SIZE_MAX;
}

/* Under a later key desks count their versions anew, and they may be gone with the key that signed them; what the key
 * in force has signed stays. */
static bool desks_are_older(const struct roster *roster, const struct member *author, const struct memory_row *before) {
    const struct list *desks = roster_desks(roster, author->id);
    if (before->desks_version == 0 || !member_is_administration(author))
        return false;
    const uint8_t *signer = desks ? signer_of(roster, desks) : NULL;
    if (!signer || memcmp(signer, before->desks_signer, SIGN_PUBLIC_SIZE) != 0)
        return age_of(author, before->desks_signer) == 0 ||
               (signer && age_of(author, signer) > age_of(author, before->desks_signer));
    if (desks->version == before->desks_version)
        return memcmp(desks->hash, before->desks_hash, HASH_SIZE) > 0;
    return desks->version < before->desks_version;
}

enum result roster_compare(const struct roster *roster, struct span memory) {
    struct memory before;
    TRY(read_memory(&before, memory));
    if (roster->version < before.version || !roster_follows(roster, &before))
        return RESULT_ROLLBACK;
    for (size_t i = 0; i < before.count; i++) {
        struct memory_row row = row_at(&before, i);
        const struct member *member = roster_find(roster, row.id); /* who ended has no keys that could be older */
        if (member && (keys_are_older(roster, &before, member, &row) || desks_are_older(roster, member, &row)))
            return RESULT_ROLLBACK;
    }
    return RESULT_OK;
}

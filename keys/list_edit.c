#include "keys/list.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "keys/member_rows.h"

enum { SUITE = 1 };

/* The members of the list to be. */
struct draft {
    const struct list_edit *edit;
    struct member *members;
    size_t count;
};

static struct member *find(const struct draft *draft, const uint8_t id[static MEMBER_ID_SIZE]) {
    for (size_t i = 0; i < draft->count; i++)
        if (memcmp(draft->members[i].id, id, MEMBER_ID_SIZE) == 0)
            return &draft->members[i];
    return NULL;
}

/* ---- what the new row may not be ---- */

static bool is_root(const struct list *base, const uint8_t *sign_key) {
    for (size_t i = 0; base && i < base->root_count; i++)
        if (memcmp(base->roots[i], sign_key, SIGN_PUBLIC_SIZE) == 0)
            return true;
    return false;
}

static bool has_root(const struct list *base, const struct member *member) {
    for (size_t i = 0; i < member->former_count; i++)
        if (is_root(base, member->former[i].sign_key))
            return true;
    return is_root(base, member->sign_key);
}

static bool is_desks(const struct list_edit *edit) {
    return edit->base ? edit->base->author : edit->author;
}

static bool are_both_administration(const struct draft *draft, const struct member *a, const struct member *b) {
    return !is_desks(draft->edit) && member_is_administration(a) && member_is_administration(b) &&
           strcmp(a->country, b->country) == 0;
}

/* The rows of `base` were checked when it was read: only the new one is, alone and against each of them. */
static enum result check_new(const struct draft *draft, struct arena *arena, const struct member *member) {
    const Member *row = member_row(arena, member);
    if (!row)
        return RESULT_NO_MEMORY;
    TRY(member_check_row(row));
    if (is_desks(draft->edit))
        TRY(member_check_desk(row, arena));
    if (has_root(draft->edit->base, member))
        return RESULT_CONFLICT;
    for (size_t i = 0; i < draft->count; i++) {
        const struct member *other = &draft->members[i];
        if (other != member && (member_clash(member, other) || are_both_administration(draft, member, other)))
            return RESULT_CONFLICT;
    }
    return RESULT_OK;
}

/* ---- the changes ---- */

static enum result add(struct draft *draft, struct arena *arena) {
    const struct member *member = draft->edit->member;
    if (find(draft, member->id))
        return RESULT_EXISTS;
    if (draft->count == (is_desks(draft->edit) ? DESKS_MAX : ROSTER_MEMBERS_MAX))
        return RESULT_TOO_LARGE;
    struct member *place = &draft->members[draft->count++];
    *place = *member;
    return check_new(draft, arena, place);
}

/* The member that is to change, with what its renewals did since its row was signed. The row of a desk stays: its proof
 * is by its first key, and its renewals go on to say what came behind that. */
static const struct member *known_before(const struct draft *draft, const struct member *row) {
    const struct member *before = draft->edit->before;
    assert(!before || memcmp(before->id, row->id, MEMBER_ID_SIZE) == 0);
    return before && !is_desks(draft->edit) ? before : row;
}

/* The keys before stay with the member: what they signed is still its word, as far as their endings say. */
static enum result keep_former(struct member *next, struct arena *arena, const struct member *before,
                               const struct ending *ending) {
    next->former = before->former;
    next->former_count = before->former_count < FORMER_KEYS_MAX ? before->former_count : FORMER_KEYS_MAX;
    if (memcmp(next->sign_key, before->sign_key, SIGN_PUBLIC_SIZE) == 0)
        return RESULT_OK;
    assert(ending);
    size_t kept = before->former_count < FORMER_KEYS_MAX ? before->former_count : FORMER_KEYS_MAX - 1;
    struct former_key *former = arena_array(arena, kept + 1, sizeof *former);
    if (!former)
        return RESULT_NO_MEMORY;
    former[0] = (struct former_key){.sign_key = before->sign_key, .ending = *ending};
    if (kept)
        memcpy(former + 1, before->former, kept * sizeof *former);
    next->former = former;
    next->former_count = kept + 1;
    return RESULT_OK;
}

static enum result replace(struct draft *draft, struct arena *arena) {
    if (is_desks(draft->edit))
        return RESULT_INVALID;
    struct member next = *draft->edit->member;
    struct member *place = find(draft, next.id);
    if (!place || place->ended)
        return RESULT_NOT_FOUND;
    const struct member *before = known_before(draft, place);
    if (next.serial <= before->serial)
        return RESULT_ROLLBACK;
    TRY(keep_former(&next, arena, before, draft->edit->ending));
    next.ended = NULL;
    *place = next;
    return check_new(draft, arena, place);
}

static enum result end(struct draft *draft, struct arena *arena) {
    struct member *place = find(draft, draft->edit->member->id);
    if (!place)
        return RESULT_NOT_FOUND;
    if (place->ended)
        return RESULT_EXISTS;
    assert(draft->edit->ending);
    place->ended = draft->edit->ending;
    const struct member row = *place, *before = known_before(draft, &row);
    place->sign_key = before->sign_key;
    place->encryption_key = before->encryption_key;
    place->serial = before->serial;
    TRY(keep_former(place, arena, before, NULL));
    enum result result = check_new(draft, arena, place);
    if (result != RESULT_CONFLICT)
        return result;
    *place = row; /* whoever gave itself a key of another must not stay in by that */
    return check_new(draft, arena, place);
}

static enum result change(struct draft *draft, struct arena *arena) {
    switch (draft->edit->change) {
    case LIST_ADD:
        return add(draft, arena);
    case LIST_REPLACE:
        return replace(draft, arena);
    case LIST_END:
        return end(draft, arena);
    case LIST_RENEW:
    case LIST_ROOTS:
        break;
    }
    return RESULT_OK;
}

/* ---- writing ---- */

static int compare_rows(const void *a, const void *b) {
    return memcmp((*(Member *const *)a)->id.data, (*(Member *const *)b)->id.data, MEMBER_ID_SIZE);
}

static enum result write_rows(Roster *words, struct arena *arena, const struct draft *draft) {
    Member **rows = arena_array(arena, draft->count, sizeof *rows);
    if (!rows)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < draft->count; i++)
        if (!(rows[i] = member_row(arena, &draft->members[i])))
            return RESULT_NO_MEMORY;
    if (draft->count)
        qsort(rows, draft->count, sizeof *rows, compare_rows);
    words->members = rows;
    words->n_members = draft->count;
    return RESULT_OK;
}

static enum result write_roots(Roster *words, struct arena *arena, const uint8_t (*keys)[SIGN_PUBLIC_SIZE],
                               size_t count, size_t threshold) {
    if (count > ROSTER_ROOTS_MAX)
        return RESULT_TOO_LARGE;
    ProtobufCBinaryData *roots = arena_array(arena, count, sizeof *roots);
    if (!roots)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++)
        roots[i] = proto_bytes(keys[i], SIGN_PUBLIC_SIZE);
    words->roots = roots;
    words->n_roots = count;
    words->threshold = threshold > count ? UINT32_MAX : (uint32_t)threshold; /* too high stays too high */
    return RESULT_OK;
}

static enum result write_head(Roster *words, struct arena *arena, const struct list_edit *edit) {
    const struct list *base = edit->base;
    const uint8_t *author = base ? base->author : edit->author;
    bool has_base_roots = base && edit->change != LIST_ROOTS;
    if (!edit->version && base && base->version == UINT32_MAX)
        return RESULT_INVALID;
    words->suite = SUITE;
    words->version = edit->version ? edit->version : base ? base->version + 1 : 1;
    words->created = edit->created;
    words->expires = edit->expires;
    words->has_grace_days = edit->grace_days != 0;
    words->grace_days = edit->grace_days;
    words->has_author = author != NULL;
    words->author = proto_bytes(author, author ? MEMBER_ID_SIZE : 0);
    return has_base_roots ? write_roots(words, arena, base->roots, base->root_count, base->threshold)
                          : write_roots(words, arena, edit->roots, edit->root_count, edit->threshold);
}

/* The rows and roots of `base` were checked when it was read. Where there are others, the whole is read like anybody's
 * list before it is handed out; else its form alone, as it may have grown too large. */
static enum result check_whole(const struct list_edit *edit, struct arena *arena, const SignedRoster *outer,
                               struct span file) {
    struct list *list;
    Roster *words;
    if (file.len > (is_desks(edit) ? DESKS_BYTES_MAX : ROSTER_BYTES_MAX))
        return RESULT_TOO_LARGE;
    if (edit->grace_days > GRACE_DAYS_MAX)
        return RESULT_MALFORMED;
    if (edit->base && edit->change != LIST_ROOTS)
        return proto_decode_canonical(arena, &roster__descriptor, proto_span(outer->roster), &words);
    TRY(list_read(&list, file));
    list_drop(list);
    return RESULT_OK;
}

enum result list_edit(struct buf *out, struct arena *arena, const struct list_edit *edit) {
    size_t count = edit->base ? edit->base->count : 0;
    struct draft draft = {.edit = edit, .count = count};
    draft.members = arena_array(arena, count + 1, sizeof *draft.members);
    if (!draft.members)
        return RESULT_NO_MEMORY;
    if (count)
        memcpy(draft.members, edit->base->members, count * sizeof *draft.members);
    TRY(change(&draft, arena));

    Roster words = ROSTER__INIT;
    SignedRoster outer = SIGNED_ROSTER__INIT;
    struct buf inner, file;
    buf_init(&inner, arena);
    buf_init(&file, arena);
    TRY(write_head(&words, arena, edit));
    TRY(write_rows(&words, arena, &draft));
    proto_encode(&inner, &words);
    outer.roster = proto_bytes(inner.data, inner.len);
    proto_encode(&file, &outer);
    if (inner.failed || file.failed)
        return RESULT_NO_MEMORY;
    TRY(check_whole(edit, arena, &outer, buf_span(&file)));
    buf_put_span(out, buf_span(&file));
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

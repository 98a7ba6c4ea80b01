/* Which rows count when two lists claim the same (docs/protocol.md, 8.8). */
#include "keys/roster_internal.h"

#include <stdlib.h>
#include <string.h>

enum claim_kind { CLAIM_ID, CLAIM_NAME, CLAIM_SIGN, CLAIM_EXCHANGE };

/* What a row says is its own. Equal claims have one number, and a number has one owner. */
struct claim {
    struct span what;
    enum claim_kind kind;
    size_t number;
};

struct candidate {
    struct roster_row row;
    struct claim *claims;
    size_t claim_count;
};

struct merge {
    struct candidate *candidates; /* the roster's, then those of the desks ascending by author */
    size_t count;
    struct claim *claims;
    size_t claim_count;
    bool *owned; /* by number */
};

/* May an administration have this desk at all? */
static bool may_be_desk(const struct member *administration, const struct member *row) {
    const char *country = administration->country;
    const char prefix[] = {(char)(country[0] - 'A' + 'a'), (char)(country[1] - 'A' + 'a'), '-', '\0'};
    return strcmp(row->country, country) == 0 && strcmp(row->role, "CUSTOMS") != 0 &&
           strcmp(row->role, "SECRETARIAT") != 0 && strncmp(row->name, prefix, 3) == 0;
}

static size_t claims_of(const struct list *list) {
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += 5 + list->members[i].former_count; /* id, name, three keys */
    return count;
}

static enum result merge_init(struct merge *merge, struct parts *parts) {
    size_t rows = parts_roster(parts)->count, claims = claims_of(parts_roster(parts));
    for (size_t i = 0; i < parts->desk_count; i++) {
        rows += parts->desks[i].list->count;
        claims += claims_of(parts->desks[i].list);
    }
    *merge = (struct merge){0};
    merge->candidates = arena_array(&parts->scratch, rows, sizeof *merge->candidates);
    merge->claims = arena_array(&parts->scratch, claims, sizeof *merge->claims);
    merge->owned = arena_array(&parts->scratch, claims, sizeof *merge->owned);
    parts->rows = arena_array(&parts->scratch, rows, sizeof *parts->rows);
    parts->row_count = parts->ignored = 0;
    return merge->candidates && merge->claims && merge->owned && parts->rows ? RESULT_OK : RESULT_NO_MEMORY;
}

static void claim(struct merge *merge, enum claim_kind kind, const void *what, size_t len) {
    merge->claims[merge->claim_count++] = (struct claim){.what = span_of(what, len), .kind = kind};
}

static void add_candidate(struct merge *merge, const struct member *member, const uint8_t *by) {
    struct candidate *candidate = &merge->candidates[merge->count++];
    size_t before = merge->claim_count;
    *candidate = (struct candidate){.row = {member, by}, .claims = merge->claims + before};
    claim(merge, CLAIM_ID, member->id, MEMBER_ID_SIZE);
    claim(merge, CLAIM_NAME, member->name, strlen(member->name));
    claim(merge, CLAIM_SIGN, member->sign_key, SIGN_PUBLIC_SIZE);
    for (size_t i = 0; i < member->former_count; i++)
        claim(merge, CLAIM_SIGN, member->former[i].sign_key, SIGN_PUBLIC_SIZE);
    claim(merge, CLAIM_EXCHANGE, member->encryption_key, EXCHANGE_KEY_SIZE);
    claim(merge, CLAIM_EXCHANGE, member->session_key, EXCHANGE_KEY_SIZE);
    candidate->claim_count = merge->claim_count - before;
}

static int compare_claims(const void *a, const void *b) {
    const struct claim *left = *(struct claim *const *)a, *right = *(struct claim *const *)b;
    if (left->kind != right->kind)
        return left->kind < right->kind ? -1 : 1;
    if (left->what.len != right->what.len)
        return left->what.len < right->what.len ? -1 : 1;
    return memcmp(left->what.data, right->what.data, left->what.len);
}

/* Sorted and not hashed: whoever chooses the keys in a list must not choose what comparing them costs. */
static enum result number_claims(struct merge *merge, struct arena *scratch) {
    struct claim **sorted = arena_array(scratch, merge->claim_count, sizeof *sorted);
    if (!sorted)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < merge->claim_count; i++)
        sorted[i] = &merge->claims[i];
    if (merge->claim_count)
        qsort(sorted, merge->claim_count, sizeof(struct claim *), compare_claims);
    for (size_t i = 1; i < merge->claim_count; i++)
        sorted[i]->number = sorted[i - 1]->number + (compare_claims(&sorted[i - 1], &sorted[i]) != 0);
    return RESULT_OK;
}

/* False if a row before owns any of it. */
static bool own(struct merge *merge, const struct candidate *candidate) {
    for (size_t i = 0; i < candidate->claim_count; i++)
        if (merge->owned[candidate->claims[i].number])
            return false;
    for (size_t i = 0; i < candidate->claim_count; i++)
        merge->owned[candidate->claims[i].number] = true;
    return true;
}

static int compare_rows(const void *a, const void *b) {
    return memcmp(((const struct roster_row *)a)->member->id, ((const struct roster_row *)b)->member->id,
                  MEMBER_ID_SIZE);
}

static void add_candidates(struct merge *merge, struct parts *parts) {
    const struct list *roster = parts_roster(parts);
    for (size_t i = 0; i < roster->count; i++)
        add_candidate(merge, &roster->members[i], NULL);
    for (size_t i = 0; i < parts->desk_count; i++) {
        const struct list *desks = parts->desks[i].list;
        const struct member *administration = parts_administration(parts, desks->author);
        for (size_t k = 0; k < desks->count; k++)
            if (may_be_desk(administration, &desks->members[k]))
                add_candidate(merge, &desks->members[k], desks->author);
            else
                parts->ignored++;
    }
}

enum result parts_merge_rows(struct parts *parts) {
    struct merge merge;
    TRY(merge_init(&merge, parts));
    add_candidates(&merge, parts);
    TRY(number_claims(&merge, &parts->scratch));
    for (size_t i = 0; i < merge.count; i++)
        if (own(&merge, &merge.candidates[i]))
            parts->rows[parts->row_count++] = merge.candidates[i].row;
        else
            parts->ignored++;
    if (parts->row_count)
        qsort(parts->rows, parts->row_count, sizeof *parts->rows, compare_rows);
    return RESULT_OK;
}

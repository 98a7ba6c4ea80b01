/* What two nodes tell each other so that both go by the same (docs/protocol.md, 8.8). */
#include "keys/roster_internal.h"

#include <stdlib.h>
#include <string.h>

#include "base/proto.h"

enum { KNOWN_ROW_SIZE = MEMBER_ID_SIZE + 4 + 4 };

static ProtobufCBinaryData words_of(struct span file) {
    return proto_bytes(file.data, file.len);
}

/* ---- known ---- */

enum result roster_known(struct buf *out, const struct roster *roster) {
    struct buf rows;
    buf_init(&rows, out->arena);
    for (size_t i = 0; i < roster->count; i++) {
        const struct member *member = &roster->members[i];
        const struct list *desks = roster_desks(roster, member->id);
        if (member->serial == 1 && !desks)
            continue;
        buf_put(&rows, member->id, MEMBER_ID_SIZE);
        buf_put_u32(&rows, member->serial);
        buf_put_u32(&rows, desks ? desks->version : 0);
    }
    Known words = KNOWN__INIT;
    words.version = roster->version;
    words.hash = proto_bytes(roster->hash, HASH_SIZE);
    words.rows = proto_bytes(rows.data, rows.len);
    if (rows.failed)
        return RESULT_NO_MEMORY;
    proto_encode(out, &words);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* What the other one knows. */
struct theirs {
    uint32_t version;
    const uint8_t *hash;
    const uint8_t (*rows)[KNOWN_ROW_SIZE]; /* ascending */
    size_t count;
};

static int compare_rows(const void *a, const void *b) {
    return memcmp(a, b, MEMBER_ID_SIZE);
}

static enum result read_known(struct theirs *theirs, struct arena *arena, struct span known) {
    Known *words;
    TRY(proto_decode(arena, &known__descriptor, known, &words));
    if (words->hash.len != HASH_SIZE || words->rows.len % KNOWN_ROW_SIZE)
        return RESULT_MALFORMED;
    *theirs = (struct theirs){.version = words->version, .hash = words->hash.data};
    theirs->rows = (const uint8_t(*)[KNOWN_ROW_SIZE])words->rows.data;
    theirs->count = words->rows.len / KNOWN_ROW_SIZE;
    if (theirs->count)
        qsort(words->rows.data, theirs->count, KNOWN_ROW_SIZE, compare_rows); /* nobody says that it is sorted */
    return RESULT_OK;
}

static void find_theirs(const struct theirs *theirs, const uint8_t *id, uint32_t *serial, uint32_t *desks) {
    const uint8_t *row = theirs->count ? bsearch(id, theirs->rows, theirs->count, KNOWN_ROW_SIZE, compare_rows) : NULL;
    struct span rest = row ? span_of(row + MEMBER_ID_SIZE, 8) : (struct span){0};
    if (!span_u32(&rest, serial) || !span_u32(&rest, desks)) {
        *serial = 1;
        *desks = 0;
    }
}

/* ---- missing ---- */

struct answer {
    Trust trust;
    size_t bytes;
    size_t bytes_max;
    bool is_full; /* nothing may follow what did not fit: it could not be taken */
    bool *told;   /* per renewal */
};

static void tell(struct answer *answer, ProtobufCBinaryData *place, size_t *count, struct span file) {
    answer->is_full |= answer->bytes && answer->bytes + file.len > answer->bytes_max;
    if (answer->is_full)
        return;
    answer->bytes += file.len;
    place[(*count)++] = words_of(file);
}

static void tell_renewal(struct answer *answer, const struct roster *roster, size_t at, const struct theirs *theirs) {
    const struct renewal *renewal = roster->renewals[at];
    uint32_t serial, desks;
    find_theirs(theirs, renewal->member, &serial, &desks);
    if (answer->told[at] || renewal->serial <= serial)
        return;
    answer->told[at] = true;
    tell(answer, answer->trust.renewals, &answer->trust.n_renewals, renewal->file);
}

/* The author's renewals come along: without them the desks may not be taken. */
static void tell_desks(struct answer *answer, const struct roster *roster, const struct list *list,
                       const struct theirs *theirs) {
    const struct member *author = roster_find(roster, list->author);
    uint32_t serial, version;
    find_theirs(theirs, list->author, &serial, &version);
    if (list->version <= version && (!author || author->serial <= serial))
        return;
    for (size_t i = 0; i < roster->renewal_count; i++)
        if (memcmp(roster->renewals[i]->member, list->author, MEMBER_ID_SIZE) == 0)
            tell_renewal(answer, roster, i, theirs);
    tell(answer, answer->trust.desks, &answer->trust.n_desks, list->file);
}

static void tell_all(struct answer *answer, const struct roster *roster, const struct theirs *theirs) {
    for (size_t i = 0; i < roster->chain_count; i++) {
        const struct list *list = roster->chain[i];
        bool is_rival = list->version == theirs->version && memcmp(list->hash, theirs->hash, HASH_SIZE) != 0;
        if (list->version > theirs->version || is_rival)
            tell(answer, answer->trust.rosters, &answer->trust.n_rosters, list->file);
    }
    for (size_t i = 0; i < roster->desk_count; i++)
        tell_desks(answer, roster, roster->desks[i], theirs);
    for (size_t i = 0; i < roster->renewal_count; i++)
        tell_renewal(answer, roster, i, theirs);
}

enum result roster_missing(struct buf *out, const struct roster *roster, struct span known, size_t bytes_max) {
    struct theirs theirs;
    struct answer answer = {.bytes_max = bytes_max};
    TRY(read_known(&theirs, out->arena, known));
    TRY(trust_words_init(&answer.trust, out->arena, roster->chain_count, roster->desk_count, roster->renewal_count));
    answer.told = arena_array(out->arena, roster->renewal_count, sizeof *answer.told);
    if (!answer.told)
        return RESULT_NO_MEMORY;
    tell_all(&answer, roster, &theirs);
    if (answer.bytes)
        proto_encode(out, &answer.trust);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* ---- difference ---- */

/* What stayed is shared, so it is the same object. */
static bool has_roster(const struct roster *roster, const struct list *list) {
    for (size_t i = roster->chain_count; i-- > 0;)
        if (roster->chain[i] == list || memcmp(roster->chain[i]->hash, list->hash, HASH_SIZE) == 0)
            return true;
    return false;
}

static bool has_desks(const struct roster *roster, const struct list *list) {
    const struct list *here = roster_desks(roster, list->author);
    return here && (here == list || span_equal(here->file, list->file));
}

static int compare_renewals(const void *key, const void *row) {
    const struct renewal *a = key, *b = *(struct renewal *const *)row;
    int order = memcmp(a->member, b->member, MEMBER_ID_SIZE);
    return order ? order : (a->serial > b->serial) - (a->serial < b->serial);
}

static bool has_renewal(const struct roster *roster, const struct renewal *renewal) {
    struct renewal *const *here = roster->renewal_count ? bsearch(renewal, roster->renewals, roster->renewal_count,
                                                                  sizeof(struct renewal *), compare_renewals)
                                                        : NULL;
    return here && memcmp((*here)->hash, renewal->hash, HASH_SIZE) == 0;
}

enum result roster_difference(struct buf *out, const struct roster *before, const struct roster *now) {
    Trust trust;
    TRY(trust_words_init(&trust, out->arena, now->chain_count, now->desk_count, now->renewal_count));
    for (size_t i = 0; i < now->chain_count; i++)
        if (!has_roster(before, now->chain[i]))
            trust.rosters[trust.n_rosters++] = words_of(now->chain[i]->file);
    for (size_t i = 0; i < now->desk_count; i++)
        if (!has_desks(before, now->desks[i]))
            trust.desks[trust.n_desks++] = words_of(now->desks[i]->file);
    for (size_t i = 0; i < now->renewal_count; i++)
        if (!has_renewal(before, now->renewals[i]))
            trust.renewals[trust.n_renewals++] = words_of(now->renewals[i]->file);
    if (trust.n_rosters || trust.n_desks || trust.n_renewals)
        proto_encode(out, &trust);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* The roster file (docs/protocol.md, 8.10), and where belief begins in it. */
#include "keys/roster_internal.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"

enum { SUITE = 1 };

static const char magic[] = "INAMALST";

/* ---- reading ---- */

enum result roster_file_trust(struct span *trust, struct span file) {
    struct span rest = file;
    uint8_t suite;
    if (file.len > ROSTER_FILE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    if (!span_skip(&rest, span_of_text(magic)))
        return RESULT_MALFORMED;
    if (!span_u8(&rest, &suite))
        return RESULT_TRUNCATED;
    if (suite != SUITE)
        return RESULT_UNKNOWN_SUITE;
    *trust = rest;
    return RESULT_OK;
}

enum result trust_words_decode(struct arena *arena, struct span bytes, Trust **out) {
    if (bytes.len > ROSTER_FILE_BYTES_MAX)
        return RESULT_TOO_LARGE;
    return proto_decode_canonical(arena, &trust__descriptor, bytes, out);
}

static bool may_begin(const struct parts *parts, const struct list *list, const struct roster_anchor *anchor) {
    if (parts->chain_count && list->version <= parts_roster(parts)->version)
        return false;
    return !list->author && !parts_check_roots(list, anchor->roots, anchor->count, anchor->threshold);
}

/* A roster of the file, and what is to become of it before its rows are read. */
struct opening {
    struct parts *parts;
    const struct roster_anchor *anchor;
    enum result refused; /* why it is not gone by; OK: it is */
    bool is_begin;
};

static enum result admit(const struct list *list, void *context) {
    struct opening *opening = context;
    opening->refused =
        opening->parts->chain_count ? parts_admit_roster(opening->parts, list) : RESULT_TOO_FEW_SIGNATURES;
    opening->is_begin = opening->refused && may_begin(opening->parts, list, opening->anchor);
    if (opening->is_begin)
        opening->refused = RESULT_OK;
    return opening->refused;
}

static enum result put(const struct opening *opening, struct list *list) {
    if (!opening->is_begin)
        return parts_put_roster(opening->parts, list);
    parts_begin(opening->parts, list);
    return RESULT_OK;
}

/* Older rosters stay in the chain, for those who lag behind, if they lead here without a gap: a roster is taken by the
 * rules where that can be, and belief begins anew where it cannot and the anchor has signed. *refused is what has been
 * refused since, that is, what belief rests on. */
static enum result open_roster(struct parts *parts, struct span object, const struct roster_anchor *anchor,
                               enum result *refused) {
    struct list *list;
    struct opening opening = {.parts = parts, .anchor = anchor};
    enum result result = list_read_admitted(&list, object, admit, &opening);
    if (opening.refused) {
        if (opening.refused != RESULT_REPLAYED && opening.refused != RESULT_ROLLBACK && !*refused)
            *refused = opening.refused;
        return RESULT_OK;
    }
    TRY(result);
    result = put(&opening, list);
    if (*refused && !parts_check_roots(list, anchor->roots, anchor->count, anchor->threshold))
        *refused = RESULT_OK;
    list_drop(list);
    return result;
}

static enum result open_chain(struct parts *parts, const Trust *trust, const struct roster_anchor *anchor) {
    enum result refused = RESULT_OK;
    for (size_t i = 0; i < trust->n_rosters; i++)
        TRY(open_roster(parts, proto_span(trust->rosters[i]), anchor, &refused));
    return parts->chain_count ? refused : RESULT_TOO_FEW_SIGNATURES;
}

static enum result open_chain_unsigned(struct parts *parts, const Trust *trust) {
    for (size_t i = 0; i < trust->n_rosters; i++) {
        struct list *list;
        TRY(list_read(&list, proto_span(trust->rosters[i])));
        parts->chain[parts->chain_count++] = list;
        if (list->author)
            return RESULT_MALFORMED;
    }
    return parts->chain_count ? RESULT_OK : RESULT_NOT_FOUND;
}

static enum result open_rest(struct parts *parts, const Trust *trust) {
    struct roster_news news = {0};
    TRY(parts_restore_rest(parts, trust, &news));
    return news.refused;
}

/* In the place of their author's, as if the key in force had signed them. One of the trust's desks, so there is room.
 */
static void put_draft(struct parts *parts, struct list *list) {
    struct member_keys keys;
    bool found;
    const struct member *row = parts_administration(parts, list->author);
    if (!row)
        return;
    parts_keys(&keys, parts, row);
    size_t at = parts_desks(parts, list->author, &found);
    struct signed_desks *place = &parts->desks[at];
    if (found)
        list_drop(place->list);
    else
        memmove(place + 1, place, (parts->desk_count++ - at) * sizeof *place);
    place->list = list_share(list);
    memcpy(place->signer, keys.keys[keys.count - 1], SIGN_PUBLIC_SIZE);
    parts->settled = false;
}

static enum result open_draft(struct parts *parts, const Trust *trust) {
    if (trust->drafting.len != MEMBER_ID_SIZE)
        return RESULT_MALFORMED;
    for (size_t i = 0; i < trust->n_desks; i++) {
        struct list *list;
        if (list_read(&list, proto_span(trust->desks[i])))
            continue;
        bool found = list->author && memcmp(list->author, trust->drafting.data, MEMBER_ID_SIZE) == 0;
        if (found)
            put_draft(parts, list);
        list_drop(list);
        if (found)
            break;
    }
    return RESULT_OK;
}

/* Once to know the keys of the author; and once more, as there may be renewals of the desks that are being worked on.
 */
static enum result open_rest_unsigned(struct parts *parts, const Trust *trust) {
    struct roster_news news = {0};
    TRY(parts_restore_rest(parts, trust, &news));
    if (!trust->has_drafting)
        return RESULT_OK;
    TRY(open_draft(parts, trust));
    return parts_restore_rest(parts, trust, &news);
}

static enum result keep_drafting(struct roster *roster, const Trust *trust) {
    if (!trust->has_drafting)
        return RESULT_OK;
    roster->drafting = arena_copy(&roster->arena, trust->drafting.data, trust->drafting.len);
    return roster->drafting ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result open_parts(struct roster **out, struct parts *parts, const Trust *trust,
                              const struct roster_anchor *anchor) {
    struct roster *roster;
    TRY(anchor ? open_chain(parts, trust, anchor) : open_chain_unsigned(parts, trust));
    TRY(anchor ? open_rest(parts, trust) : open_rest_unsigned(parts, trust));
    TRY(parts_build(&roster, parts));
    enum result result = anchor ? RESULT_OK : keep_drafting(roster, trust);
    if (result)
        roster_free(roster);
    else
        *out = roster;
    return result;
}

static enum result open_words(struct roster **out, const Trust *trust, const struct roster_anchor *anchor) {
    struct parts parts;
    TRY(parts_init(&parts, NULL, trust->n_rosters, trust->n_desks, trust->n_renewals));
    enum result result = open_parts(out, &parts, trust, anchor);
    parts_release(&parts);
    return result;
}

static enum result open_file(struct roster **out, struct span file, const struct roster_anchor *anchor) {
    struct span bytes;
    struct arena arena;
    Trust *trust;
    TRY(roster_file_trust(&bytes, file));
    arena_init(&arena, TRUST_MEMORY_MAX);
    enum result result = trust_words_decode(&arena, bytes, &trust);
    if (!result)
        result = open_words(out, trust, anchor);
    arena_release(&arena);
    return result;
}

enum result roster_open(struct roster **out, struct span file, const struct roster_anchor *anchor) {
    return open_file(out, file, anchor);
}

enum result roster_open_unsigned(struct roster **out, struct span file) {
    return open_file(out, file, NULL);
}

/* ---- writing ---- */

enum result trust_words_init(Trust *trust, struct arena *arena, size_t rosters, size_t desks, size_t renewals) {
    *trust = (Trust)TRUST__INIT;
    trust->rosters = arena_array(arena, rosters, sizeof *trust->rosters);
    trust->desks = arena_array(arena, desks, sizeof *trust->desks);
    trust->renewals = arena_array(arena, renewals, sizeof *trust->renewals);
    return trust->rosters && trust->desks && trust->renewals ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result write_file(struct buf *out, const Trust *trust) {
    buf_put_span(out, span_of_text(magic));
    buf_put_u8(out, SUITE);
    proto_encode(out, trust);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

static ProtobufCBinaryData words_of(struct span file) {
    return proto_bytes(file.data, file.len);
}

static void add_rest(Trust *trust, const struct roster *roster, const uint8_t *without) {
    for (size_t i = 0; i < roster->desk_count; i++)
        if (!without || memcmp(roster->desks[i]->author, without, MEMBER_ID_SIZE) != 0)
            trust->desks[trust->n_desks++] = words_of(roster->desks[i]->file);
    for (size_t i = 0; i < roster->renewal_count; i++)
        trust->renewals[trust->n_renewals++] = words_of(roster->renewals[i]->file);
}

enum result roster_write(struct buf *out, const struct roster *roster) {
    Trust trust;
    TRY(trust_words_init(&trust, out->arena, roster->chain_count, roster->desk_count, roster->renewal_count));
    for (size_t i = 0; i < roster->chain_count; i++)
        trust.rosters[trust.n_rosters++] = words_of(roster->chain[i]->file);
    add_rest(&trust, roster, NULL);
    return write_file(out, &trust);
}

static void add_draft(Trust *trust, const struct list *draft) {
    if (!draft->author) {
        trust->rosters[trust->n_rosters++] = words_of(draft->file);
        return;
    }
    trust->desks[trust->n_desks++] = words_of(draft->file);
    trust->has_drafting = true;
    trust->drafting = proto_bytes(draft->author, MEMBER_ID_SIZE);
}

/* A draft is signed by one root after the other: each time it takes the place of itself. */
enum result roster_write_draft(struct buf *out, const struct roster *base, struct span list) {
    static const struct roster nothing;
    const struct roster *from = base ? base : &nothing;
    Trust trust;
    struct list *draft;
    TRY(trust_words_init(&trust, out->arena, from->chain_count + 1, from->desk_count + 1, from->renewal_count));
    TRY(list_read(&draft, list));
    for (size_t i = 0; i < from->chain_count; i++)
        if (draft->author || from->chain[i]->version < draft->version)
            trust.rosters[trust.n_rosters++] = words_of(from->chain[i]->file);
    add_rest(&trust, from, draft->author);
    add_draft(&trust, draft);
    enum result result = write_file(out, &trust);
    list_drop(draft);
    return result;
}

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

/* Older rosters stay in the chain, for those who lag behind, if they lead here without a gap: a roster is taken by the
 * rules where that can be, and belief begins anew where it cannot and the anchor has signed. *refused is what has been
 * refused since, that is, what belief rests on. */
static enum result open_roster(struct parts *parts, struct span object, const struct roster_anchor *anchor,
                               enum result *refused) {
    struct list *list;
    TRY(list_read(&list, object));
    enum result result = parts->chain_count ? parts_take_roster(parts, list) : RESULT_TOO_FEW_SIGNATURES;
    bool is_begin = result != RESULT_OK && may_begin(parts, list, anchor);
    if (is_begin)
        parts_begin(parts, list);
    bool is_anchored =
        is_begin || (!result && *refused && !parts_check_roots(list, anchor->roots, anchor->count, anchor->threshold));
    if (is_anchored)
        *refused = RESULT_OK;
    else if (result && result != RESULT_REPLAYED && result != RESULT_ROLLBACK && !*refused)
        *refused = result;
    list_drop(list);
    return result == RESULT_NO_MEMORY ? result : RESULT_OK;
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

static enum result open_rest(struct parts *parts, const Trust *trust, bool is_unsigned) {
    struct roster_news news = {0};
    TRY(parts_take_rest(parts, trust, true, &news));
    return is_unsigned ? RESULT_OK : news.refused;
}

static enum result open_words(struct roster **out, const Trust *trust, const struct roster_anchor *anchor) {
    struct parts parts;
    TRY(parts_init(&parts, NULL, trust->n_rosters, trust->n_desks, trust->n_renewals));
    enum result result = anchor ? open_chain(&parts, trust, anchor) : open_chain_unsigned(&parts, trust);
    if (!result)
        result = open_rest(&parts, trust, !anchor);
    if (!result)
        result = parts_build(out, &parts);
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

enum result roster_write(struct buf *out, const struct roster *roster) {
    Trust trust;
    TRY(trust_words_init(&trust, out->arena, roster->chain_count, roster->desk_count, roster->renewal_count));
    for (size_t i = 0; i < roster->chain_count; i++)
        trust.rosters[trust.n_rosters++] = words_of(roster->chain[i]->file);
    for (size_t i = 0; i < roster->desk_count; i++)
        trust.desks[trust.n_desks++] = words_of(roster->desks[i]->file);
    for (size_t i = 0; i < roster->renewal_count; i++)
        trust.renewals[trust.n_renewals++] = words_of(roster->renewals[i]->file);
    return write_file(out, &trust);
}

/* A draft is signed by one root after the other: each time it takes the place of itself. */
enum result roster_write_draft(struct buf *out, const struct roster *base, struct span list) {
    Trust trust;
    struct list *draft;
    TRY(trust_words_init(&trust, out->arena, (base ? base->chain_count : 0) + 1, 1, 0));
    TRY(list_read(&draft, list));
    for (size_t i = 0; base && i < base->chain_count; i++)
        if (draft->author || base->chain[i]->version < draft->version)
            trust.rosters[trust.n_rosters++] = words_of(base->chain[i]->file);
    if (draft->author)
        trust.desks[trust.n_desks++] = words_of(list);
    else
        trust.rosters[trust.n_rosters++] = words_of(list);
    list_drop(draft);
    return write_file(out, &trust);
}

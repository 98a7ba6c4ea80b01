/* Taking one object, or many that came together. */
#include "keys/roster_internal.h"

#include <string.h>

#include "base/limits.h"
#include "base/proto.h"

/* Is it here, byte by byte? Then nothing needs to be verified to say so. */
static bool is_here(const struct parts *parts, enum trust_object kind, struct span object) {
    struct member_keys keys;
    const struct member *row;
    switch (kind) {
    case TRUST_ROSTER:
        return span_equal(parts_roster(parts)->file, object);
    case TRUST_DESKS:
        for (size_t i = 0; i < parts->desk_count; i++)
            if (span_equal(parts->desks[i].list->file, object)) {
                if (!(row = parts_administration(parts, parts->desks[i].list->author)))
                    return false;
                parts_keys(&keys, parts, row);
                return memcmp(parts->desks[i].signer, keys.keys[keys.count - 1], SIGN_PUBLIC_SIZE) == 0;
            }
        return false;
    case TRUST_RENEWAL:
        for (size_t i = 0; i < parts->renewal_count; i++)
            if (span_equal(parts->renewals[i].renewal->file, object))
                return true;
        return false;
    }
    return false;
}

static enum result take_roster(struct parts *parts, struct span object) {
    struct list *list;
    if (is_here(parts, TRUST_ROSTER, object))
        return RESULT_REPLAYED;
    TRY(list_read(&list, object));
    enum result result = parts_take_roster(parts, list);
    list_drop(list);
    return result;
}

/* ---- many ---- */

enum result news_count(struct roster_news *news, enum trust_object kind, enum result result) {
    switch (result) {
    case RESULT_NO_MEMORY:
        return result;
    case RESULT_OK:
        news->taken++;
        return RESULT_OK;
    case RESULT_REPLAYED:
        news->replayed++;
        return RESULT_OK;
    default:
        break;
    }
    if (!news->refused) {
        news->refused = result;
        news->refused_kind = kind;
    }
    return RESULT_OK;
}

/* Something that came, read once; the result of the last try to take it. */
struct offer {
    struct list *list;
    struct renewal *renewal;
    enum result result;
};

struct offers {
    struct arena arena;
    struct offer *desks;
    size_t desk_count;
    struct offer *renewals;
    size_t renewal_count;
    bool restoring;
};

static enum result offers_init(struct offers *offers, const struct parts *parts, const Trust *trust, bool restoring) {
    *offers = (struct offers){.restoring = restoring};
    arena_init(&offers->arena, TRUST_MEMORY_MAX);
    offers->desks = arena_array(&offers->arena, trust->n_desks, sizeof *offers->desks);
    offers->renewals = arena_array(&offers->arena, trust->n_renewals, sizeof *offers->renewals);
    if (!offers->desks || !offers->renewals)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < trust->n_desks; i++) {
        struct offer *offer = &offers->desks[offers->desk_count++];
        struct span object = proto_span(trust->desks[i]);
        bool here = is_here(parts, TRUST_DESKS, object);
        offer->result = here ? RESULT_REPLAYED : list_read(&offer->list, object);
    }
    for (size_t i = 0; i < trust->n_renewals; i++) {
        struct offer *offer = &offers->renewals[offers->renewal_count++];
        struct span object = proto_span(trust->renewals[i]);
        bool here = is_here(parts, TRUST_RENEWAL, object);
        offer->result = here ? RESULT_REPLAYED : renewal_read(&offer->renewal, object);
    }
    return RESULT_OK;
}

static void offers_release(struct offers *offers) {
    for (size_t i = 0; i < offers->desk_count; i++)
        list_drop(offers->desks[i].list);
    for (size_t i = 0; i < offers->renewal_count; i++)
        renewal_drop(offers->renewals[i].renewal);
    arena_release(&offers->arena);
}

/* Desks that the author's new key has signed are here before the renewal that says so. */
static bool try_desks_again(struct offers *offers, struct parts *parts, const uint8_t author[static MEMBER_ID_SIZE]) {
    bool any = false;
    for (size_t i = 0; i < offers->desk_count; i++) {
        struct offer *offer = &offers->desks[i];
        if (!offer->list || offer->result != RESULT_BAD_SIGNATURE ||
            memcmp(offer->list->author, author, MEMBER_ID_SIZE) != 0)
            continue;
        offer->result = parts_take_desks(parts, offer->list, offers->restoring);
        any |= offer->result == RESULT_OK;
    }
    return any;
}

/* Each is tried when what it may wait for is here: desks wait for a renewal of their author, renewals of desks for the
 * desks. Nothing else waits, so twice is enough. */
static void take_offers(struct offers *offers, struct parts *parts) {
    bool late_desks = false;
    for (size_t i = 0; i < offers->desk_count; i++)
        if (offers->desks[i].list)
            offers->desks[i].result = parts_take_desks(parts, offers->desks[i].list, offers->restoring);
    for (size_t i = 0; i < offers->renewal_count; i++) {
        struct offer *offer = &offers->renewals[i];
        if (!offer->renewal)
            continue;
        offer->result = parts_take_renewal(parts, offer->renewal);
        if (!offer->result && offer->renewal->ending)
            late_desks |= try_desks_again(offers, parts, offer->renewal->member);
    }
    for (size_t i = 0; i < offers->renewal_count && late_desks; i++)
        if (offers->renewals[i].renewal && offers->renewals[i].result == RESULT_UNKNOWN_MEMBER)
            offers->renewals[i].result = parts_take_renewal(parts, offers->renewals[i].renewal);
}

/* What follows from the merging is no fault of a file that is read again: a member that is gone, keys that the roster
 * has caught up with. */
static enum result count_offer(struct roster_news *news, const struct offers *offers, enum trust_object kind,
                               enum result result) {
    if (offers->restoring && (result == RESULT_UNKNOWN_MEMBER || result == RESULT_ROLLBACK))
        return RESULT_OK;
    return news_count(news, kind, result);
}

static enum result count_offers(struct roster_news *news, const struct offers *offers) {
    for (size_t i = 0; i < offers->desk_count; i++)
        TRY(count_offer(news, offers, TRUST_DESKS, offers->desks[i].result));
    for (size_t i = 0; i < offers->renewal_count; i++)
        TRY(count_offer(news, offers, TRUST_RENEWAL, offers->renewals[i].result));
    return RESULT_OK;
}

enum result parts_take_rest(struct parts *parts, const Trust *trust, bool restoring, struct roster_news *news) {
    struct offers offers;
    enum result result = offers_init(&offers, parts, trust, restoring);
    if (!result) {
        take_offers(&offers, parts);
        result = count_offers(news, &offers);
    }
    offers_release(&offers);
    return result;
}

/* An older roster of the chain is here as well, and comes with every whole file. */
static enum result take_chain(struct parts *parts, const Trust *trust, struct roster_news *news) {
    for (size_t i = 0; i < trust->n_rosters; i++) {
        struct span object = proto_span(trust->rosters[i]);
        bool here = false;
        for (size_t k = 0; k < parts->chain_count && !here; k++)
            here = span_equal(parts->chain[k]->file, object);
        TRY(news_count(news, TRUST_ROSTER, here ? RESULT_REPLAYED : take_roster(parts, object)));
    }
    return RESULT_OK;
}

static enum result take_all(struct roster **out, struct roster *now, const Trust *trust, struct roster_news *news) {
    struct parts parts;
    TRY(parts_init(&parts, now, trust->n_rosters, trust->n_desks, trust->n_renewals));
    enum result result = take_chain(&parts, trust, news);
    if (!result)
        result = parts_take_rest(&parts, trust, false, news);
    if (!result && news->taken)
        result = parts_build(out, &parts);
    else if (!result)
        *out = now;
    parts_release(&parts);
    return result;
}

enum result roster_take_all(struct roster **out, struct roster *now, struct span trust, struct roster_news *news) {
    struct arena arena;
    Trust *words;
    struct roster_news counted = {0};
    arena_init(&arena, TRUST_MEMORY_MAX);
    enum result result = trust_words_decode(&arena, trust, &words);
    if (!result)
        result = take_all(out, now, words, &counted);
    arena_release(&arena);
    if (!result)
        *news = counted;
    return result;
}

/* ---- one ---- */

static enum result take_desks(struct parts *parts, struct span object) {
    struct list *list;
    TRY(list_read(&list, object));
    enum result result = parts_take_desks(parts, list, false);
    list_drop(list);
    return result;
}

static enum result take_renewal(struct parts *parts, struct span object) {
    struct renewal *renewal;
    TRY(renewal_read(&renewal, object));
    enum result result = parts_take_renewal(parts, renewal);
    renewal_drop(renewal);
    return result;
}

static enum result take_object(struct parts *parts, enum trust_object kind, struct span object) {
    if (is_here(parts, kind, object))
        return RESULT_REPLAYED;
    switch (kind) {
    case TRUST_ROSTER:
        return take_roster(parts, object);
    case TRUST_DESKS:
        return take_desks(parts, object);
    case TRUST_RENEWAL:
        return take_renewal(parts, object);
    }
    return RESULT_MALFORMED;
}

enum result roster_take(struct roster **out, const struct roster *now, enum trust_object kind, struct span object) {
    struct parts parts;
    TRY(parts_init(&parts, now, 1, 1, 1));
    enum result result = take_object(&parts, kind, object);
    if (!result)
        result = parts_build(out, &parts);
    parts_release(&parts);
    return result;
}

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

static enum result admit_roster(const struct list *list, void *context) {
    return parts_admit_roster(context, list);
}

static enum result take_roster(struct parts *parts, struct span object) {
    struct list *list;
    if (is_here(parts, TRUST_ROSTER, object))
        return RESULT_REPLAYED;
    TRY(list_read_admitted(&list, object, admit_roster, parts));
    enum result result = parts_put_roster(parts, list);
    list_drop(list);
    return result;
}

static enum result take_desks(struct parts *parts, struct span object, bool restoring, struct desks_wait *wait) {
    if (is_here(parts, TRUST_DESKS, object))
        return RESULT_REPLAYED;
    return parts_take_desks(parts, object, restoring, wait);
}

/* ---- many ---- */

/* Does a refusal cost its sender one of TRUST_REFUSALS_MAX? Not what is older or nobody's, which is cheap to tell, and
 * of which a whole file is full. */
static bool is_charged(enum result result) {
    return result && result != RESULT_REPLAYED && result != RESULT_ROLLBACK && result != RESULT_UNKNOWN_MEMBER;
}

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

/* Something that came, and what became of it at the last try. */
struct offer {
    struct span object;
    bool tried;
    struct desks_wait wait;
    enum result result;
};

struct offers {
    struct arena arena;
    struct offer *desks;
    size_t desk_count;
    struct offer *renewals;
    size_t renewal_count;
    bool restoring;
    size_t refusals; /* so far, that were charged */
};

static struct offer *offers_of(struct arena *arena, const ProtobufCBinaryData *objects, size_t count) {
    struct offer *offers = arena_array(arena, count, sizeof *offers);
    for (size_t i = 0; offers && i < count; i++)
        offers[i].object = proto_span(objects[i]);
    return offers;
}

static enum result offers_init(struct offers *offers, const Trust *trust, bool restoring, size_t refusals) {
    *offers = (struct offers){.restoring = restoring, .refusals = refusals};
    arena_init(&offers->arena, TRUST_MEMORY_MAX);
    offers->desks = offers_of(&offers->arena, trust->desks, offers->desk_count = trust->n_desks);
    offers->renewals = offers_of(&offers->arena, trust->renewals, offers->renewal_count = trust->n_renewals);
    return offers->desks && offers->renewals ? RESULT_OK : RESULT_NO_MEMORY;
}

/* Who sends what nobody may take is heard out only so far; a file of this node's own is. */
static bool may_try(const struct offers *offers) {
    return offers->restoring || offers->refusals < TRUST_REFUSALS_MAX;
}

/* The desks of the author that wait; NULL if none do. */
static struct offer *find_waiting(const struct offers *offers, const uint8_t author[static MEMBER_ID_SIZE]) {
    for (size_t i = 0; i < offers->desk_count; i++) {
        struct offer *offer = &offers->desks[i];
        if (offer->wait.is_on && memcmp(offer->wait.author, author, MEMBER_ID_SIZE) == 0)
            return offer;
    }
    return NULL;
}

/* Desks that the author's new key has signed are here before the renewal that says so: one list of each author waits.
 */
static void try_desks(struct offers *offers, struct parts *parts, struct offer *offer) {
    struct desks_wait wait = {0};
    offer->tried = true;
    offer->wait.is_on = false;
    offer->result = take_desks(parts, offer->object, offers->restoring, &wait);
    if (wait.is_on && !find_waiting(offers, wait.author))
        offer->wait = wait;
    else
        offers->refusals += is_charged(offer->result);
}

static bool try_desks_again(struct offers *offers, struct parts *parts, const uint8_t author[static MEMBER_ID_SIZE]) {
    struct offer *offer = find_waiting(offers, author);
    if (!offer)
        return false;
    try_desks(offers, parts, offer);
    return offer->result == RESULT_OK;
}

/* True if desks were taken that had waited for it. */
static bool try_renewal(struct offers *offers, struct parts *parts, struct offer *offer) {
    struct renewal *renewal = NULL;
    bool late_desks = false;
    offer->tried = true;
    offer->result =
        is_here(parts, TRUST_RENEWAL, offer->object) ? RESULT_REPLAYED : renewal_read(&renewal, offer->object);
    if (renewal)
        offer->result = parts_take_renewal(parts, renewal, offers->restoring);
    if (renewal && !offer->result && renewal->ending)
        late_desks = try_desks_again(offers, parts, renewal->member);
    offers->refusals += is_charged(offer->result);
    renewal_drop(renewal);
    return late_desks;
}

/* Each is tried when what it may wait for is here: desks wait for a renewal of their author, renewals of desks for the
 * desks. Nothing else waits, so twice is enough. */
static void take_offers(struct offers *offers, struct parts *parts) {
    bool late_desks = false;
    for (size_t i = 0; i < offers->desk_count && may_try(offers); i++)
        try_desks(offers, parts, &offers->desks[i]);
    for (size_t i = 0; i < offers->renewal_count && may_try(offers); i++)
        late_desks |= try_renewal(offers, parts, &offers->renewals[i]);
    for (size_t i = 0; i < offers->renewal_count && late_desks && may_try(offers); i++)
        if (offers->renewals[i].tried && offers->renewals[i].result == RESULT_UNKNOWN_MEMBER)
            try_renewal(offers, parts, &offers->renewals[i]);
}

/* What follows from the merging is no fault of a file that is read again: a member that is gone, keys that the roster
 * has caught up with. */
static enum result count_offer(struct roster_news *news, const struct offers *offers, enum trust_object kind,
                               const struct offer *offer) {
    bool is_past = offer->result == RESULT_UNKNOWN_MEMBER || offer->result == RESULT_ROLLBACK;
    if (!offer->tried || (offers->restoring && is_past))
        return RESULT_OK;
    return news_count(news, kind, offer->result);
}

static enum result count_offers(struct roster_news *news, const struct offers *offers) {
    for (size_t i = 0; i < offers->desk_count; i++)
        TRY(count_offer(news, offers, TRUST_DESKS, &offers->desks[i]));
    for (size_t i = 0; i < offers->renewal_count; i++)
        TRY(count_offer(news, offers, TRUST_RENEWAL, &offers->renewals[i]));
    return RESULT_OK;
}

static enum result take_rest(struct parts *parts, const Trust *trust, bool restoring, size_t refusals,
                             struct roster_news *news) {
    struct offers offers;
    enum result result = offers_init(&offers, trust, restoring, refusals);
    if (!result) {
        take_offers(&offers, parts);
        result = count_offers(news, &offers);
    }
    arena_release(&offers.arena);
    return result;
}

enum result parts_restore_rest(struct parts *parts, const Trust *trust, struct roster_news *news) {
    return take_rest(parts, trust, true, 0, news);
}

static enum result take_old_or_new(struct parts *parts, struct span object) {
    for (size_t i = 0; i < parts->chain_count; i++)
        if (span_equal(parts->chain[i]->file, object))
            return RESULT_REPLAYED;
    return take_roster(parts, object);
}

/* An older roster of the chain is here as well, and comes with every whole file. */
static enum result take_chain(struct parts *parts, const Trust *trust, size_t *refusals, struct roster_news *news) {
    for (size_t i = 0; i < trust->n_rosters && *refusals < TRUST_REFUSALS_MAX; i++) {
        enum result result = take_old_or_new(parts, proto_span(trust->rosters[i]));
        *refusals += is_charged(result);
        TRY(news_count(news, TRUST_ROSTER, result));
    }
    return RESULT_OK;
}

static enum result take_all(struct roster **out, struct roster *now, const Trust *trust, struct roster_news *news) {
    struct parts parts;
    size_t refusals = 0;
    TRY(parts_init(&parts, now, trust->n_rosters, trust->n_desks, trust->n_renewals));
    enum result result = take_chain(&parts, trust, &refusals, news);
    if (!result)
        result = take_rest(&parts, trust, false, refusals, news);
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

static enum result take_renewal(struct parts *parts, struct span object) {
    struct renewal *renewal;
    if (is_here(parts, TRUST_RENEWAL, object))
        return RESULT_REPLAYED;
    TRY(renewal_read(&renewal, object));
    enum result result = parts_take_renewal(parts, renewal, false);
    renewal_drop(renewal);
    return result;
}

static enum result take_object(struct parts *parts, enum trust_object kind, struct span object) {
    switch (kind) {
    case TRUST_ROSTER:
        return take_roster(parts, object);
    case TRUST_DESKS:
        return take_desks(parts, object, false, NULL);
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

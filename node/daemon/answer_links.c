#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/links.h"
#include "core/names.h"
#include "daemon/answer.h"
#include "daemon/node.h"

enum { LINKS_LIMIT = 50, COMMON_MAX = 100, HUNDRED = 100 };

/* One alert that is linked. */
struct found {
    struct index_row row; /* a copy: nothing is added meanwhile, but rows are shown last */
    Linked *linked;
    double weight;
};

struct following {
    struct node *node;
    LinksFound *words;
    struct document document; /* of the alert that was asked about */
    double alike_min;
    struct arena scratch; /* of the alert that is being looked at */
    struct found *found;
    size_t capacity;
    size_t read; /* bytes */
    enum result result;
};

static struct arena *turn_of(const struct following *following) {
    return &following->node->exchange.turn;
}

/* ---- why ---- */

static bool is_one_event(const struct links *links) {
    return links->is_event && links->event.points >= LINK_EVENT_POINTS;
}

/* Things say more than names, and names as much as they are alike. */
static double weight_of(const struct links *links) {
    double weight = is_one_event(links) ? 10 + links->event.points : 0;
    for (size_t i = 0; i < links->count; i++)
        weight += links->rows[i].entity == ENTITY_PERSON || links->rows[i].entity == ENTITY_COMPANY
                      ? 5 * links->rows[i].alike
                      : 10;
    return weight;
}

static char *copy(struct arena *arena, const char *text) {
    return arena_text(arena, text, strlen(text));
}

static enum result put_signs(Linked *out, struct arena *arena, const struct event_match *event) {
    const struct {
        bool holds;
        const char *sign;
    } signs[] = {
        {event->days == 0, "same-day"},          {event->days != 0, "next-day"},    {event->same_place, "same-place"},
        {event->other_place, "other-place"},     {event->same_taxon, "same-taxon"}, {event->other_taxon, "other-taxon"},
        {event->same_quantity, "same-quantity"}, {event->same_thing, "same-thing"},
    };
    out->signs = arena_array(arena, sizeof signs / sizeof *signs, sizeof *out->signs);
    for (size_t i = 0; out->signs && i < sizeof signs / sizeof *signs; i++)
        if (signs[i].holds)
            out->signs[out->n_signs++] = words_of(signs[i].sign);
    out->has_points = out->has_same_event = true;
    out->points = event->points > 0 ? (uint32_t)event->points : 0;
    out->same_event = event->points >= LINK_EVENT_POINTS;
    return out->signs ? RESULT_OK : RESULT_NO_MEMORY;
}

static enum result put_linked(Linked **out, struct arena *arena, const struct links *links) {
    Linked *words = arena_alloc(arena, sizeof *words);
    if (!words)
        return RESULT_NO_MEMORY;
    linked__init(words);
    words->links = arena_array(arena, links->count + 1, sizeof *words->links);
    for (size_t i = 0; words->links && i < links->count; i++) {
        Link *link = arena_alloc(arena, sizeof *link);
        if (!link)
            return RESULT_NO_MEMORY;
        link__init(link);
        link->entity = words_of(field_entity_name(links->rows[i].entity));
        link->ours = copy(arena, links->rows[i].ours);
        link->theirs = copy(arena, links->rows[i].theirs);
        link->alike = (uint32_t)(links->rows[i].alike * HUNDRED);
        if (!link->ours || !link->theirs)
            return RESULT_NO_MEMORY;
        words->links[words->n_links++] = link;
    }
    *out = words;
    return !words->links ? RESULT_NO_MEMORY : links->is_event ? put_signs(words, arena, &links->event) : RESULT_OK;
}

/* ---- following ---- */

static enum result keep(struct following *following, const struct index_row *row, const struct links *links) {
    if (following->words->found == following->capacity) {
        size_t capacity = following->capacity ? 2 * following->capacity : 64;
        struct found *grown = arena_array(turn_of(following), capacity, sizeof *grown);
        if (!grown)
            return RESULT_NO_MEMORY;
        if (following->capacity)
            memcpy(grown, following->found, following->capacity * sizeof *grown);
        following->found = grown;
        following->capacity = capacity;
    }
    struct found *found = &following->found[following->words->found++];
    *found = (struct found){.row = *row, .weight = weight_of(links)};
    return put_linked(&found->linked, turn_of(following), links);
}

static enum result look_at(struct following *following, const struct index_row *row) {
    struct document document;
    struct links links;
    TRY(answer_document(&document, &following->scratch, following->node, row, &following->read));
    TRY(links_between(&links, &following->scratch, &following->document, &document, following->alike_min));
    following->words->partial |= links.is_partial;
    return links.count || is_one_event(&links) ? keep(following, row, &links) : RESULT_OK;
}

/* A damaged alert hides no other. */
static bool visit(void *context, const struct index_row *row) {
    struct following *following = context;
    arena_reset(&following->scratch);
    following->words->read++;
    following->result = look_at(following, row);
    if (following->result != RESULT_NO_MEMORY)
        following->result = RESULT_OK;
    return !following->result && following->words->read < LINKS_READS_MAX && following->read < FIND_READ_BYTES_MAX;
}

static void is_common(void *context, enum field_entity entity, const char *key, uint64_t rows) {
    struct following *following = context;
    LinksFound *words = following->words;
    Common *common = arena_alloc(turn_of(following), sizeof *common);
    Common **more = arena_array(turn_of(following), words->n_common + 1, sizeof *more);
    char *text = copy(turn_of(following), key);
    if (!common || !more || !text) {
        following->result = RESULT_NO_MEMORY;
        return;
    }
    common__init(common);
    common->entity = words_of(field_entity_name(entity));
    common->key = text;
    common->alerts = rows;
    if (words->n_common)
        memcpy(more, words->common, words->n_common * sizeof *more);
    more[words->n_common++] = common;
    words->common = more;
}

/* ---- the answer ---- */

static int compare_found(const void *one, const void *other) {
    const struct found *a = one, *b = other;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return a->row.sequence > b->row.sequence ? -1 : a->row.sequence < b->row.sequence;
}

static enum result put_rows(Reply *reply, struct following *following, size_t limit) {
    LinksFound *words = following->words;
    size_t count = words->found < limit ? (size_t)words->found : limit;
    if (words->found)
        qsort(following->found, words->found, sizeof *following->found, compare_found);
    reply->rows = arena_array(turn_of(following), count + 1, sizeof *reply->rows);
    words->linked = arena_array(turn_of(following), count + 1, sizeof *words->linked);
    if (!reply->rows || !words->linked)
        return RESULT_NO_MEMORY;
    for (size_t i = 0; i < count; i++) {
        TRY(answer_row_words(&reply->rows[i], following->node, &following->found[i].row, false));
        words->linked[i] = following->found[i].linked;
    }
    reply->n_rows = words->n_linked = count;
    return RESULT_OK;
}

static enum result follow(struct following *following, const struct index_row *row, uint64_t common_max) {
    struct arena *turn = turn_of(following);
    TRY(answer_document(&following->document, turn, following->node, row, &following->read));
    const struct index_related asked = {.document = &following->document,
                                        .object = row->object,
                                        .common_max = common_max,
                                        .visit = visit,
                                        .is_common = is_common,
                                        .context = following};
    arena_init(&following->scratch, SIZE_MAX);
    enum result result =
        index_find_related(following->node->exchange.index, &asked, turn, &following->words->candidates);
    arena_release(&following->scratch);
    return result ? result : following->result;
}

enum result answer_links(Reply *reply, struct node *node, const Links *words, const char **complaint) {
    const struct index_row *row;
    struct following following = {.node = node, .alike_min = words->has_alike ? words->alike / 100.0 : NAME_ALIKE};
    size_t limit = words->has_limit ? words->limit : LINKS_LIMIT;
    if (limit > FIND_RESULTS_MAX || (words->has_alike && words->alike > HUNDRED)) {
        *complaint = _("at most 10000 rows, and names that are alike by 0 to 1");
        return RESULT_INVALID;
    }
    TRY(answer_find_row(&row, node, words->alert, complaint));
    following.words = arena_alloc(&node->exchange.turn, sizeof *following.words);
    uint8_t *object = arena_copy(&node->exchange.turn, row->object, sizeof row->object);
    if (!following.words || !object)
        return RESULT_NO_MEMORY;
    links_found__init(following.words);
    following.words->object = proto_bytes(object, sizeof row->object);
    TRY(follow(&following, row, words->has_common ? words->common : COMMON_MAX));
    reply->links = following.words;
    return put_rows(reply, &following, limit);
}

#include "core/tally.h"

#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

/* What one element of a part says. */
struct tuple {
    const char *values[TALLY_DIMENSIONS_MAX];
    bool has_number;
    double number;
};
struct tuples {
    struct tuple *rows;
    size_t count;
    size_t capacity;
};

/* One alert on its way into the groups. */
struct counting {
    struct tally *tally;
    const struct document *document;
    struct tuples parts[TALLY_DIMENSIONS_MAX + 1];
    struct tuple combined;
    enum result result;
};

/* ---- groups ---- */

int tally_compare(const struct tally_question *question, const struct tally_group *a, const struct tally_group *b) {
    int order = 0;
    for (size_t i = 0; i < question->count && order == 0; i++)
        order = strcmp(a->values[i], b->values[i]);
    return order;
}

/* tsearch() passes nothing along: a group that is looked for stands beside what it belongs to. */
struct node {
    struct tally_group group;
    const struct tally_question *question;
};

static int compare_nodes(const void *a, const void *b) {
    const struct node *x = a, *y = b;
    return tally_compare(x->question, &x->group, &y->group);
}

void tally_init(struct tally *tally, struct arena *arena, const struct tally_question *question,
                const struct ranks *ranks, size_t groups_max) {
    *tally = (struct tally){.question = question, .ranks = ranks, .arena = arena, .groups_max = groups_max};
    arena_init(&tally->scratch, SIZE_MAX);
}

static void keep(void *node) {
    (void)node; /* it lives in the arena */
}

void tally_release(struct tally *tally) {
    tdestroy(tally->tree, keep);
    arena_release(&tally->scratch);
    tally->tree = NULL;
}

static enum result make_group(struct tally *tally, const struct node *wanted, struct tally_group **out) {
    if (tally->count == tally->groups_max)
        return RESULT_TOO_LARGE;
    struct node *made = arena_alloc(tally->arena, sizeof *made);
    if (!made)
        return RESULT_NO_MEMORY;
    made->question = tally->question;
    for (size_t i = 0; i < tally->question->count; i++) {
        const char *value = wanted->group.values[i];
        made->group.values[i] = *value ? arena_text(tally->arena, value, strlen(value)) : "";
        if (!made->group.values[i])
            return RESULT_NO_MEMORY;
    }
    if (!tsearch(made, &tally->tree, compare_nodes))
        return RESULT_NO_MEMORY;
    tally->count++;
    *out = &made->group;
    return RESULT_OK;
}

static enum result find_group(struct tally *tally, const char *const *values, struct tally_group **out) {
    struct node wanted = {.question = tally->question};
    for (size_t i = 0; i < tally->question->count; i++)
        wanted.group.values[i] = values[i];
    void *found = tfind(&wanted, &tally->tree, compare_nodes);
    if (!found)
        return make_group(tally, &wanted, out);
    *out = &(*(struct node **)found)->group;
    return RESULT_OK;
}

enum result tally_merge(struct tally *tally, const struct tally_group *group) {
    struct tally_group *own = NULL;
    TRY(find_group(tally, group->values, &own));
    own->alerts += group->alerts;
    own->rows += group->rows;
    own->summed += group->summed;
    own->sum += group->sum;
    return RESULT_OK;
}

struct listing {
    const struct tally_group **groups;
    size_t count;
};

static void list_group(const void *at, VISIT visit, void *context) {
    struct listing *listing = context;
    if (visit == postorder || visit == leaf)
        listing->groups[listing->count++] = &(*(struct node *const *)at)->group;
}

static int by_alerts(const void *a, const void *b, void *context) {
    const struct tally_group *x = *(const struct tally_group *const *)a, *y = *(const struct tally_group *const *)b;
    return x->alerts != y->alerts ? (x->alerts < y->alerts) - (x->alerts > y->alerts) : tally_compare(context, x, y);
}

const struct tally_group **tally_sorted(const struct tally *tally) {
    struct listing listing = {.groups = arena_array(tally->arena, tally->count + 1, sizeof *listing.groups)};
    if (!listing.groups)
        return NULL;
    twalk_r(tally->tree, list_group, &listing);
    qsort_r(listing.groups, listing.count, sizeof *listing.groups, by_alerts, (void *)(uintptr_t)tally->question);
    return listing.groups;
}

/* ---- values of one alert ---- */

static const struct value *values_begin(const struct document *document, size_t slot) {
    size_t low = 0, high = document->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (document->values[middle].slot < slot)
            low = middle + 1;
        else
            high = middle;
    }
    return document->values + low;
}

static const struct value *values_end(const struct document *document) {
    return document->values + document->count;
}

static const char *text_of_period(struct counting *counting, const struct tally_dimension *dimension,
                                  const struct value *value) {
    static const double last_ms = 253402300799999; /* of the year 9999; a peer may say any number */
    char text[PERIOD_TEXT_SIZE];
    bool is_time = document_field(dimension->slot)->type == FIELD_TIME;
    double number = value->low < last_ms ? value->low : last_ms;
    period_text(text, dimension->period, is_time ? period_date((uint64_t)number) : (uint32_t)number);
    return arena_text(&counting->tally->scratch, text, strlen(text));
}

static const char *text_of_field(struct counting *counting, const struct value *value) {
    if (document_compares(value->slot) == COMPARE_ORDER)
        return text_format(&counting->tally->scratch, "%.15g", value->low);
    if (document_compares(value->slot) == COMPARE_TAXON)
        return rank_written(&counting->tally->scratch, span_of_text(value->key));
    return value->key;
}

/* Long ones go by their beginning, which ends with a whole character. */
static const char *shortened(struct counting *counting, const char *text) {
    size_t len = TALLY_VALUE_BYTES_MAX;
    if (strlen(text) <= len)
        return text;
    while (len && ((unsigned char)text[len] & 0xC0) == 0x80)
        len--;
    return arena_text(&counting->tally->scratch, text, len);
}

/* Calls back for the texts that a value counts as; all but ranks have one. */
struct each_text {
    struct counting *counting;
    void (*visit)(void *context, const char *text);
    void *context;
};

static void visit_rank(void *context, struct span name) {
    const struct each_text *each = context;
    const char *text = rank_written(&each->counting->tally->scratch, name);
    if (text)
        each->visit(each->context, text);
    else
        each->counting->result = RESULT_NO_MEMORY;
}

static void texts_of(struct each_text *each, const struct tally_dimension *dimension, const struct value *value) {
    const char *text = NULL;
    switch (dimension->kind) {
    case TALLY_RANK:
        ranks_each(each->counting->tally->ranks, value->key, dimension->rank, visit_rank, each);
        return;
    case TALLY_PERIOD:
        text = text_of_period(each->counting, dimension, value);
        break;
    case TALLY_FIELD:
    case TALLY_ROUTE:
        text = text_of_field(each->counting, value);
        text = text ? shortened(each->counting, text) : NULL;
        break;
    }
    if (!text)
        each->counting->result = RESULT_NO_MEMORY;
    else if (*text)
        each->visit(each->context, text);
}

/* ---- tuples of one part ---- */

static struct tuple *add_tuple(struct counting *counting, size_t part) {
    struct tuples *tuples = &counting->parts[part];
    if (tuples->count == tuples->capacity) {
        size_t capacity = tuples->capacity ? 2 * tuples->capacity : 8;
        struct tuple *grown = arena_array(&counting->tally->scratch, capacity, sizeof *grown);
        if (!grown) {
            counting->result = RESULT_NO_MEMORY;
            return NULL;
        }
        if (tuples->count)
            memcpy(grown, tuples->rows, tuples->count * sizeof *grown);
        tuples->rows = grown;
        tuples->capacity = capacity;
    }
    struct tuple *tuple = &tuples->rows[tuples->count++];
    *tuple = (struct tuple){.has_number = false};
    for (size_t i = 0; i < TALLY_DIMENSIONS_MAX; i++)
        tuple->values[i] = "";
    return tuple;
}

static int compare_tuples(const void *a, const void *b) {
    const struct tuple *x = a, *y = b;
    int order = 0;
    for (size_t i = 0; i < TALLY_DIMENSIONS_MAX && order == 0; i++)
        order = x->values[i] == y->values[i] ? 0 : strcmp(x->values[i], y->values[i]);
    return order;
}

/* Each different one once. */
static void drop_repeated(struct tuples *tuples) {
    size_t kept = 0;
    if (tuples->count == 0)
        return;
    qsort(tuples->rows, tuples->count, sizeof *tuples->rows, compare_tuples);
    for (size_t i = 1; i < tuples->count; i++)
        if (compare_tuples(&tuples->rows[i], &tuples->rows[kept]) != 0)
            tuples->rows[++kept] = tuples->rows[i];
    tuples->count = kept + 1;
}

struct filling {
    struct counting *counting;
    size_t dimension;
    struct tuple *tuple; /* NULL: each text is a tuple of its own */
};

static void fill(void *context, const char *text) {
    const struct filling *filling = context;
    struct counting *counting = filling->counting;
    size_t part = counting->tally->question->dimensions[filling->dimension].part;
    struct tuple *tuple = filling->tuple ? filling->tuple : add_tuple(counting, part);
    if (tuple)
        tuple->values[filling->dimension] = text; /* of several names of one species the accepted one is the last */
}

static void fill_element(struct counting *counting, size_t dimension, size_t element, struct tuple *tuple) {
    const struct tally_dimension *asked = &counting->tally->question->dimensions[dimension];
    struct filling filling = {counting, dimension, tuple};
    struct each_text each = {counting, fill, &filling};
    for (const struct value *value = values_begin(counting->document, asked->slot);
         value < values_end(counting->document) && value->slot == asked->slot; value++)
        if (value->element == element)
            texts_of(&each, asked, value);
}

static void fill_number(struct counting *counting, size_t element, struct tuple *tuple) {
    size_t slot = counting->tally->question->sum;
    for (const struct value *value = values_begin(counting->document, slot);
         value < values_end(counting->document) && value->slot == slot; value++)
        if (value->element == element && !tuple->has_number) {
            tuple->has_number = true;
            tuple->number = value->low;
        }
}

/* A tuple for each element of which anything is here. */
static void fill_together(struct counting *counting, size_t part) {
    const struct tally_question *question = counting->tally->question;
    bool is_there[GROUP_ELEMENTS_MAX] = {false};
    for (const struct value *value = counting->document->values; value < values_end(counting->document); value++) {
        const char *group = document_field(value->slot)->group;
        if (group && strcmp(group, question->groups[part]) == 0 && value->element < GROUP_ELEMENTS_MAX)
            is_there[value->element] = true;
    }
    for (size_t element = 0; element < GROUP_ELEMENTS_MAX; element++) {
        struct tuple *tuple = is_there[element] ? add_tuple(counting, part) : NULL;
        if (!tuple)
            continue;
        for (size_t i = 0; i < question->count; i++)
            if (question->dimensions[i].part == part)
                fill_element(counting, i, element, tuple);
        if (part == question->counted && question->sum != SLOT_COUNT)
            fill_number(counting, element, tuple);
    }
}

/* A tuple for each different value. */
static void fill_alone(struct counting *counting, size_t dimension) {
    const struct tally_dimension *asked = &counting->tally->question->dimensions[dimension];
    struct filling filling = {counting, dimension, NULL};
    struct each_text each = {counting, fill, &filling};
    for (const struct value *value = values_begin(counting->document, asked->slot);
         value < values_end(counting->document) && value->slot == asked->slot; value++)
        texts_of(&each, asked, value);
}

static void fill_originator(struct counting *counting, size_t dimension) {
    char hex[2 * 32 + 1];
    text_hex(hex, counting->document->originator, 32);
    struct tuple *tuple = add_tuple(counting, counting->tally->question->dimensions[dimension].part);
    const char *text = arena_text(&counting->tally->scratch, hex, sizeof hex - 1);
    if (tuple && text)
        tuple->values[dimension] = text;
    else
        counting->result = RESULT_NO_MEMORY;
}

/* ---- the route ---- */

static const char *country_of(const struct document *document, size_t element) {
    size_t slot = field_find("legs.country")->slot;
    for (const struct value *value = values_begin(document, slot); value < values_end(document) && value->slot == slot;
         value++)
        if (value->element == element)
            return value->key;
    return "";
}

static void fill_route(struct counting *counting, size_t dimension) {
    const struct tally_dimension *asked = &counting->tally->question->dimensions[dimension];
    const struct document *document = counting->document;
    struct filling filling = {counting, dimension, NULL};
    bool is_way = strcmp(asked->role, "TRANSIT") == 0;
    const char *way = "";
    size_t slot = field_find("legs.role")->slot;
    for (const struct value *value = values_begin(document, slot); value < values_end(document) && value->slot == slot;
         value++) {
        const char *country = strcmp(value->key, asked->role) == 0 ? country_of(document, value->element) : "";
        if (*country && !is_way)
            fill(&filling, country);
        else if (*country)
            way = text_format(&counting->tally->scratch, *way ? "%s > %s" : "%s%s", way, country);
    }
    way = shortened(counting, way);
    if (!way)
        counting->result = RESULT_NO_MEMORY;
    else if (*way)
        fill(&filling, way);
}

/* ---- one alert ---- */

static size_t count_dimensions(const struct tally_question *question, size_t part, size_t *first) {
    size_t count = 0;
    for (size_t i = question->count; i > 0; i--)
        if (question->dimensions[i - 1].part == part) {
            count++;
            *first = i - 1;
        }
    return count;
}

static void fill_part(struct counting *counting, size_t part) {
    const struct tally_question *question = counting->tally->question;
    size_t first = 0, count = count_dimensions(question, part, &first);
    const struct tally_dimension *dimension = &question->dimensions[first];
    if (part == question->counted || count > 1)
        fill_together(counting, part);
    else if (dimension->kind == TALLY_ROUTE)
        fill_route(counting, first);
    else if (dimension->slot == SLOT_ORIGINATOR)
        fill_originator(counting, first);
    else
        fill_alone(counting, first);
    if (part != question->counted)
        drop_repeated(&counting->parts[part]);
}

static void note_unknown(struct counting *counting) {
    struct tally *tally = counting->tally;
    for (size_t i = 0; i < tally->question->count; i++) {
        const struct tuples *tuples = &counting->parts[tally->question->dimensions[i].part];
        bool is_known = false;
        for (size_t k = 0; k < tuples->count; k++)
            is_known |= *tuples->rows[k].values[i] != '\0';
        tally->unknown[i] += !is_known;
    }
}

static void note_rows(struct counting *counting) {
    struct tally *tally = counting->tally;
    const struct tuples *counted = &counting->parts[tally->question->counted];
    tally->rows += counted->count;
    for (size_t i = 0; tally->question->sum != SLOT_COUNT && i < counted->count; i++)
        tally->unsummed += !counted->rows[i].has_number;
}

static enum result count_combined(struct counting *counting, bool has_rows) {
    struct tally *tally = counting->tally;
    struct tally_group *group = NULL;
    TRY(find_group(tally, counting->combined.values, &group));
    group->alerts += group->last != tally->alerts;
    group->last = tally->alerts;
    group->rows += has_rows;
    group->summed += counting->combined.has_number;
    group->sum += counting->combined.has_number ? counting->combined.number : 0;
    return RESULT_OK;
}

/* Each tuple of this part with each combination of those before. */
static enum result combine(struct counting *counting, size_t part, bool has_rows) {
    const struct tally_question *question = counting->tally->question;
    if (part == question->part_count)
        return count_combined(counting, has_rows);
    for (size_t k = 0; k < counting->parts[part].count; k++) {
        const struct tuple *tuple = &counting->parts[part].rows[k];
        for (size_t i = 0; i < question->count; i++)
            if (question->dimensions[i].part == part)
                counting->combined.values[i] = tuple->values[i];
        if (part == question->counted) {
            counting->combined.has_number = tuple->has_number;
            counting->combined.number = tuple->number;
        }
        TRY(combine(counting, part + 1, has_rows));
    }
    return RESULT_OK;
}

/* A part that has nothing in this alert is not known. */
static enum result fill_parts(struct counting *counting, bool *has_rows, size_t *combinations) {
    const struct tally_question *question = counting->tally->question;
    *combinations = 1;
    for (size_t part = 0; part < question->part_count; part++) {
        fill_part(counting, part);
        if (part == question->counted)
            *has_rows = counting->parts[part].count > 0;
        if (counting->parts[part].count == 0)
            add_tuple(counting, part);
        TRY(counting->result);
        if (*combinations <= TALLY_COMBINATIONS_MAX)
            *combinations *= counting->parts[part].count;
    }
    return RESULT_OK;
}

static enum result count_document(struct counting *counting) {
    bool has_rows = false;
    size_t combinations;
    TRY(fill_parts(counting, &has_rows, &combinations));
    if (combinations > TALLY_COMBINATIONS_MAX) {
        counting->tally->skipped++;
        return RESULT_OK;
    }
    if (has_rows)
        note_rows(counting);
    note_unknown(counting);
    return combine(counting, 0, has_rows);
}

enum result tally_add(struct tally *tally, const struct document *document) {
    struct counting counting = {.tally = tally, .document = document};
    arena_reset(&tally->scratch);
    tally->alerts++;
    return count_document(&counting);
}

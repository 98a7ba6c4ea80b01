#include "core/query.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/alert.h"

/* ---- words ---- */

/* Bytes of other scripts count as letters; their punctuation is rare enough. */
static bool is_word_byte(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;
}

bool query_next_word(const char **text, struct span *word) {
    const char *begin = *text;
    while (*begin && !is_word_byte(*begin))
        begin++;
    const char *end = begin;
    while (is_word_byte(*end))
        end++;
    *text = end;
    *word = span_of(begin, (size_t)(end - begin));
    return word->len > 0;
}

static size_t count_words(const char *text) {
    size_t count = 0;
    for (struct span word; query_next_word(&text, &word);)
        count++;
    return count;
}

static int compare_words(const void *a, const void *b) {
    const struct span *x = a, *y = b;
    int order = memcmp(x->data, y->data, x->len < y->len ? x->len : y->len);
    return order ? order : (x->len > y->len) - (x->len < y->len);
}

/* NULL when memory is out. Sorted rather than hashed: no text that a peer may send is worse than another. */
static const char *fold_words(struct arena *arena, const char *text) {
    const char *folded = text_fold(arena, text);
    if (*text && !*folded)
        return NULL;
    size_t count = count_words(folded);
    struct span *words = arena_array(arena, count, sizeof *words);
    char *joined = arena_alloc(arena, strlen(folded) + 2); /* zeroed: what is written ends with a NUL */
    if (!words || !joined)
        return NULL;
    struct span *next = words;
    for (struct span word; query_next_word(&folded, &word);)
        *next++ = word;
    qsort(words, count, sizeof *words, compare_words);
    char *end = joined;
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && span_equal(words[i], words[i - 1]))
            continue;
        memcpy(end, words[i].data, words[i].len);
        end += words[i].len;
        *end++ = ' ';
    }
    if (end > joined)
        end[-1] = '\0';
    return joined;
}

const char *query_fold(struct arena *arena, const char *text) {
    const char *words = fold_words(arena, text);
    return words ? words : "";
}

/* ---- making a summary ---- */

struct collecting {
    struct arena *arena;
    struct buf text;
    struct list {
        const char **items; /* ends with NULL */
        size_t count;
        size_t capacity;
    } taxa, countries;
    uint16_t transport;
    bool failed;
};

/* Adds a copy of the text, unless the list has it. */
static void add_once(struct collecting *collecting, struct list *list, const char *text) {
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return;
    if (list->count + 1 >= list->capacity) {
        size_t capacity = list->capacity ? 2 * list->capacity : 8;
        const char **items = arena_array(collecting->arena, capacity, sizeof *items);
        if (!items) {
            collecting->failed = true;
            return;
        }
        if (list->count)
            memcpy(items, list->items, list->count * sizeof *items);
        list->items = items;
        list->capacity = capacity;
    }
    const char *copy = arena_text(collecting->arena, text, strlen(text));
    collecting->failed = collecting->failed || !copy;
    if (copy)
        list->items[list->count++] = copy;
}

static const char *const *keep_list(const struct list *list) {
    static const char *const none[] = {NULL};
    return list->count ? list->items : none; /* arrays are zeroed, and one longer than their content */
}

/* Where the goods were and went; not who somebody is. */
static bool is_of_the_way(const struct field *field) {
    return field->class == CLASS_INCIDENT || field->class == CLASS_ROUTE;
}

static bool is_searched(const struct field *field) {
    return field->type == FIELD_TEXT || field->type == FIELD_TAXON || field->type == FIELD_PLACE;
}

static void collect(void *context, const struct field *field, size_t element, const char *value) {
    struct collecting *collecting = context;
    (void)element;
    if (field->type == FIELD_TAXON && field->class == CLASS_SPECIMENS)
        add_once(collecting, &collecting->taxa, value);
    if (field->type == FIELD_CODE && field->list == CODES_COUNTRY && is_of_the_way(field))
        add_once(collecting, &collecting->countries, value);
    if (field->type == FIELD_CODE && field->list == CODES_TRANSPORT && *value >= '0' && *value <= '9' && !value[1])
        collecting->transport = (uint16_t)(collecting->transport | 1u << (*value - '0'));
    if (is_searched(field)) {
        buf_put(&collecting->text, value, strlen(value));
        buf_put(&collecting->text, " ", 1);
    }
}

static uint32_t date_of(const Alert *content) {
    const AlertIncident *incident = content->incident;
    if (!incident || !incident->has_year || incident->year > 9999)
        return 0;
    uint32_t month = incident->has_month && incident->month <= 12 ? incident->month : 0;
    uint32_t day = month && incident->has_day && incident->day <= 31 ? incident->day : 0;
    return incident->year * 10000 + month * 100 + day;
}

static const char *text_or_none(const char *text) {
    return text ? text : "";
}

/* A copy in the arena. */
static const char *keep(struct collecting *collecting, const char *text) {
    const char *copy = text ? arena_text(collecting->arena, text, strlen(text)) : "";
    collecting->failed = collecting->failed || !copy;
    return copy;
}

static const char *keep_place(struct collecting *collecting, const Alert *content) {
    const AlertIncident *incident = content->incident;
    if (!incident)
        return "";
    return keep(collecting, incident->place && *incident->place ? incident->place : incident->place_text);
}

/* "750 KIL SCA", of what is known. */
static const char *keep_quantity(struct collecting *collecting, const Alert *content) {
    const AlertSpecimen *first = content->n_specimens ? content->specimens[0] : NULL;
    if (!first)
        return "";
    const char *amount = text_or_none(first->quantity);
    const char *parts[] = {amount, *amount ? text_or_none(first->unit) : "", text_or_none(first->term)};
    struct buf line;
    buf_init(&line, collecting->arena);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (line.len && *parts[i])
            buf_put_u8(&line, ' ');
        buf_put(&line, parts[i], strlen(parts[i]));
    }
    buf_put_u8(&line, 0);
    collecting->failed = collecting->failed || line.failed;
    return (const char *)line.data;
}

static const char *keep_words(struct collecting *collecting) {
    buf_put_u8(&collecting->text, 0);
    const char *words =
        collecting->text.failed ? NULL : fold_words(collecting->arena, (const char *)collecting->text.data);
    collecting->failed = collecting->failed || !words;
    return words;
}

enum result summary_make(struct summary *out, struct arena *arena, const AlertHeader *header, const Alert *content) {
    static const Alert nothing = ALERT__INIT;
    if (!content)
        content = &nothing;
    struct collecting collecting = {.arena = arena};
    buf_init(&collecting.text, arena);
    alert_each(content, collect, &collecting);
    const struct summary summary = {
        .created = header->created,
        .originator = arena_copy(arena, header->originator.data, header->originator.len),
        .kind = keep(&collecting, header->kind),
        .tlp = keep(&collecting, header->tlp),
        .date = date_of(content),
        .country = keep(&collecting, content->incident ? content->incident->country : NULL),
        .place = keep_place(&collecting, content),
        .quantity = keep_quantity(&collecting, content),
        .taxa = keep_list(&collecting.taxa),
        .countries = keep_list(&collecting.countries),
        .transport = collecting.transport,
        .text = keep_words(&collecting),
    };
    if (collecting.failed || !summary.originator)
        return RESULT_NO_MEMORY;
    *out = summary;
    return RESULT_OK;
}

/* ---- matching ---- */

bool query_matches_date(const struct query *query, uint32_t date) {
    if (!query->date_from && !query->date_to)
        return true;
    uint32_t latest = date; /* of the days that the date may stand for */
    if (date % 10000 == 0)
        latest += 9999;
    else if (date % 100 == 0)
        latest += 99;
    return date && latest >= query->date_from && (!query->date_to || date <= query->date_to);
}

static const char *accepted_name(const char *name, const struct taxa *taxa) {
    const struct taxon *taxon = taxa_find(taxa, name);
    return taxon && taxon->accepted ? taxon->accepted : name;
}

bool query_matches_taxon(const char *wanted, const char *name, const struct taxa *taxa) {
    if (text_compare(wanted, name) == 0)
        return true;
    if (!taxa)
        return false;
    const char *accepted = accepted_name(wanted, taxa);
    return text_compare(accepted, accepted_name(name, taxa)) == 0 || taxa_is_within(taxa, name, accepted);
}

static bool has_prefix(const char *text, struct span prefix) {
    for (struct span word; query_next_word(&text, &word);)
        if (word.len >= prefix.len && memcmp(word.data, prefix.data, prefix.len) == 0)
            return true;
    return false;
}

static bool matches_text(const char *wanted, const char *text) {
    for (struct span word; query_next_word(&wanted, &word);)
        if (!has_prefix(text, word))
            return false;
    return true;
}

static bool has_country(const struct summary *summary, const char *country) {
    for (const char *const *at = summary->countries; *at; at++)
        if (strcmp(*at, country) == 0)
            return true;
    return false;
}

static bool has_taxon(const struct summary *summary, const char *taxon, const struct taxa *taxa) {
    for (const char *const *at = summary->taxa; *at; at++)
        if (query_matches_taxon(taxon, *at, taxa))
            return true;
    return false;
}

bool query_matches(const struct query *query, const struct summary *summary, const struct taxa *taxa) {
    return query_matches_date(query, summary->date) &&
           (query->transport < 0 || (summary->transport >> query->transport & 1)) &&
           (!query->kind || strcmp(query->kind, summary->kind) == 0) &&
           (!query->originator || memcmp(query->originator, summary->originator, 32) == 0) &&
           (!query->country || has_country(summary, query->country)) &&
           (!query->taxon || has_taxon(summary, query->taxon, taxa)) &&
           (!query->text || matches_text(query->text, summary->text));
}

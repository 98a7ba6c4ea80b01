#include "store/index_internal.h"

/* A query in the numbers of the index. */
struct filter {
    const struct query *query;
    uint32_t country; /* INTERN_NONE: any, like all that follow */
    uint32_t kind;
    uint32_t originator; /* NO_SLOT: any */
    const uint8_t *fits; /* by number of the taxon - 1; NULL: any */
    const uint8_t *hits; /* slots that may have the words; NULL: all may */
};

/* Is there such a text at all? If not, no row can match. */
static bool find_number(const struct intern *texts, const char *text, uint32_t *number) {
    if (text)
        *number = intern_find(texts, span_of_text(text));
    return !text || *number != INTERN_NONE;
}

static bool find_originator(const struct index *index, const uint8_t *originator, uint32_t *number) {
    *number = NO_SLOT;
    for (size_t i = 0; originator && i < index->originator_count; i++)
        if (memcmp(index->originators[i], originator, 32) == 0)
            *number = (uint32_t)i;
    return !originator || *number != NO_SLOT;
}

/* The word in the text that the fewest rows may have; false if all are too short to tell. */
static bool find_rarest(const struct postings *postings, const char *text, struct span *rarest) {
    size_t fewest = SIZE_MAX;
    for (struct span word; query_next_word(&text, &word);) {
        if (word.len < POSTINGS_PREFIX || postings_length(postings, word) >= fewest)
            continue;
        fewest = postings_length(postings, word);
        *rarest = word;
    }
    return fewest != SIZE_MAX;
}

static bool filter_init(struct filter *filter, const struct index *index, const struct query *query,
                        const struct taxa *taxa) {
    struct span rarest;
    *filter = (struct filter){.query = query};
    if (!find_number(&index->texts, query->country, &filter->country) ||
        !find_number(&index->texts, query->kind, &filter->kind) ||
        !find_originator(index, query->originator, &filter->originator))
        return false;
    if (query->taxon) {
        for (uint32_t i = 0; i < index->taxa.count && i < index->fits_capacity; i++)
            index->fits[i] = query_matches_taxon(query->taxon, intern_text(&index->taxa, i + 1), taxa);
        filter->fits = index->fits;
    }
    if (query->text && find_rarest(&index->postings, query->text, &rarest)) {
        memset(index->hits, 0, index->count / 8 + 1);
        postings_read(&index->postings, rarest, index->hits);
        filter->hits = index->hits;
    }
    return true;
}

static bool has_word(const struct index *index, const struct row *row, struct span prefix) {
    const uint8_t *at = index->word_bytes + row->words;
    uint32_t number = 0;
    for (uint32_t i = 0; i < row->word_count; i++) {
        number += varint_get(&at);
        if (strncmp(intern_text(&index->words, number), (const char *)prefix.data, prefix.len) == 0)
            return true;
    }
    return false;
}

static bool has_words(const struct index *index, const struct row *row, const char *text) {
    for (struct span word; query_next_word(&text, &word);)
        if (!has_word(index, row, word))
            return false;
    return true;
}

static bool has_country(const struct index *index, const struct facts *facts, uint32_t country) {
    const uint32_t *numbers = index->numbers + facts->lists;
    for (uint16_t i = 0; i < facts->country_count; i++)
        if (numbers[i] == country)
            return true;
    return false;
}

static bool has_taxon(const struct index *index, const struct facts *facts, const uint8_t *fits) {
    const uint32_t *numbers = index->numbers + facts->lists + facts->country_count;
    for (uint16_t i = 0; i < facts->taxon_count; i++)
        if (fits[numbers[i] - 1])
            return true;
    return false;
}

/* The same answer as query_matches() gives on the summary; a test holds the two together. */
static bool slot_matches(const struct index *index, uint32_t slot, const struct filter *filter) {
    const struct facts *facts = &index->facts[slot];
    const struct query *query = filter->query;
    return (!filter->hits || (filter->hits[slot / 8] >> slot % 8 & 1)) && query_matches_date(query, facts->date) &&
           (query->transport < 0 || (facts->transport >> query->transport & 1)) &&
           (filter->kind == INTERN_NONE || facts->kind == filter->kind) &&
           (filter->originator == NO_SLOT || facts->originator == filter->originator) &&
           (filter->country == INTERN_NONE || has_country(index, facts, filter->country)) &&
           (!filter->fits || has_taxon(index, facts, filter->fits)) &&
           (!query->text || has_words(index, &index->rows[slot], query->text));
}

/* How many rows have a sequence below `before`. */
static size_t rows_below(const struct index *index, uint64_t before) {
    size_t low = 0, high = index->count;
    while (before && low < high) {
        size_t middle = low + (high - low) / 2;
        if (index->rows[index->order[middle]].shown.sequence < before)
            low = middle + 1;
        else
            high = middle;
    }
    return high;
}

void index_search(const struct index *index, const struct query *query, const struct taxa *taxa, uint64_t before,
                  bool superseded, index_visit *visit, void *context) {
    struct filter filter;
    if (!index->count || !filter_init(&filter, index, query, taxa))
        return;
    for (size_t i = rows_below(index, before); i-- > 0;) {
        uint32_t slot = index->order[i];
        const struct facts *facts = &index->facts[slot];
        if (facts->dead || (facts->superseded && !superseded) || !slot_matches(index, slot, &filter))
            continue;
        if (!visit(context, index_show(index, slot)))
            return;
    }
}

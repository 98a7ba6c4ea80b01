#include "core/taxa.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/codes.h"
#include "core/taxa_list.h"
#include "core/taxa_table.h"

struct taxa {
    const struct taxon *rows; /* of the list, in the order of their names; the built-in table is looked at after them */
    size_t count;
};

const struct taxa *taxa_built_in(void) {
    static const struct taxa built_in;
    return &built_in;
}

bool taxa_is_complete(const struct taxa *taxa) {
    return taxa->count > 0;
}

/* --- looking up -------------------------------------------------------------------------------------------------- */

static int by_name(const void *key, const void *row) {
    return text_compare(key, ((const struct taxon *)row)->name);
}

const struct taxon *taxa_find(const struct taxa *taxa, const char *name) {
    const struct taxon *found = NULL;
    if (taxa->count)
        found = bsearch(name, taxa->rows, taxa->count, sizeof *taxa->rows, by_name);
    if (!found)
        found = bsearch(name, taxa_table, taxa_table_count, sizeof *taxa_table, by_name);
    return found;
}

void taxa_each(const struct taxa *taxa, void (*visit)(void *context, const struct taxon *taxon), void *context) {
    for (size_t i = 0; i < taxa->count; i++)
        visit(context, &taxa->rows[i]);
    for (size_t i = 0; i < taxa_table_count; i++)
        if (taxa_find(taxa, taxa_table[i].name) == &taxa_table[i])
            visit(context, &taxa_table[i]);
}

/* Copies the first word of `name`, its genus; false if it is too long for one. */
static bool genus_of(char out[TEXT_WORD_MAX], const char *name) {
    size_t len = strcspn(name, " ");
    if (len >= TEXT_WORD_MAX)
        return false;
    memcpy(out, name, len);
    out[len] = '\0';
    return true;
}

/* The name, and what stands before its blanks: a species begins with its genus. */
static void each_front(const char *name, taxa_visit *visit, void *context) {
    for (size_t len = strlen(name); len; len--)
        if (name[len] == '\0' || name[len] == ' ')
            visit(context, span_of(name, len));
}

void taxa_each_above(const struct taxa *taxa, const char *name, taxa_visit *visit, void *context) {
    char genus[TEXT_WORD_MAX];
    const struct taxon *row = taxa_find(taxa, name);
    if (!row && genus_of(genus, name))
        row = taxa_find(taxa, genus);
    each_front(name, visit, context);
    if (!row)
        return;
    const char *const above[] = {row->family, row->order, row->class};
    each_front(row->name, visit, context);
    each_front(row->accepted ? row->accepted : "", visit, context);
    for (size_t i = 0; i < sizeof above / sizeof *above; i++)
        if (*above[i])
            visit(context, span_of_text(above[i]));
}

struct looking {
    const char *above;
    bool found;
};

static void compare_above(void *context, struct span above) {
    struct looking *looking = context;
    looking->found = looking->found || text_is(above, looking->above);
}

bool taxa_is_within(const struct taxa *taxa, const char *name, const char *above) {
    struct looking looking = {.above = above};
    taxa_each_above(taxa, name, compare_above, &looking);
    return looking.found;
}

/* --- suggestions ------------------------------------------------------------------------------------------------- */

enum { EDITS_MAX = 3 };

struct candidate {
    const char *name;
    size_t edits;
};

/* Index of the first row whose name is not before `name`. */
static size_t lower_bound(const struct taxon *rows, size_t count, const char *name) {
    size_t low = 0;
    while (low < count) {
        size_t middle = low + (count - low) / 2;
        if (text_compare(rows[middle].name, name) < 0)
            low = middle + 1;
        else
            count = middle;
    }
    return low;
}

static bool same_front(const char *name, const char *front, size_t len) {
    char cut[TEXT_WORD_MAX];
    size_t name_len = strlen(name);
    if (name_len < len || name_len >= sizeof cut)
        return false;
    memcpy(cut, name, len);
    cut[len] = '\0';
    return text_compare(cut, front) == 0;
}

/* Names are tried only where they begin with `front`: the genus when that is right, else the first letter. Misspelt
 * first letters are rare, and a look at every name for every mistake would be slow. */
static void nearest(struct candidate *best, const struct taxon *rows, size_t count, const char *name,
                    const char *front) {
    size_t front_len = strlen(front), len = strlen(name);
    for (size_t i = lower_bound(rows, count, front); i < count && same_front(rows[i].name, front, front_len); i++) {
        size_t row_len = strlen(rows[i].name);
        size_t difference = row_len > len ? row_len - len : len - row_len;
        if (difference >= best->edits)
            continue;
        size_t edits = text_distance(name, rows[i].name);
        if (edits < best->edits)
            *best = (struct candidate){rows[i].name, edits};
    }
}

/* As the names of the list are written: a capital, then small letters. */
static void as_name(char *name) {
    for (size_t i = 0; name[i]; i++) {
        if (i == 0 && name[i] >= 'a' && name[i] <= 'z')
            name[i] = (char)(name[i] - 'a' + 'A');
        if (i > 0 && name[i] >= 'A' && name[i] <= 'Z')
            name[i] = (char)(name[i] - 'A' + 'a');
    }
}

const char *taxa_suggest(const struct taxa *taxa, const char *name) {
    char written[TEXT_WORD_MAX];
    size_t len = strlen(name);
    if (len < 4 || len >= sizeof written)
        return NULL;
    memcpy(written, name, len + 1);
    as_name(written);

    struct candidate best = {NULL, EDITS_MAX + 1};
    char front[TEXT_WORD_MAX];
    if (genus_of(front, written) && strcmp(front, written) != 0) {
        nearest(&best, taxa->rows, taxa->count, written, front);
        nearest(&best, taxa_table, taxa_table_count, written, front);
    }
    front[0] = written[0];
    front[1] = '\0';
    if (!best.name) {
        nearest(&best, taxa->rows, taxa->count, written, front);
        nearest(&best, taxa_table, taxa_table_count, written, front);
    }
    return best.name;
}

/* --- loading a list ---------------------------------------------------------------------------------------------- */

static bool take_taxon(struct span *list, struct taxon *out) {
    return span_text(list, &out->name) && span_text(list, &out->rank) && span_text(list, &out->class) &&
           span_text(list, &out->order) && span_text(list, &out->family) && span_text(list, &out->appendix) &&
           span_text(list, &out->en) && span_text(list, &out->fr) && span_text(list, &out->accepted);
}

static size_t count_records(struct span list) {
    struct taxon taxon;
    size_t count = 0;
    while (span_skip(&list, span_of(TAXA_LIST_HEAD, sizeof TAXA_LIST_HEAD - 1)) || take_taxon(&list, &taxon))
        count++;
    return count;
}

/* Its nine texts lie one behind the other, the NULs between them: they are looked at in one piece. */
static bool is_sound(const struct taxon *taxon) {
    const char *const texts[] = {taxon->name,     taxon->rank, taxon->class, taxon->order,   taxon->family,
                                 taxon->appendix, taxon->en,   taxon->fr,    taxon->accepted};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (!text_is_utf8(span_of_text(texts[i])))
            return false;
    return *taxon->name && codes_find(CODES_RANK, taxon->rank);
}

static int by_name_and_age(const void *a, const void *b) {
    const struct taxon *left = a, *right = b;
    int order = text_compare(left->name, right->name);
    return order ? order : (left->name > right->name) - (left->name < right->name);
}

static bool is_sorted(const struct taxon *rows, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (text_compare(rows[i - 1].name, rows[i].name) >= 0)
            return false;
    return true;
}

/* One import is in order already; of several the rows are ordered here, and the youngest of each name kept. */
static size_t sort_rows(struct taxon *rows, size_t count) {
    if (is_sorted(rows, count))
        return count;
    size_t kept = 0;
    qsort(rows, count, sizeof *rows, by_name_and_age);
    for (size_t i = 0; i < count; i++) {
        bool newer = i + 1 < count && text_compare(rows[i].name, rows[i + 1].name) == 0;
        if (!newer)
            rows[kept++] = rows[i];
    }
    return kept;
}

/* A checklist names its species in many languages, but hardly ever a family or an order. */
static void keep_names(struct taxon *rows, size_t count) {
    for (size_t i = 0; count && i < taxa_table_count; i++) {
        const struct taxon *known = &taxa_table[i];
        struct taxon *row = bsearch(known->name, rows, count, sizeof *rows, by_name);
        if (row && !*row->en)
            row->en = known->en;
        if (row && !*row->fr)
            row->fr = known->fr;
        if (row && !*row->appendix)
            row->appendix = known->appendix;
    }
}

static enum result refuse_list(struct report *report, size_t record) {
    report_add(report, SEVERITY_ERROR, NULL, _("record %zu of the list of taxa is damaged; import the checklist again"),
               record);
    return RESULT_INVALID;
}

enum result taxa_load(struct taxa **out, struct arena *arena, struct span list, struct report *report) {
    struct taxa *taxa = arena_alloc(arena, sizeof *taxa);
    struct taxon *rows = arena_array(arena, count_records(list), sizeof *rows);
    if (!taxa || !rows)
        return RESULT_NO_MEMORY;
    if (!span_skip(&list, span_of(TAXA_LIST_HEAD, sizeof TAXA_LIST_HEAD - 1)))
        return refuse_list(report, 1);
    while (list.len) {
        struct taxon *row = &rows[taxa->count];
        if (span_skip(&list, span_of(TAXA_LIST_HEAD, sizeof TAXA_LIST_HEAD - 1)))
            continue;
        if (!take_taxon(&list, row) || !is_sound(row))
            return refuse_list(report, taxa->count + 1);
        if (!*row->accepted)
            row->accepted = NULL;
        taxa->count++;
    }
    taxa->count = sort_rows(rows, taxa->count);
    keep_names(rows, taxa->count);
    taxa->rows = rows;
    *out = taxa;
    return RESULT_OK;
}

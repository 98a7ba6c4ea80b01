#include "core/taxa.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/codes.h"
#include "core/csv.h"
#include "core/taxa_list.h"

enum column { CLASS, ORDER, FAMILY, NAME, RANK, LISTING, SYNONYMS, ENGLISH, FRENCH, COLUMNS };

static const char *const column_names[COLUMNS] = {
    [CLASS] = "Class",          [ORDER] = "Order",
    [FAMILY] = "Family",        [NAME] = "FullName",
    [RANK] = "RankName",        [LISTING] = "CurrentListing",
    [ENGLISH] = "EnglishNames", [SYNONYMS] = "SynonymsWithAuthors",
    [FRENCH] = "FrenchNames",
};

/* How sure an entry is of its name; of several entries with one name the surest is kept. */
enum weight { SYNONYM, DERIVED, ROW };

struct entry {
    struct taxon taxon;
    enum weight weight;
    struct entry *next;
};

struct import {
    struct arena row;  /* the fields of one row */
    struct arena work; /* the entries of the whole file */
    struct entry *entries;
    size_t count;
    size_t rows;             /* good ones */
    size_t columns[COLUMNS]; /* where they stand in a row */
    size_t width;            /* fields that a row must have */
    struct report *report;
    bool no_memory;
};

/* --- one row ----------------------------------------------------------------------------------------------------- */

static const char *keep(struct import *import, const char *text, size_t len) {
    const char *copy = len ? arena_text(&import->work, text, len) : "";
    if (!copy)
        import->no_memory = true;
    return copy ? copy : "";
}

static const char *keep_all(struct import *import, const char *text) {
    return keep(import, text, strlen(text));
}

static void add(struct import *import, const struct taxon *taxon, enum weight weight) {
    struct entry *entry = arena_alloc(&import->work, sizeof *entry);
    if (!entry) {
        import->no_memory = true;
        return;
    }
    *entry = (struct entry){.taxon = *taxon, .weight = weight, .next = import->entries};
    import->entries = entry;
    import->count++;
}

/* "I/NC" as "I/N": what the convention does not list has one letter here. */
static const char *keep_listing(struct import *import, const char *listing) {
    char *copy = arena_text(&import->work, listing, strlen(listing));
    if (!copy) {
        import->no_memory = true;
        return "";
    }
    for (char *found = strstr(copy, "NC"); found; found = strstr(found, "NC")) {
        memmove(found + 1, found + 2, strlen(found + 2) + 1);
        found++;
    }
    return copy;
}

/* The words of a scientific name at the front of a synonym with its author: "Manis tricuspis" of "Manis tricuspis
 * Rafinesque, 1821". 0 if it does not begin with a genus and an epithet: then it is the rest of an author, as the list
 * parts both with a comma. */
static size_t binomial_length(const char *text) {
    static const char small[] = "abcdefghijklmnopqrstuvwxyz-";
    static const char *const particles[] = {"and", "da", "de", "del", "den", "der", "di",  "du",
                                            "et",  "ex", "in", "la",  "le",  "van", "von", "y"};
    size_t genus = strspn(text + (*text != '\0'), small) + 1;
    if (*text < 'A' || *text > 'Z' || genus < 3 || text[genus] != ' ')
        return 0;
    size_t end = genus;
    for (;;) {
        size_t word = strspn(text + end + 1, small);
        bool whole =
            word > 1 && (text[end + 1 + word] == ' ' || text[end + 1 + word] == '\0' || text[end + 1 + word] == ',');
        for (size_t i = 0; whole && i < sizeof particles / sizeof *particles; i++)
            whole = strlen(particles[i]) != word || memcmp(particles[i], text + end + 1, word) != 0;
        if (!whole)
            return end > genus ? end : 0;
        end += 1 + word;
        if (text[end] != ' ')
            return end;
    }
}

static void add_synonyms(struct import *import, const struct taxon *accepted, const char *synonyms) {
    while (*synonyms) {
        synonyms += strspn(synonyms, " ");
        size_t len = binomial_length(synonyms);
        if (len) {
            struct taxon synonym = *accepted;
            synonym.name = keep(import, synonyms, len);
            synonym.accepted = accepted->name;
            add(import, &synonym, SYNONYM);
        }
        synonyms += strcspn(synonyms, ",");
        synonyms += *synonyms == ',';
    }
}

/* Families, orders and classes that most checklists only name in the rows of their species. */
static void add_above(struct import *import, const struct taxon *taxon) {
    struct taxon class = {taxon->class, "CLASS", taxon->class, "", "", "", "", "", NULL};
    struct taxon order = {taxon->order, "ORDER", taxon->class, taxon->order, "", "", "", "", NULL};
    struct taxon family = {taxon->family, "FAMILY", taxon->class, taxon->order, taxon->family, "", "", "", NULL};
    if (*class.name)
        add(import, &class, DERIVED);
    if (*order.name)
        add(import, &order, DERIVED);
    if (*family.name)
        add(import, &family, DERIVED);
}

static void refuse(struct import *import, const char *field, const char *value, const char *expected) {
    report_add(import->report, SEVERITY_WARNING, field, _("\"%s\" left out, expected %s"),
               text_escape(import->report->arena, value), expected);
}

/* Single blanks, none at the ends: as taxa_find() wants it. */
static const char *keep_name(struct import *import, const char *name) {
    char *copy = arena_alloc(&import->work, strlen(name) + 1);
    size_t len = 0;
    if (!copy) {
        import->no_memory = true;
        return "";
    }
    for (; *name; name++) {
        bool blank = *name == ' ' || *name == '\t' || *name == '\n';
        if (!blank)
            copy[len++] = *name;
        else if (len && copy[len - 1] != ' ')
            copy[len++] = ' ';
    }
    if (len && copy[len - 1] == ' ')
        copy[len - 1] = '\0';
    return copy;
}

static void import_row(struct import *import, const struct csv *csv) {
    const char *fields[COLUMNS];
    if (csv->count < import->width) {
        refuse(import, NULL, csv->fields[0], _("a row with as many columns as the first"));
        return;
    }
    for (size_t i = 0; i < COLUMNS; i++)
        fields[i] = csv->fields[import->columns[i]];
    const struct code *rank = codes_find(CODES_RANK, fields[RANK]);
    const char *name = keep_name(import, fields[NAME]);
    if (!*name) {
        refuse(import, column_names[NAME], fields[NAME], _("a scientific name"));
        return;
    }
    if (!rank) {
        refuse(import, column_names[RANK], fields[RANK], _("a rank such as SPECIES"));
        return;
    }
    struct taxon taxon = {
        .name = name,
        .rank = rank->code,
        .class = keep_all(import, fields[CLASS]),
        .order = keep_all(import, fields[ORDER]),
        .family = keep_all(import, fields[FAMILY]),
        .appendix = keep_listing(import, fields[LISTING]),
        .en = keep(import, fields[ENGLISH], strcspn(fields[ENGLISH], ",")),
        .fr = keep(import, fields[FRENCH], strcspn(fields[FRENCH], ",")),
    };
    add(import, &taxon, ROW);
    add_above(import, &taxon);
    add_synonyms(import, &taxon, fields[SYNONYMS]);
    import->rows++;
}

/* --- the file ---------------------------------------------------------------------------------------------------- */

static enum result find_columns(struct import *import, const struct csv *header) {
    enum result result = RESULT_OK;
    for (size_t i = 0; i < COLUMNS; i++) {
        size_t at = 0;
        while (at < header->count && strcmp(header->fields[at], column_names[i]) != 0)
            at++;
        if (at == header->count) {
            report_add(import->report, SEVERITY_ERROR, NULL, _("no column \"%s\" in the first row"), column_names[i]);
            result = RESULT_INVALID;
        }
        import->columns[i] = at;
        if (at + 1 > import->width)
            import->width = at + 1;
    }
    return result;
}

static enum result read_rows(struct import *import, struct span text) {
    struct csv csv;
    enum result result;
    bool header = true;
    csv_init(&csv, text);
    while ((result = csv_next(&csv, &import->row)) != RESULT_NOT_FOUND) {
        import->report->line = csv.line;
        if (result == RESULT_NO_MEMORY || import->no_memory)
            return RESULT_NO_MEMORY;
        if (result == RESULT_MALFORMED)
            refuse(import, NULL, "", _("a row of a CSV file"));
        else if (header)
            TRY(find_columns(import, &csv));
        else
            import_row(import, &csv);
        header = header && result == RESULT_MALFORMED;
        arena_reset(&import->row);
    }
    return import->rows ? RESULT_OK : RESULT_INVALID;
}

/* By name, the surest first, then as written in the file's order of memory, so that a run repeats. */
static int by_name_and_weight(const void *a, const void *b) {
    const struct entry *left = *(const struct entry *const *)a, *right = *(const struct entry *const *)b;
    int order = text_compare(left->taxon.name, right->taxon.name);
    if (order == 0)
        order = (left->weight < right->weight) - (left->weight > right->weight);
    if (order == 0 && left->taxon.accepted && right->taxon.accepted)
        order = strcmp(left->taxon.accepted, right->taxon.accepted);
    return order;
}

static void put_text(struct buf *out, const char *text) {
    buf_put(out, text, strlen(text) + 1);
}

static void put_taxon(struct buf *out, const struct taxon *taxon) {
    put_text(out, taxon->name);
    put_text(out, taxon->rank);
    put_text(out, taxon->class);
    put_text(out, taxon->order);
    put_text(out, taxon->family);
    put_text(out, taxon->appendix);
    put_text(out, taxon->en);
    put_text(out, taxon->fr);
    put_text(out, taxon->accepted ? taxon->accepted : "");
}

static enum result write_list(struct buf *out, struct import *import) {
    struct entry **sorted = arena_array(&import->work, import->count, sizeof *sorted);
    if (!sorted)
        return RESULT_NO_MEMORY;
    size_t count = 0;
    for (struct entry *entry = import->entries; entry; entry = entry->next)
        sorted[count++] = entry;
    qsort(sorted, count, sizeof *sorted, by_name_and_weight);

    buf_put(out, TAXA_LIST_HEAD, sizeof TAXA_LIST_HEAD - 1);
    for (size_t i = 0; i < count; i++)
        if (i == 0 || text_compare(sorted[i - 1]->taxon.name, sorted[i]->taxon.name) != 0)
            put_taxon(out, &sorted[i]->taxon);
    return out->failed ? RESULT_NO_MEMORY : RESULT_OK;
}

enum result taxa_import(struct buf *out, struct span csv, struct report *report) {
    struct import import = {.report = report};
    arena_init(&import.row, SIZE_MAX / 2); /* both bounded by the file */
    arena_init(&import.work, SIZE_MAX / 2);
    enum result result = read_rows(&import, csv);
    report->line = 0;
    if (!result && import.no_memory)
        result = RESULT_NO_MEMORY;
    if (!result)
        result = write_list(out, &import);
    arena_release(&import.row);
    arena_release(&import.work);
    return result;
}

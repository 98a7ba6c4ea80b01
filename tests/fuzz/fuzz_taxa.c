/* Any bytes as a checklist export, as a list of ours and as names: what is imported loads, and no name is too odd. */
#include <assert.h>
#include <stdint.h>

#include "core/taxa.h"

enum { BUDGET = 64 * 1024 * 1024 };

static const char header[] =
    "Class,Order,Family,FullName,RankName,CurrentListing,SynonymsWithAuthors,EnglishNames,FrenchNames\n";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_around(const struct taxa *taxa, const char *name) {
    const struct taxon *taxon = taxa_find(taxa, name);
    const char *near = taxa_suggest(taxa, name);
    assert(!taxon || taxa_is_within(taxa, name, taxon->name));
    assert(!near || taxa_find(taxa, near));
    (void)taxa_is_within(taxa, name, "Manis");
    (void)taxa_is_within(taxa, "Manis tricuspis", name);
}

static void import(struct arena *arena, struct report *report, struct span csv, const char *name) {
    struct buf list;
    struct taxa *taxa = NULL;
    buf_init(&list, arena);
    if (taxa_import(&list, csv, report) != RESULT_OK)
        return;
    enum result result = taxa_load(&taxa, arena, buf_span(&list), report);
    assert(result == RESULT_OK || result == RESULT_NO_MEMORY);
    if (result == RESULT_OK)
        look_around(taxa, name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct report report;
    struct buf csv;
    struct taxa *taxa = NULL;
    arena_init(&arena, BUDGET);
    report_init(&report, &arena);
    buf_init(&csv, &arena);
    const char *name = arena_text(&arena, (const char *)data, size);
    look_around(taxa_built_in(), name);
    if (taxa_load(&taxa, &arena, span_of(data, size), &report) == RESULT_OK)
        look_around(taxa, name);
    import(&arena, &report, span_of(data, size), name);
    buf_put(&csv, header, sizeof header - 1);
    buf_put(&csv, data, size);
    import(&arena, &report, buf_span(&csv), name);
    arena_release(&arena);
    return 0;
}

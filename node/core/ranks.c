#include "core/ranks.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { NAME_BYTES = 128 };

static const char *const names[RANKS] = {[RANK_SPECIES] = "species",
                                         [RANK_GENUS] = "genus",
                                         [RANK_FAMILY] = "family",
                                         [RANK_ORDER] = "order",
                                         [RANK_CLASS] = "class"};

const char *rank_name(enum rank rank) {
    return names[rank];
}

bool rank_find(enum rank *out, const char *name) {
    for (enum rank rank = 0; rank < RANKS; rank++)
        if (strcmp(names[rank], name) == 0) {
            *out = rank;
            return true;
        }
    return false;
}

/* ---- collecting ---- */

struct collecting {
    struct ranks *ranks;
    struct arena *arena;
    bool failed;
};

/* Lists go by name, so that a genus, and often a family, comes many times in a row. */
static void add(struct collecting *collecting, enum rank rank, const char *name) {
    struct rank_names *of = &collecting->ranks->of[rank];
    if (!*name || (of->count && strcmp(of->names[of->count - 1], name) == 0))
        return;
    if (of->count == of->capacity) {
        size_t capacity = of->capacity ? 2 * of->capacity : 256;
        const char **grown = arena_array(collecting->arena, capacity, sizeof *grown);
        if (!grown) {
            collecting->failed = true;
            return;
        }
        if (of->count)
            memcpy(grown, of->names, of->count * sizeof *grown);
        of->names = grown;
        of->capacity = capacity;
    }
    of->names[of->count++] = name;
}

/* A species begins with its genus, which may have no row of its own. */
static void add_genus(struct collecting *collecting, const char *name) {
    const struct rank_names *of = &collecting->ranks->of[RANK_GENUS];
    size_t len = strcspn(name, " ");
    const char *last = of->count ? of->names[of->count - 1] : "";
    if (strncmp(last, name, len) == 0 && last[len] == '\0')
        return;
    const char *genus = name[len] ? arena_text(collecting->arena, name, len) : name;
    collecting->failed |= !genus;
    if (genus)
        add(collecting, RANK_GENUS, genus);
}

static void collect(void *context, const struct taxon *taxon) {
    struct collecting *collecting = context;
    bool is_below = strcmp(taxon->rank, "GENUS") == 0 || strchr(taxon->name, ' ');
    if (!taxon->accepted && is_below)
        add_genus(collecting, taxon->name);
    add(collecting, RANK_FAMILY, taxon->family);
    add(collecting, RANK_ORDER, taxon->order);
    add(collecting, RANK_CLASS, taxon->class);
}

static int by_name(const void *a, const void *b) {
    return text_compare(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct rank_names *of) {
    size_t kept = 0;
    if (of->count == 0)
        return;
    qsort(of->names, of->count, sizeof *of->names, by_name);
    for (size_t i = 1; i < of->count; i++)
        if (text_compare(of->names[i], of->names[kept]) != 0)
            of->names[++kept] = of->names[i];
    of->count = kept + 1;
}

enum result ranks_init(struct ranks *out, struct arena *arena, const struct taxa *taxa) {
    struct collecting collecting = {.ranks = out, .arena = arena};
    *out = (struct ranks){.taxa = taxa};
    taxa_each(taxa, collect, &collecting);
    for (enum rank rank = 0; rank < RANKS; rank++)
        sort(&out->of[rank]);
    return collecting.failed ? RESULT_NO_MEMORY : RESULT_OK;
}

/* ---- asking ---- */

/* A scientific name begins with Latin letters. */
static bool is_latin(const char *name) {
    for (size_t i = 0; i < 2; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z')))
            return false;
    return true;
}

/* "Manis sp." says that the species is not known. */
static bool is_species(const struct ranks *ranks, const char *name) {
    static const char *const unnamed[] = {"sp", "sp.", "spp", "spp."};
    const char *blank = strchr(name, ' ');
    if (!blank || strchr(blank + 1, ' '))
        return false;
    for (size_t i = 0; i < sizeof unnamed / sizeof *unnamed; i++)
        if (text_compare(blank + 1, unnamed[i]) == 0)
            return false;
    const struct taxon *row = taxa_find(ranks->taxa, name);
    return !row || !row->accepted;
}

bool ranks_is(const struct ranks *ranks, struct span name, enum rank rank) {
    char copy[NAME_BYTES];
    const char *wanted = copy;
    const struct rank_names *of = &ranks->of[rank];
    if (name.len < 2 || name.len >= sizeof copy)
        return false;
    memcpy(copy, name.data, name.len);
    copy[name.len] = '\0';
    if (!is_latin(copy))
        return false;
    return rank == RANK_SPECIES
               ? is_species(ranks, copy)
               : of->count && bsearch(&wanted, of->names, of->count, sizeof *of->names, by_name) != NULL;
}

const char *rank_written(struct arena *arena, struct span name) {
    char *copy = arena_text(arena, (const char *)name.data, name.len);
    for (size_t i = 0; copy && copy[i]; i++) {
        if (i > 0 && copy[i] >= 'A' && copy[i] <= 'Z')
            copy[i] = (char)(copy[i] - 'A' + 'a');
        if (i == 0 && copy[i] >= 'a' && copy[i] <= 'z')
            copy[i] = (char)(copy[i] - 'a' + 'A');
    }
    return copy;
}

struct asking {
    const struct ranks *ranks;
    enum rank rank;
    taxa_visit *visit;
    void *context;
};

static void ask(void *context, struct span above) {
    const struct asking *asking = context;
    if (ranks_is(asking->ranks, above, asking->rank))
        asking->visit(asking->context, above);
}

void ranks_each(const struct ranks *ranks, const char *name, enum rank rank, taxa_visit *visit, void *context) {
    struct asking asking = {ranks, rank, visit, context};
    taxa_each_above(ranks->taxa, name, ask, &asking);
}

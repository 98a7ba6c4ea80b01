#include "core/conversion.h"

#include <string.h>

#include "base/text.h"
#include "core/alert_internal.h"
#include "core/codes.h"
#include "core/settings.h"

/* Facts, each with where it stands. What is not here has no factor until an administration gives one. */
static const char table_version[] = "2026-1";
#define BY_MEANING "the term itself: each is one animal"
static const struct factor table[] = {
    {"", "LIV", "", 1, BY_MEANING, false},
    {"", "BOD", "", 1, BY_MEANING, false},
    {"", "SKE", "", 1, BY_MEANING, false},
    {"", "SKU", "", 1, BY_MEANING, false},
    {"Manidae", "SCA", "KIL", 0.12,
     "World Customs Organization, WCO News on Project INAMA, 2015: 0.12 kg of scales per average pangolin", false},
};

/* Units of mass in kilograms, by definition. */
static const struct {
    const char *unit;
    double kg;
} masses[] = {{"KIL", 1},   {"GRM", 1e-3},       {"MGM", 1e-6},          {"MYG", 1e-9},
              {"TON", 1e3}, {"PND", 0.45359237}, {"OUN", 0.028349523125}};

const struct factor *conversions_built_in(size_t *count) {
    *count = sizeof table / sizeof *table;
    return table;
}

void conversions_init(struct conversions *out, const struct taxa *taxa) {
    *out = (struct conversions){.taxa = taxa, .version = table_version, .own_version = ""};
}

/* ---- finding ---- */

static double mass_of(const char *unit) {
    for (size_t i = 0; i < sizeof masses / sizeof *masses; i++)
        if (strcmp(masses[i].unit, unit) == 0)
            return masses[i].kg;
    return 0;
}

/* What one `unit` is in the factor's unit; 0: nothing that can be said. */
static double unit_in(const struct factor *factor, const char *unit) {
    if (strcmp(factor->unit, unit) == 0)
        return 1;
    double theirs = mass_of(factor->unit), ours = mass_of(unit);
    return theirs > 0 ? ours / theirs : 0;
}

static bool fits(const struct conversions *conversions, const struct factor *factor, const char *taxon,
                 const char *term, const char *unit) {
    return strcmp(factor->term, term) == 0 && unit_in(factor, unit) > 0 &&
           (!*factor->taxon || (*taxon && taxa_is_within(conversions->taxa, taxon, factor->taxon)));
}

/* Does a say more than b, which came before? */
static bool is_nearer(const struct conversions *conversions, const struct factor *a, const struct factor *b) {
    if (!b)
        return true;
    return !*b->taxon || (*a->taxon && taxa_is_within(conversions->taxa, a->taxon, b->taxon));
}

static const struct factor *nearest(const struct conversions *conversions, const struct factor *rows, size_t count,
                                    const char *taxon, const char *term, const char *unit) {
    const struct factor *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (fits(conversions, &rows[i], taxon, term, unit) && is_nearer(conversions, &rows[i], best))
            best = &rows[i];
    return best;
}

const struct factor *conversions_find(const struct conversions *conversions, const char *taxon, const char *term,
                                      const char *unit, double *in_unit) {
    const struct factor *found = nearest(conversions, conversions->own, conversions->own_count, taxon, term, unit);
    if (!found)
        found = nearest(conversions, table, sizeof table / sizeof *table, taxon, term, unit);
    if (found)
        *in_unit = unit_in(found, unit);
    return found;
}

/* ---- a file ---- */

static bool read_code(const struct setting *row, const char *key, enum code_list list, bool required, const char **out,
                      struct report *report) {
    *out = "";
    if (!settings_text(row, key, required, out, report))
        return !required && !settings_get(row, key);
    if (codes_find(list, *out))
        return true;
    settings_error(settings_get(row, key), report, key, _("expected a code of the list \"%s\": inama help codes %s"),
                   codes_list_name(list), codes_list_name(list));
    return false;
}

static bool read_per_animal(const struct setting *row, double *out, struct report *report) {
    const char *text;
    if (!settings_text(row, "per_animal", true, &text, report))
        return false;
    if (decimal_parse(out, text) && *out > 0)
        return true;
    settings_error(settings_get(row, "per_animal"), report, "per_animal",
                   _("expected a number above 0: how much of it is one animal"));
    return false;
}

static bool read_factor(struct factor *out, const struct setting *row, struct report *report) {
    static const char *const keys[] = {"taxon", "term", "unit", "per_animal", "source", NULL};
    struct factor factor = {.taxon = "", .is_own = true};
    if (row->kind != SETTING_MAP) {
        settings_error(row, report, "factors", _("expected term, per_animal and source"));
        return false;
    }
    settings_only(row, keys, report);
    settings_text(row, "taxon", false, &factor.taxon, report);
    bool good = read_code(row, "term", CODES_TERM, true, &factor.term, report);
    good &= read_code(row, "unit", CODES_UNIT, false, &factor.unit, report);
    good &= read_per_animal(row, &factor.per_animal, report);
    good &= settings_text(row, "source", true, &factor.source, report);
    *out = factor;
    return good;
}

enum result conversions_read(struct conversions *conversions, struct arena *arena, struct span yaml,
                             struct report *report) {
    static const char *const keys[] = {"version", "factors", NULL};
    const struct setting *map;
    TRY(settings_read(&map, arena, report->file, yaml, report));
    settings_only(map, keys, report);
    const char *version;
    bool good = settings_text(map, "version", true, &version, report);
    const struct setting *rows = settings_get(map, "factors");
    if (!rows || rows->kind != SETTING_LIST) {
        settings_error(rows ? rows : map, report, "factors", _("expected a list of factors"));
        return RESULT_INVALID;
    }
    struct factor *factors = arena_array(arena, rows->count, sizeof *factors);
    if (!factors)
        return RESULT_NO_MEMORY;
    size_t count = 0;
    for (const struct setting *row = rows->first; row; row = row->next)
        good &= read_factor(&factors[count++], row, report);
    if (!good || report->errors)
        return RESULT_INVALID;
    conversions->own = factors;
    conversions->own_count = count;
    conversions->own_version = version;
    return RESULT_OK;
}

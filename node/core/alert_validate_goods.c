#include "core/alert_validate.h"

#include <math.h>
#include <string.h>

#include "base/text.h"

static const char *element_path(const struct check *check, const char *group, size_t element, const char *name) {
    return text_format(check->arena, "%s[%zu].%s", group, element, name);
}

#define WARN(check, group, element, name, ...)                                                                         \
    report_add((check)->report, SEVERITY_WARNING, element_path(check, group, element, name), __VA_ARGS__)

/* ---- specimens ---- */

static void check_purpose(const struct check *check, size_t i, const char *name, const char *term,
                          const char *purpose) {
    if (codes_find(CODES_PURPOSE, or_empty(purpose)) && !codes_term_has_purpose(term, purpose))
        WARN(check, "specimens", i, name, _("%s (%s) is rarely moved for purpose %s"), term,
             codes_label(codes_find(CODES_TERM, term)), purpose);
}

/* Only for terms that exist; an unknown one has its error already. */
static void check_pairs(const struct check *check, size_t i, const AlertSpecimen *specimen) {
    const char *term = or_empty(specimen->term), *unit = or_empty(specimen->unit);
    const struct code *code = codes_find(CODES_TERM, term);
    if (!code)
        return;
    bool unit_exists = !*unit || codes_find(CODES_UNIT, unit);
    if (is_given(specimen->quantity) && unit_exists && !codes_term_has_unit(term, unit))
        WARN(check, "specimens", i, "unit", _("%s (%s) is not usually counted in %s"), term, codes_label(code),
             *unit ? codes_label(codes_find(CODES_UNIT, unit)) : _("specimens"));
    check_purpose(check, i, "purpose_declared", term, specimen->purpose_declared);
    check_purpose(check, i, "purpose_assessed", term, specimen->purpose_assessed);

    const struct taxon *taxon = taxa_find(check->references->taxa, or_empty(specimen->taxon));
    if (taxon && !codes_taxon_has_term(taxon->family, taxon->class, term))
        WARN(check, "specimens", i, "term", _("%s (%s) is not expected of %s"), term, codes_label(code), taxon->name);
}

/* "II" is in "I/II" and in "II", not in "III". */
static bool has_appendix(const char *listing, const char *appendix) {
    size_t len = strlen(appendix);
    for (const char *at = listing; at; at = strchr(at, '/') ? strchr(at, '/') + 1 : NULL)
        if (strncmp(at, appendix, len) == 0 && (at[len] == '\0' || at[len] == '/'))
            return true;
    return false;
}

static void check_listing(const struct check *check, size_t i, const AlertSpecimen *specimen) {
    const struct taxon *taxon = taxa_find(check->references->taxa, or_empty(specimen->taxon));
    if (!taxon)
        return;
    if (codes_find(CODES_RANK, or_empty(specimen->rank)) && strcmp(specimen->rank, taxon->rank) != 0)
        WARN(check, "specimens", i, "rank", _("is %s, but %s is a name of rank %s"), specimen->rank, taxon->name,
             taxon->rank);
    if (*taxon->appendix && codes_find(CODES_APPENDIX, or_empty(specimen->appendix)) &&
        !has_appendix(taxon->appendix, specimen->appendix))
        WARN(check, "specimens", i, "appendix", _("is %s, but %s is listed today as %s"), specimen->appendix,
             taxon->name, taxon->appendix);
}

/* Kilograms of one of the unit; 0 for what is not a weight. */
static double unit_kg(const char *unit) {
    static const struct {
        const char *unit;
        double kg;
    } weights[] = {{"KIL", 1}, {"GRM", 1e-3}, {"MGM", 1e-6}, {"MYG", 1e-9}, {"TON", 1e3}};
    for (size_t i = 0; i < sizeof weights / sizeof *weights; i++)
        if (strcmp(weights[i].unit, unit) == 0)
            return weights[i].kg;
    return 0;
}

/* What the factor divides: kilograms where the quantity is a weight, else the number of items. */
static bool counted_amount(const AlertSpecimen *specimen, double *amount) {
    if (!is_given(specimen->quantity))
        return is_given(specimen->weight_kg) && decimal_parse(amount, specimen->weight_kg);
    if (!decimal_parse(amount, specimen->quantity))
        return false;
    double kg = unit_kg(or_empty(specimen->unit));
    *amount *= kg > 0 ? kg : 1;
    return true;
}

static void check_animals(const struct check *check, size_t i, const AlertSpecimen *specimen) {
    const double tolerance = 0.02;
    double factor, amount;
    if (!specimen->has_estimated_animals)
        return;
    if (!is_given(specimen->conversion_factor)) {
        report_add(check->report, SEVERITY_ERROR, element_path(check, "specimens", i, "conversion_factor"),
                   _("is missing; an estimated number of animals is only worth something with the factor it came from, "
                     "such as \"0.12\" kg per animal"));
        return;
    }
    if (!decimal_parse(&factor, specimen->conversion_factor) || factor <= 0 || !counted_amount(specimen, &amount))
        return;
    double expected = amount / factor;
    if (fabs(specimen->estimated_animals - expected) > tolerance * expected + 0.5)
        WARN(check, "specimens", i, "estimated_animals", _("is %u, but %g divided by the factor %s makes %.0f"),
             specimen->estimated_animals, amount, specimen->conversion_factor, expected);
}

static void check_positive(const struct check *check, size_t i, const char *name, const char *text) {
    double value;
    if (is_given(text) && decimal_parse(&value, text) && value <= 0)
        report_add(check->report, SEVERITY_ERROR, element_path(check, "specimens", i, name),
                   _("is %s, expected more than 0"), check_quote(check, text));
}

/* Four to ten digits, with or without points: national tariffs go on behind the six of the Harmonized System. */
static void check_hs(const struct check *check, size_t i, const char *name, const char *code) {
    size_t digits = 0;
    for (const char *c = or_empty(code); *c; c++) {
        if (*c >= '0' && *c <= '9')
            digits++;
        else if (*c != '.' && *c != ' ')
            digits = 99;
    }
    if (is_given(code) && (digits < 4 || digits > 10))
        WARN(check, "specimens", i, name, _("\"%s\" does not look like an HS code such as 0507.90"),
             check_quote(check, code));
}

void check_specimens(const struct check *check) {
    for (size_t i = 0; i < check->content->n_specimens; i++) {
        const AlertSpecimen *specimen = check->content->specimens[i];
        check_positive(check, i, "quantity", specimen->quantity);
        check_positive(check, i, "weight_kg", specimen->weight_kg);
        check_positive(check, i, "conversion_factor", specimen->conversion_factor);
        check_pairs(check, i, specimen);
        check_listing(check, i, specimen);
        check_animals(check, i, specimen);
        check_hs(check, i, "hs_declared", specimen->hs_declared);
        check_hs(check, i, "hs_actual", specimen->hs_actual);
    }
}

/* ---- the route ---- */

/* Documents may bear wrong numbers, and evidence is kept as written: doubts, not errors. */
static void check_numbers(const struct check *check, size_t i, const AlertLeg *leg) {
    for (size_t j = 0; j < leg->n_container; j++)
        if (is_given(leg->container[j]) && !codes_container_is_valid(leg->container[j]))
            WARN(check, "legs", i, "container",
                 _("\"%s\" is not a valid container number: four letters, seven digits, the last a check digit"),
                 check_quote(check, leg->container[j]));
    if (is_given(leg->imo) && !codes_imo_is_valid(leg->imo))
        WARN(check, "legs", i, "imo", _("\"%s\" is not a valid IMO number: seven digits, the last a check digit"),
             check_quote(check, leg->imo));
    if (is_given(leg->air_waybill) && !codes_air_waybill_is_valid(leg->air_waybill))
        WARN(check, "legs", i, "air_waybill",
             _("\"%s\" is not a valid air waybill: three digits and eight, the last a check digit"),
             check_quote(check, leg->air_waybill));
}

static bool lies_elsewhere(const char *place, const char *country) {
    return is_given(place) && is_given(country) && strncmp(place, country, 2) != 0;
}

static void warn_elsewhere(const struct check *check, const char *path, const char *place, const char *country) {
    report_add(check->report, SEVERITY_WARNING, path, _("\"%s\" does not lie in %s, the country given"),
               check_quote(check, place), check_quote(check, country));
}

void check_legs(const struct check *check) {
    const AlertIncident *incident = check->content->incident;
    if (incident && lies_elsewhere(incident->place, incident->country))
        warn_elsewhere(check, "incident.place", incident->place, incident->country);
    for (size_t i = 0; i < check->content->n_legs; i++) {
        const AlertLeg *leg = check->content->legs[i];
        check_numbers(check, i, leg);
        if (lies_elsewhere(leg->place, leg->country))
            warn_elsewhere(check, element_path(check, "legs", i, "place"), leg->place, leg->country);
        bool seized_here = strcmp(or_empty(leg->role), "SEIZURE") == 0;
        if (seized_here && incident && is_given(incident->country) && is_given(leg->country) &&
            strcmp(incident->country, leg->country) != 0)
            WARN(check, "legs", i, "country", _("is %s, but the incident was in %s"), check_quote(check, leg->country),
                 check_quote(check, incident->country));
    }
}

/* ---- evidence ---- */

static bool has_exhibit(const struct check *check, const char *number) {
    for (size_t i = 0; i < check->content->n_exhibits; i++)
        if (strcmp(or_empty(check->content->exhibits[i]->number), number) == 0)
            return true;
    return false;
}

static void check_named(const struct check *check, const char *group, size_t i, const char *exhibit) {
    if (is_given(exhibit) && !has_exhibit(check, exhibit))
        WARN(check, group, i, "exhibit", _("there is no exhibit \"%s\" in this alert"), check_quote(check, exhibit));
}

void check_exhibits(const struct check *check) {
    const Alert *content = check->content;
    uint8_t hash[32];
    for (size_t i = 0; i < content->n_exhibits; i++) {
        const char *hex = content->exhibits[i]->sha256;
        if (is_given(hex) && (strlen(hex) != 2 * sizeof hash || !text_unhex(hash, sizeof hash, hex)))
            report_add(check->report, SEVERITY_ERROR, element_path(check, "exhibits", i, "sha256"),
                       _("expected the 64 hexadecimal digits that sha256sum prints"));
    }
    for (size_t i = 0; i < content->n_custody; i++)
        check_named(check, "custody", i, content->custody[i]->exhibit);
    for (size_t i = 0; i < content->n_laboratory; i++)
        check_named(check, "laboratory", i, content->laboratory[i]->exhibit);
}

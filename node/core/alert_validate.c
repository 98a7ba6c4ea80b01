#include "core/alert_validate.h"

#include <string.h>

#include "base/text.h"

enum { LISTED_CODES_MAX = 14, DAY_MS = 24 * 60 * 60 * 1000 };

/* ---- codes ---- */

static const char *all_codes(const struct check *check, enum code_list list) {
    const char *codes = "";
    for (size_t i = 0; i < codes_count(list); i++)
        if (!codes_at(list, i)->obsolete)
            codes = text_format(check->arena, "%s%s%s", codes, *codes ? ", " : "", codes_at(list, i)->code);
    return codes;
}

void check_code(const struct check *check, const char *path, enum code_list list, const char *code) {
    const struct code *found = codes_find(list, code);
    /* an alert whose TLP is not of today's would be shown to nobody */
    enum severity obsolete = list == CODES_TLP ? SEVERITY_ERROR : SEVERITY_WARNING;
    if (found && found->obsolete)
        report_add(check->report, obsolete, path, _("\"%s\" (%s) is an obsolete code of the list \"%s\""), code,
                   codes_label(found), codes_list_name(list));
    if (found)
        return;
    const char *name = codes_list_name(list), *near = codes_suggest(list, code), *quoted = check_quote(check, code);
    if (*near)
        report_add(check->report, SEVERITY_ERROR, path, _("\"%s\" is not in the list \"%s\"; did you mean %s?"), quoted,
                   name, near);
    else if (codes_count(list) <= LISTED_CODES_MAX)
        report_add(check->report, SEVERITY_ERROR, path, _("\"%s\" is not in the list \"%s\", which has: %s"), quoted,
                   name, all_codes(check, list));
    else
        report_add(check->report, SEVERITY_ERROR, path, _("\"%s\" is not in the list \"%s\""), quoted, name);
}

/* ---- dates ---- */

uint64_t check_tomorrow_ms(const struct check *check) {
    return check->now_ms + DAY_MS;
}

/* As far as the precision of `date` goes. */
static bool is_after(const struct date *date, const struct date *limit) {
    if (date->year != limit->year || !date->month)
        return date->year > limit->year;
    if (date->month != limit->month || !date->day)
        return date->month > limit->month;
    return date->day > limit->day;
}

void check_not_in_future(const struct check *check, const char *path, const struct date *date) {
    char today[25], tomorrow[25];
    struct date limit;
    text_time(today, check->now_ms);
    text_time(tomorrow, check_tomorrow_ms(check));
    today[10] = tomorrow[10] = '\0';
    if (date_parse(&limit, tomorrow) && is_after(date, &limit))
        report_add(check->report, SEVERITY_ERROR, path, _("lies in the future; today is %s"), today);
}

/* Fields that speak of what has happened. Arrivals, deadlines and validity may lie ahead. */
static bool is_of_the_past(const struct field *field) {
    static const char *const paths[] = {"persons.birth_date", "documents.issued",     "exhibits.collected",
                                        "custody.time",       "evaluation.graded_at", "laboratory.reported"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (strcmp(field->path, paths[i]) == 0)
            return true;
    return false;
}

static void check_date(const struct check *check, const char *path, const struct field *field, const char *value) {
    struct date date;
    uint64_t ms;
    if (!is_of_the_past(field))
        return;
    if (field->type == FIELD_DATE && date_parse(&date, value))
        check_not_in_future(check, path, &date);
    else if (field->type == FIELD_TIME && text_parse_time(&ms, value) && ms > check_tomorrow_ms(check))
        report_add(check->report, SEVERITY_ERROR, path, _("\"%s\" lies in the future"), check_quote(check, value));
}

static void check_incident_date(const struct check *check, const AlertIncident *incident) {
    struct date date = {.year = incident->year,
                        .month = incident->has_month ? incident->month : 0,
                        .day = incident->has_day ? incident->day : 0};
    struct date year = {.year = incident->year};
    if (!incident->has_year)
        return;
    if (!date_exists(&year))
        report_add(check->report, SEVERITY_ERROR, "incident.year", _("is %u, expected a year such as 2014"),
                   incident->year);
    else if (incident->has_month && (incident->month < 1 || incident->month > 12))
        report_add(check->report, SEVERITY_ERROR, "incident.month", _("is %u, expected 1 to 12"), incident->month);
    else if (incident->has_day &&
             (incident->day < 1 || incident->day > 31 || (incident->has_month && !date_exists(&date))))
        report_add(check->report, SEVERITY_ERROR, "incident.day", _("is %u: there is no such day in %04u-%02u"),
                   incident->day, date.year, date.month);
    else
        check_not_in_future(check, date.month ? "incident.month" : "incident.year", &date);
}

/* ---- names and places ---- */

static void check_taxon(const struct check *check, const char *path, const char *name) {
    const struct taxa *taxa = check->references->taxa;
    const struct taxon *taxon = taxa_find(taxa, name);
    if (taxon && taxon->accepted)
        report_add(check->report, SEVERITY_WARNING, path, _("\"%s\" is a synonym; the accepted name is \"%s\""),
                   taxon->name, taxon->accepted);
    if (taxon)
        return;
    const char *near = taxa_suggest(taxa, name), *quoted = check_quote(check, name);
    if (near)
        report_add(check->report, SEVERITY_WARNING, path, _("\"%s\" is not a known name; did you mean \"%s\"?"), quoted,
                   near);
    else if (taxa_is_complete(taxa))
        report_add(check->report, SEVERITY_WARNING, path,
                   _("\"%s\" is not in the checklist; expected a scientific name"), quoted);
    else
        report_add(check->report, SEVERITY_WARNING, path,
                   _("\"%s\" is not among the names built in; check the spelling of the scientific name"), quoted);
}

static void check_place(const struct check *check, const char *path, const char *code) {
    const struct places *places = check->references->places;
    if (places_find(places, code))
        return;
    const char country[] = {code[0], code[1], '\0'};
    if (places_is_complete(places, country))
        report_add(check->report, SEVERITY_ERROR, path, _("\"%s\" is not a place of UN/LOCODE in %s"),
                   check_quote(check, code), country);
    else
        report_add(check->report, SEVERITY_WARNING, path,
                   _("\"%s\" is not among the places built in; check it, or give the place in words"),
                   check_quote(check, code));
}

/* ---- every field by its type ---- */

/* Nearly every value: nothing is to be said of it, so its path is not put into words. */
static bool is_plainly_good(const struct field *field, const char *value) {
    const struct code *code;
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_NUMBER:
    case FIELD_DECIMAL:
    case FIELD_FLAG:
    case FIELD_BLOB:
        return true; /* the form alone was the question */
    case FIELD_CODE:
        code = codes_find(field->list, value);
        return code && !code->obsolete;
    default:
        return false;
    }
}

static void check_value(void *context, const struct field *field, size_t element, const char *value) {
    const struct check *check = context;
    const char *expected = leaf_expects(field->type, value);
    if (!expected && is_plainly_good(field, value))
        return;
    const char *path = leaf_path(check->arena, &leaf_table()->leaves[field->slot], element);
    if (expected)
        report_add(check->report, SEVERITY_ERROR, path, _("\"%s\" is not %s"), check_quote(check, value), expected);
    else if (field->type == FIELD_CODE)
        check_code(check, path, field->list, value);
    else if (field->type == FIELD_TAXON)
        check_taxon(check, path, value);
    else if (field->type == FIELD_PLACE)
        check_place(check, path, value);
    else
        check_date(check, path, field, value);
}

/* Decimals have a sign for the coordinates; nothing else may be negative. */
static void check_range(const struct check *check, const char *path, const char *text, double least, double most) {
    double value;
    if (!is_given(text) || !decimal_parse(&value, text) || (value >= least && value <= most))
        return;
    report_add(check->report, SEVERITY_ERROR, path, _("is %s, expected %g to %g"), check_quote(check, text), least,
               most);
}

static void check_ranges(const struct check *check) {
    const double any = 1e15;
    const Alert *content = check->content;
    if (content->incident) {
        check_range(check, "incident.latitude", content->incident->latitude, -90, 90);
        check_range(check, "incident.longitude", content->incident->longitude, -180, 180);
        check_range(check, "incident.value_amount", content->incident->value_amount, 0, any);
    }
    if (content->legal)
        check_range(check, "legal.fine_amount", content->legal->fine_amount, 0, any);
    if (content->evaluation && content->evaluation->completeness > 100)
        report_add(check->report, SEVERITY_ERROR, "evaluation.completeness", _("is %u, expected 0 to 100"),
                   content->evaluation->completeness);
}

/* A number of animals without its factor has an error of its own, see check_specimens(). */
static void check_companions(const struct check *check) {
    const struct leaf_table *table = leaf_table();
    const struct field *animals = field_find("specimens.estimated_animals");
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct leaf *leaf = &table->leaves[slot];
        if (!leaf->field || !leaf->field->with || leaf->field == animals)
            continue;
        const struct leaf *with = leaf_find(leaf->field->with);
        for (size_t i = 0; i < leaf_elements(check->content, leaf->group); i++) {
            const ProtobufCMessage *element = leaf_element(check->content, leaf->group, i);
            if (leaf_is_present(leaf, element) && !leaf_is_present(with, element))
                report_add(check->report, SEVERITY_WARNING, leaf_path(check->arena, leaf, i),
                           _("says little without \"%s\""), leaf_path(check->arena, with, i));
        }
    }
}

/* ---- the least that an alert must say ---- */

static void missing(const struct check *check, const char *path, const char *example) {
    report_add(check->report, SEVERITY_ERROR, path, _("is missing; %s"), example);
}

static void check_minimum_specimens(const struct check *check) {
    const Alert *content = check->content;
    if (content->n_specimens == 0)
        missing(check, "specimens", _("give at least the species and what was found of it, such as SCA for scales"));
    for (size_t i = 0; i < content->n_specimens; i++) {
        const AlertSpecimen *specimen = content->specimens[i];
        if (!is_given(specimen->taxon))
            missing(check, text_format(check->arena, "specimens[%zu].taxon", i),
                    _("give the scientific name, or the family or class if the species is not known"));
        if (!is_given(specimen->term))
            missing(check, text_format(check->arena, "specimens[%zu].term", i),
                    _("give the CITES term of what was found, such as SCA for scales"));
    }
}

/* What happened somewhere has a year and a country; a question may have neither. */
static void check_minimum(const struct check *check) {
    static const struct {
        const char *kind;
        bool specimens;
    } happened[] = {
        {"SEIZURE", true}, {"ATTEMPTED", true}, {"INTELLIGENCE", false}, {"NEGATIVE_CHECK", false}, {"WARNING", false}};
    const AlertIncident *incident = check->content->incident;
    for (size_t i = 0; i < sizeof happened / sizeof *happened; i++) {
        if (strcmp(happened[i].kind, or_empty(check->header->kind)) != 0)
            continue;
        if (!incident || !incident->has_year)
            missing(check, "incident.year", _("give the date, at least the year"));
        if (!incident || !is_given(incident->country))
            missing(check, "incident.country", _("give the two letters of the country, such as CD; XX if not known"));
        if (happened[i].specimens)
            check_minimum_specimens(check);
    }
}

static void forbid_value(void *context, const struct field *field, size_t element, const char *value) {
    const struct check *check = context;
    (void)element, (void)value;
    report_add(check->report, SEVERITY_ERROR, field->path, _("has no place here; a recall has no content"));
}

/* It follows from the newest version of what it takes back, and says why in its caveat; that is all. */
static void check_recall(const struct check *check) {
    if (!alert_is_recall(check->header))
        return;
    if (check->header->version < 2 || check->header->alert.len == 0)
        report_add(check->report, SEVERITY_ERROR, "alert",
                   _("a recall names the alert that it takes back, and is its next version; see inama recall"));
    if (!is_given(check->header->caveat))
        report_add(check->report, SEVERITY_ERROR, "marking.caveat", _("is missing; a recall says there why"));
    alert_each(check->content, forbid_value, (void *)(uintptr_t)check);
}

enum result alert_validate(const AlertHeader *header, const Alert *content, const struct references *references,
                           uint64_t now_ms, struct report *report) {
    struct check check = {
        .header = header,
        .content = content,
        .references = references,
        .report = report,
        .arena = report->arena,
        .now_ms = now_ms,
    };
    size_t errors_before = report->errors;
    check_envelope(&check);
    check_minimum(&check);
    check_recall(&check);
    alert_each(content, check_value, &check);
    if (content->incident)
        check_incident_date(&check, content->incident);
    check_ranges(&check);
    check_companions(&check);
    check_specimens(&check);
    check_legs(&check);
    check_exhibits(&check);
    return report->errors > errors_before ? RESULT_INVALID : RESULT_OK;
}

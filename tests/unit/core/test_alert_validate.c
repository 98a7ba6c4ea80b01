/* What an alert must say, and what an officer is told when it does not. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "core/alert.h"

static const uint64_t now_ms = 1399291200000; /* 2014-05-05T12:00:00Z */

#define DIGITS "0123456789abcdef"
#define REFERENCE DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS DIGITS

static struct arena arena;
static struct report report;
static AlertHeader *header;
static Alert *content;
static enum result result;

static void tear_down(void) {
    arena_release(&arena);
}

static void set(const char *path, size_t element, const char *text) {
    ck_assert_msg(alert_set_text(&arena, content, path, element, text) == RESULT_OK, "%s = %s", path, text);
}

/* The quick form: eight fields. */
static void set_up(void) {
    static char kind[] = "SEIZURE", tlp[] = "AMBER";
    arena_init(&arena, 64 * 1024 * 1024);
    header = arena_alloc(&arena, sizeof *header);
    content = arena_alloc(&arena, sizeof *content);
    alert_header__init(header);
    alert__init(content);
    header->version = 1;
    header->kind = kind;
    header->tlp = tlp;
    set("incident.date", 0, "2014-05-05");
    set("incident.country", 0, "CD");
    set("specimens.taxon", 0, "Manidae");
    set("specimens.term", 0, "SCA");
    set("specimens.quantity", 0, "750");
    set("specimens.unit", 0, "KIL");
}

static void validate(void) {
    struct references references = {taxa_built_in(), places_built_in()};
    report_init(&report, &arena);
    result = alert_validate(header, content, &references, now_ms, &report);
    ck_assert_int_eq(result, report.errors ? RESULT_INVALID : RESULT_OK);
}

static const char *all_findings(void) {
    const char *all = "";
    for (size_t i = 0; i < report.count; i++)
        all = text_format(&arena, "%s\n  %s", all, report_line(&arena, &report.findings[i]));
    return all;
}

static void is_clean(void) {
    validate();
    ck_assert_msg(report.count == 0, "%s", all_findings());
}

/* There is one finding, at `field`, with `word` in its text. */
static void finds(enum severity severity, const char *field, const char *word) {
    validate();
    ck_assert_msg(report.count == 1, "%zu findings: %s", report.count, all_findings());
    ck_assert_int_eq(report.findings[0].severity, severity);
    ck_assert_str_eq(report.findings[0].field, field);
    ck_assert_msg(strstr(report.findings[0].text, word) != NULL, "%s", all_findings());
}

static void fails(const char *field, const char *word) {
    finds(SEVERITY_ERROR, field, word);
}

static void warns(const char *field, const char *word) {
    finds(SEVERITY_WARNING, field, word);
}

/* ---- the least ---- */

START_TEST(the_quick_form_is_enough) {
    is_clean();
}
END_TEST

START_TEST(a_kind_is_mandatory) {
    header->kind = NULL;
    fails("kind", "missing");
}
END_TEST

START_TEST(a_marking_is_mandatory) {
    header->tlp = NULL;
    fails("marking.tlp", "AMBER+STRICT");
}
END_TEST

START_TEST(a_seizure_has_year_country_and_specimens) {
    content->incident->has_year = content->incident->has_month = content->incident->has_day = false;
    fails("incident.year", "missing");
    content->incident = NULL;
    content->n_specimens = 0;
    validate();
    ck_assert_uint_eq(report.errors, 3);
}
END_TEST

START_TEST(a_specimen_has_taxon_and_term) {
    set("specimens.description", 1, "a sack");
    validate();
    ck_assert_uint_eq(report.errors, 2);
    ck_assert_str_eq(report.findings[0].field, "specimens[1].taxon");
    ck_assert_str_eq(report.findings[1].field, "specimens[1].term");
}
END_TEST

START_TEST(a_question_needs_no_incident) {
    static char question[] = "QUESTION";
    header->kind = question;
    content->incident = NULL;
    content->n_specimens = 0;
    set("requests.question", 0, "Do you know this container?");
    is_clean();
}
END_TEST

START_TEST(content_may_lack_any_field) {
    static char nothing[] = "";
    alert__init(content);
    alert_header__init(header);
    validate();
    for (size_t slot = 0; slot < FIELD_SLOTS; slot++) {
        const struct field *field = field_at(slot);
        static const char *const samples[] = {[FIELD_TEXT] = "text",       [FIELD_CODE] = "CODE",
                                              [FIELD_PLACE] = "KEMBA",     [FIELD_TAXON] = "Manidae",
                                              [FIELD_NUMBER] = "12",       [FIELD_DECIMAL] = "0.120",
                                              [FIELD_DATE] = "2014-05-05", [FIELD_TIME] = "2014-05-05T09:30:00Z",
                                              [FIELD_FLAG] = "yes",        [FIELD_BLOB] = REFERENCE};
        if (!field)
            continue;
        alert__init(content);
        set(field->path, field->group_repeats ? 1 : 0, samples[field->type]);
        header->kind = slot % 2 ? NULL : nothing;
        validate();
    }
}
END_TEST

/* ---- codes ---- */

START_TEST(an_unknown_code_is_an_error_with_a_suggestion) {
    set("specimens.unit", 0, "kil");
    fails("specimens[0].unit", "KIL");
}
END_TEST

START_TEST(a_short_list_is_shown_whole) {
    static char tlp[] = "QQQQQQQQ";
    header->tlp = tlp;
    fails("marking.tlp", "AMBER+STRICT");
}
END_TEST

START_TEST(a_code_from_outside_is_escaped) {
    set("specimens.unit", 0, "\033[2J");
    fails("specimens[0].unit", "\\x1b[2J");
}
END_TEST

START_TEST(a_long_value_is_cut_in_the_finding) {
    char unit[4001];
    for (size_t i = 0; i + 1 < sizeof unit; i += 2)
        memcpy(unit + i, "é", 2);
    unit[4000] = '\0';
    set("specimens.unit", 0, unit);
    fails("specimens[0].unit", "…");
    ck_assert_uint_lt(strlen(report.findings[0].text), 300);
}
END_TEST

START_TEST(an_obsolete_code_is_a_warning) {
    set("specimens.term", 0, "SKS");
    warns("specimens[0].term", "obsolete");
}
END_TEST

/* No node would show it to anybody. */
START_TEST(an_obsolete_tlp_is_refused) {
    static char tlp[] = "WHITE";
    header->tlp = tlp;
    fails("marking.tlp", "CLEAR");
}
END_TEST

START_TEST(codes_of_repeated_fields_are_checked) {
    set("persons.nationality", 0, "CD");
    set("persons.nationality", 0, "QQ");
    fails("persons[0].nationality", "QQ");
}
END_TEST

/* ---- grades and markings ---- */

START_TEST(a_grade_needs_its_scheme) {
    static char grade[] = "B", number[] = "2", scheme[] = "ADMIRALTY", other[] = "UK";
    header->source_grade = grade;
    header->information_grade = number;
    fails("grading.scheme", "B2");
    header->grading_scheme = scheme;
    is_clean();
    header->grading_scheme = other;
    fails("grading", "1 to 3");
    header->grading_scheme = scheme;
    header->information_grade = NULL;
    fails("grading", "1 to 6");
}
END_TEST

START_TEST(h3_needs_a_caveat) {
    static char h0[] = "H0", h3[] = "H3", caveat[] = "not to carriers", *codes[] = {h0, h3};
    header->handling = codes;
    header->n_handling = 2;
    fails("marking.caveat", "H3");
    header->caveat = caveat;
    is_clean();
    static char h4[] = "H4";
    codes[1] = h4;
    fails("marking.handling", "H4");
}
END_TEST

START_TEST(an_envelope_has_a_size) {
    static char caveat[4097];
    memset(caveat, 'x', sizeof caveat - 1);
    header->caveat = caveat;
    fails("marking", "shorten");
}
END_TEST

START_TEST(an_envelope_is_text) {
    static char latin1[] = "saisie \xE9", *purposes[] = {latin1};
    ck_assert(alert_header_is_text(header));
    header->purposes = purposes;
    header->n_purposes = 1;
    ck_assert(!alert_header_is_text(header));
    header->n_purposes = 0;
    header->caveat = latin1;
    ck_assert(!alert_header_is_text(header));
}
END_TEST

START_TEST(expiry_lies_ahead) {
    header->created = now_ms;
    header->has_expires = true;
    header->expires = now_ms + 1000;
    is_clean();
    header->expires = now_ms - 1000;
    fails("expires", "before");
    header->created = now_ms - 2000;
    warns("expires", "expired");
}
END_TEST

START_TEST(retention_is_a_date) {
    static char soon[] = "soon", date[] = "2019-05-05";
    header->retention_until = soon;
    fails("marking.retention_until", "soon");
    header->retention_until = date;
    is_clean();
}
END_TEST

/* ---- dates and numbers ---- */

START_TEST(a_day_must_exist) {
    set("incident.date", 0, "2013-02-28");
    is_clean();
    content->incident->day = 29;
    fails("incident.day", "no such day");
    content->incident->month = 13;
    fails("incident.month", "13");
    content->incident->year = 14;
    fails("incident.year", "14");
}
END_TEST

START_TEST(the_future_has_not_happened) {
    set("incident.date", 0, "2014-05-06");
    is_clean();
    set("incident.date", 0, "2014-05-07");
    fails("incident.month", "future");
    set("incident.date", 0, "2014-05-05");
    set("custody.exhibit", 0, "E1");
    set("exhibits.number", 0, "E1");
    set("custody.time", 0, "2014-05-06T13:00:00Z");
    fails("custody[0].time", "future");
}
END_TEST

START_TEST(what_is_expected_may_lie_ahead) {
    set("legs.arrived", 0, "2014-06-01");
    set("requests.deadline", 0, "2014-06-01");
    set("documents.expires", 0, "2014-11");
    set("operational.embargo_until", 0, "2014-05-12T00:00:00Z");
    is_clean();
}
END_TEST

START_TEST(texts_have_their_form) {
    static char wrong[] = "750 kg";
    content->specimens[0]->quantity = wrong;
    fails("specimens[0].quantity", "750 kg");
}
END_TEST

START_TEST(numbers_have_their_range) {
    set("specimens.quantity", 0, "0");
    fails("specimens[0].quantity", "more than 0");
    set("specimens.quantity", 0, "750");
    set("incident.latitude", 0, "90.5");
    set("incident.longitude", 0, "29.7");
    fails("incident.latitude", "90");
    set("incident.latitude", 0, "-0.5");
    set("evaluation.completeness", 0, "101");
    fails("evaluation.completeness", "100");
}
END_TEST

/* ---- doubts ---- */

START_TEST(tusks_of_a_pangolin_are_doubted) {
    set("specimens.term", 0, "TUS");
    warns("specimens[0].term", "Tusks");
}
END_TEST

START_TEST(scales_in_cubic_metres_are_doubted) {
    set("specimens.unit", 0, "CUM");
    warns("specimens[0].unit", "Cubic metres");
}
END_TEST

START_TEST(a_misspelt_name_is_doubted) {
    set("specimens.taxon", 0, "Manis tricupsis");
    warns("specimens[0].taxon", "Manis tricuspis");
}
END_TEST

START_TEST(a_synonym_is_named) {
    set("specimens.taxon", 0, "Phataginus tricuspis");
    warns("specimens[0].taxon", "Manis tricuspis");
}
END_TEST

START_TEST(rank_and_appendix_are_held_against_the_name) {
    set("specimens.taxon", 0, "Manis tricuspis");
    set("specimens.rank", 0, "GENUS");
    warns("specimens[0].rank", "SPECIES");
    set("specimens.rank", 0, "SPECIES");
    set("specimens.appendix", 0, "I");
    is_clean();
    set("specimens.appendix", 0, "III");
    warns("specimens[0].appendix", "listed");
}
END_TEST

START_TEST(numbers_on_documents_are_doubted_and_kept) {
    set("legs.container", 0, "CSQU3054383");
    set("legs.imo", 0, "IMO 9074729");
    set("legs.air_waybill", 0, "020-12345675");
    is_clean();
    set("legs.container", 0, "CSQU3054384");
    warns("legs[0].container", "CSQU3054384");
    content->legs[0]->n_container = 1;
    set("legs.imo", 0, "9074728");
    warns("legs[0].imo", "9074728");
    set("legs.imo", 0, "9074729");
    set("legs.air_waybill", 0, "020-12345670");
    warns("legs[0].air_waybill", "020-12345670");
}
END_TEST

START_TEST(a_place_lies_in_its_country) {
    set("incident.place", 0, "KEMBA");
    warns("incident.place", "CD");
    set("incident.country", 0, "KE");
    is_clean();
    set("legs.role", 0, "SEIZURE");
    set("legs.country", 0, "UG");
    warns("legs[0].country", "KE");
}
END_TEST

START_TEST(an_unknown_place_is_doubted) {
    set("incident.place", 0, "CDQQ9");
    warns("incident.place", "CDQQ9");
}
END_TEST

START_TEST(a_field_wants_its_companion) {
    content->incident->has_month = false;
    warns("incident.day", "incident.month");
    content->incident->has_day = false;
    set("incident.value_amount", 0, "1000");
    warns("incident.value_amount", "incident.value_currency");
}
END_TEST

START_TEST(custody_names_an_exhibit) {
    set("exhibits.number", 0, "E1");
    set("custody.exhibit", 0, "E1");
    set("laboratory.exhibit", 0, "E1");
    is_clean();
    set("custody.exhibit", 1, "E2");
    warns("custody[1].exhibit", "E2");
}
END_TEST

START_TEST(a_hash_has_64_digits) {
    set("exhibits.sha256", 0, "abc");
    fails("exhibits[0].sha256", "64");
}
END_TEST

/* ---- animals ---- */

START_TEST(animals_need_their_factor) {
    set("specimens.estimated_animals", 0, "6250");
    fails("specimens[0].conversion_factor", "missing");
}
END_TEST

START_TEST(animals_follow_from_the_factor) {
    set("specimens.conversion_factor", 0, "0.12");
    set("specimens.estimated_animals", 0, "6250");
    is_clean();
    set("specimens.estimated_animals", 0, "6400");
    warns("specimens[0].estimated_animals", "6250");
    set("specimens.estimated_animals", 0, "6300");
    is_clean();
}
END_TEST

START_TEST(weights_are_brought_to_kilograms) {
    set("specimens.conversion_factor", 0, "0.12");
    set("specimens.estimated_animals", 0, "6250");
    set("specimens.quantity", 0, "750000");
    set("specimens.unit", 0, "GRM");
    is_clean();
    set("specimens.quantity", 0, "750000000");
    set("specimens.unit", 0, "MGM");
    is_clean();
}
END_TEST

START_TEST(items_are_counted_as_they_are) {
    set("specimens.taxon", 0, "Loxodonta africana");
    set("specimens.term", 0, "TUS");
    set("specimens.quantity", 0, "41");
    content->specimens[0]->unit = NULL;
    set("specimens.conversion_factor", 0, "1.88");
    set("specimens.estimated_animals", 0, "22");
    is_clean();
}
END_TEST

/* ---- the example ---- */

static const char *example(void) {
    static char text[16 * 1024];
    const char *root = getenv("INAMA_SOURCE_DIR");
    FILE *file = fopen(text_format(&arena, "%s/config/examples/pangolin.json", root ? root : "."), "r");
    ck_assert_ptr_nonnull(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

START_TEST(the_example_is_without_fault) {
    report_init(&report, &arena);
    ck_assert_int_eq(alert_from_json(&arena, span_of_text(example()), &header, &content, &report), RESULT_OK);
    header->created = now_ms;
    struct references references = {taxa_built_in(), places_built_in()};
    uint64_t later_ms = now_ms + UINT64_C(365) * 24 * 60 * 60 * 1000;
    ck_assert_int_eq(alert_validate(header, content, &references, later_ms, &report), RESULT_OK);
    ck_assert_msg(report.count == 0, "%s", all_findings());
    ck_assert_uint_eq(content->specimens[0]->estimated_animals, 6250);
}
END_TEST

static void add(Suite *suite, const char *name, const TTest *const *tests, size_t count) {
    TCase *tcase = tcase_create(name);
    tcase_add_checked_fixture(tcase, set_up, tear_down);
    for (size_t i = 0; i < count; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

#define ADD(suite, name, ...)                                                                                          \
    add(suite, name, (const TTest *const[]){__VA_ARGS__}, sizeof((const TTest *const[]){__VA_ARGS__}) / sizeof(void *))

Suite *suite(void) {
    Suite *suite = suite_create("alert_validate");
    ADD(suite, "minimum", the_quick_form_is_enough, a_kind_is_mandatory, a_marking_is_mandatory,
        a_seizure_has_year_country_and_specimens, a_specimen_has_taxon_and_term, a_question_needs_no_incident,
        content_may_lack_any_field);
    ADD(suite, "codes", an_unknown_code_is_an_error_with_a_suggestion, a_short_list_is_shown_whole,
        a_code_from_outside_is_escaped, a_long_value_is_cut_in_the_finding, an_obsolete_code_is_a_warning,
        codes_of_repeated_fields_are_checked);
    ADD(suite, "envelope", a_grade_needs_its_scheme, an_obsolete_tlp_is_refused, h3_needs_a_caveat,
        an_envelope_has_a_size, an_envelope_is_text, expiry_lies_ahead, retention_is_a_date);
    ADD(suite, "forms", a_day_must_exist, the_future_has_not_happened, what_is_expected_may_lie_ahead,
        texts_have_their_form, numbers_have_their_range);
    ADD(suite, "doubts", tusks_of_a_pangolin_are_doubted, scales_in_cubic_metres_are_doubted,
        a_misspelt_name_is_doubted, a_synonym_is_named, rank_and_appendix_are_held_against_the_name,
        numbers_on_documents_are_doubted_and_kept, a_place_lies_in_its_country, an_unknown_place_is_doubted,
        a_field_wants_its_companion, custody_names_an_exhibit, a_hash_has_64_digits);
    ADD(suite, "animals", animals_need_their_factor, animals_follow_from_the_factor, weights_are_brought_to_kilograms,
        items_are_counted_as_they_are);
    ADD(suite, "example", the_example_is_without_fault);
    return suite;
}

#include <check.h>
#include <string.h>

#include "base/limits.h"
#include "base/proto.h"
#include "base/text.h"
#include "core/alert.h"
#include "core/query_match.h"

/* A seizure of two kinds of specimens on its way through three countries. */
static const char alert_json[] =
    "{\"kind\": \"SEIZURE\", \"operation\": \"COBRA III\", \"marking\": {\"tlp\": \"AMBER\", \"handling\": [\"H0\"]},"
    "\"incident\": {\"date\": \"2014-05\", \"country\": \"KE\", \"place\": \"KEMBA\", \"latitude\": \"-4.06\","
    "  \"longitude\": \"39.67\", \"record\": \"KE-2014/0033\"},"
    "\"concealment\": {\"method\": \"IN_CARGO_COVER_LOAD\", \"description\": \"Behind a FALSE bottom, été\"},"
    "\"specimens\": ["
    "  {\"taxon\": \"Manis tricuspis\", \"term\": \"SCA\", \"quantity\": \"750\", \"unit\": \"KIL\"},"
    "  {\"taxon\": \"Loxodonta africana\", \"term\": \"TUS\", \"quantity\": \"3\", \"alive\": false}],"
    "\"legs\": ["
    "  {\"role\": \"ORIGIN\", \"country\": \"CD\", \"mode\": \"3\", \"vehicle\": \"kaa 123-x\"},"
    "  {\"country\": \"VN\", \"place\": \"VNHPH\", \"mode\": \"1\", \"container\": [\"MSKU 123456-5\"],"
    "   \"departed\": \"2014-06-01\", \"imo\": \"IMO 9321483\"}],"
    "\"persons\": [{\"surname\": \"Dupont-Müller\", \"forenames\": \"Jean Pierre\", \"phone\": [\"+254 712 000111\"]},"
    "             {\"surname\": \"Kamau\", \"forenames\": \"Anna\"}],"
    "\"narrative\": {\"title\": \"Pangolin scales at the port\"}}";

static struct arena arena;
static struct references references;
static struct document document;
static const uint8_t originator[32] = {7};

static bool is_called(void *context, const uint8_t *member, const char *name) {
    (void)context;
    return member[0] == 7 && (strcmp(name, "ke-customs") == 0 || strcmp(name, "KE") == 0);
}

static const struct query_world world = {.references = &references, .is_called = is_called};

static void setup(void) {
    struct report report;
    AlertHeader *header;
    Alert *content;
    arena_init(&arena, (size_t)16 << 20);
    report_init(&report, &arena);
    references = (struct references){taxa_built_in(), places_built_in()};
    enum result result = alert_from_json(&arena, span_of_text(alert_json), &header, &content, &report);
    ck_assert_msg(result == RESULT_OK, "%s",
                  report.count ? report_line(&arena, &report.findings[0]) : result_name(result));
    header->originator = proto_bytes(originator, sizeof originator);
    header->created = 1399282200000;
    ck_assert_int_eq(document_make(&document, &arena, header, content), RESULT_OK);
}

static void teardown(void) {
    arena_release(&arena);
}

static bool finds(const char *text) {
    struct query query;
    struct query_remark error = {.text = ""};
    enum result result = query_parse(&query, &arena, text, &world, &error);
    ck_assert_msg(result == RESULT_OK, "%s: %s", text, error.text);
    return query_match(query.where, &document, &world);
}

static const char *const found[] = {
    "",
    "kind:SEIZURE",
    "tlp:(RED,AMBER)",
    "operation:cobra",
    "operation=\"cobra iii\"",
    "handling:H0",
    /* codes, species, countries of the way */
    "country:KE",
    "country:VN",
    "country:(TZ,CD)",
    "transport:1 transport:3",
    "concealment:IN_CARGO_COVER_LOAD",
    "species:Manidae",
    "species:manis",
    "species:\"Manis tricuspis\"",
    "species:\"Phataginus tricuspis\"",
    "species:Mammalia",
    "species:Elephantidae",
    "place:KEMBA",
    "place:VN*",
    "alive:no",
    "term:SCA or term:LIV",
    /* order */
    "date:2014",
    "date:2014-05-20",
    "date>=2014-05-31",
    "date<=2014-05-01",
    "date:..2014-05",
    "date<2014-06",
    "quantity>=750",
    "quantity:700..800",
    "quantity<4",
    "departed>2014-05",
    "created:2014-05-05",
    "version:1",
    "created<2014-05-05T09:30:01Z",
    /* text */
    "pangolin",
    "PANGOL*",
    "\"false bottom\"",
    "\"scales at the po\"*",
    "ete",
    "concealment.description:\"bottom ete\"",
    "title:\"pangolin scales\"",
    "title=\"pangolin scales at the port\"",
    "tricuspis",
    "kemba",
    "text:vnhph",
    /* identifiers */
    "container:MSKU1234565",
    "container:\"msku 1234 565\"",
    "container:msku*",
    "MSKU123456-5",
    "plate:KAA123X",
    "imo:9321483",
    "imo:IMO9321483",
    "IMO9321483",
    "phone:00254712000111",
    "00254712000111",
    "phone:254*",
    "record:ke20140033",
    "KE-2014/0033",
    /* people */
    "person:Kamau",
    "person:\"jean pierre\"",
    "surname:muller",
    "surname:\"dupont muller\"",
    "originator:KE",
    "originator:ke-customs",
    /* present, near, groups, logic */
    "container:*",
    "not permit:*",
    "near:KEMBA/5km",
    "near:-4.06,39.67/1km",
    "near:VNHPH/10km",
    "specimens(taxon:Manidae quantity>=100 unit:KIL)",
    "specimens(term:TUS not unit:*)",
    "legs(country:CD transport:3)",
    "persons(surname:Kamau forenames:Anna)",
    "not transport:5",
    "(country:TZ or country:KE) not kind:WARNING",
};

static const char *const not_found[] = {
    "kind:WARNING",
    "country:UG",
    "transport:4",
    "species:Felidae",
    "species:\"Manis gigantea\"",
    "place:KENBO",
    "date:2013",
    "date>2014-05",
    "date<2014-05",
    "date:2014-06..",
    "quantity>750",
    "quantity:4..749",
    "created<2014-05",
    "pango",
    "\"bottom false\"",
    "\"false été\"",
    "title:bottom",
    "title=\"pangolin scales\"",
    "imo:932148",
    "container:SKU*",
    "surname:anna",
    "person:dup",
    "originator:CD",
    "permit:*",
    "near:KENBO/50km",
    "specimens(taxon:Manidae quantity<100)",
    "specimens(term:TUS unit:KIL)",
    "legs(country:CD transport:1)",
    "persons(surname:Kamau forenames:Jean)",
    "not pangolin",
    "not (country:KE or country:UG)",
    "legs(container:msku* \"kaa 123 x\")",
};

START_TEST(what_is_asked_for_is_found) {
    ck_assert_msg(finds(found[_i]), "not found: %s", found[_i]);
}
END_TEST

START_TEST(what_is_not_so_is_not_found) {
    ck_assert_msg(!finds(not_found[_i]), "found: %s", not_found[_i]);
}
END_TEST

START_TEST(an_alert_without_content_has_its_envelope) {
    AlertHeader header = ALERT_HEADER__INIT;
    header.kind = header.tlp = (char *)(uintptr_t) "RED";
    header.originator = proto_bytes(originator, sizeof originator);
    ck_assert_int_eq(document_make(&document, &arena, &header, NULL), RESULT_OK);
    ck_assert(finds("tlp:RED") && finds("not date:* not text:red") && !finds("date:..2099") &&
              !finds("near:KEMBA/20000km"));
}
END_TEST

/* As many as may be, with gaps: the first, one in the middle and the last, each with its own values alone. */
START_TEST(each_of_many_elements_stands_alone) {
    Alert *content = arena_alloc(&arena, sizeof *content);
    AlertHeader header = ALERT_HEADER__INIT;
    alert__init(content);
    for (size_t i = 0; i < GROUP_ELEMENTS_MAX; i++) {
        const char *name = text_format(&arena, "name%zu", i);
        ck_assert_int_eq(alert_set_text(&arena, content, "persons.surname", i, name), RESULT_OK);
        for (size_t k = 0; k < REPEATED_VALUES_MAX && i % 3 == 0; k++) {
            const char *alias = text_format(&arena, "alias%zu of %zu", k, i);
            ck_assert_int_eq(alert_set_text(&arena, content, "persons.aliases", i, alias), RESULT_OK);
        }
    }
    ck_assert_int_eq(document_make(&document, &arena, &header, content), RESULT_OK);
    for (size_t i = 0; i < GROUP_ELEMENTS_MAX; i += 51) { /* 0, 51 … 255 */
        ck_assert(finds(text_format(&arena, "persons(surname:name%zu aliases:\"alias63 of %zu\")", i, i)));
        ck_assert(finds(text_format(&arena, "persons(\"name%zu\" \"alias0 of %zu\")", i, i)));
        ck_assert(!finds(text_format(&arena, "persons(surname:name%zu aliases:\"alias0 of %zu\")", i, (i + 3) % 256)));
        ck_assert(!finds(text_format(&arena, "persons(\"name%zu\" \"alias0 of %zu\")", i + 1, i)));
    }
    ck_assert(!finds("specimens(\"name0\")"));
}
END_TEST

START_TEST(a_date_that_no_calendar_has_is_no_date) {
    AlertHeader header = ALERT_HEADER__INIT;
    AlertIncident incident = ALERT_INCIDENT__INIT;
    Alert content = ALERT__INIT;
    content.incident = &incident;
    incident.has_year = incident.has_month = true;
    incident.year = 20141;
    ck_assert_uint_eq(document_date(&content), 0);
    incident.year = 2014;
    incident.month = 13;
    ck_assert_uint_eq(document_date(&content), 20140000);
    header.kind = header.tlp = (char *)(uintptr_t) "";
    ck_assert_int_eq(document_make(&document, &arena, &header, &content), RESULT_OK);
    ck_assert(finds("date:2014-03") && finds("month:13"));
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("query_match");
    TCase *c = tcase_create("matching");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, what_is_asked_for_is_found, 0, sizeof found / sizeof *found);
    tcase_add_loop_test(c, what_is_not_so_is_not_found, 0, sizeof not_found / sizeof *not_found);
    tcase_add_test(c, an_alert_without_content_has_its_envelope);
    tcase_add_test(c, each_of_many_elements_stands_alone);
    tcase_add_test(c, a_date_that_no_calendar_has_is_no_date);
    suite_add_tcase(s, c);
    return s;
}

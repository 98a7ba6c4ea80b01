#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "core/taxa.h"
#include "store/index_tally.h"

/* Counting against a naive count, written from what core/tally.h says and not as it does: over the fields of the alert,
 * group after group in a plain list. Alerts and questions are drawn from a seed. */

enum { ALERTS = 300, QUESTIONS = 400, GROUPS_MAX = 20000, ELEMENTS = 4 };

static struct arena arena;
static struct ranks ranks;
static struct index *index_;
static struct document documents[ALERTS];
static Alert *contents[ALERTS];
static uint64_t state;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

#define PICK(list) ((list)[draw(sizeof(list) / sizeof *(list))])

static const uint8_t members[][32] = {{1}, {2}, {3}};
static const char *const countries[] = {"KE", "CD", "TZ", "UG", "VN"};
static const char *const places[] = {"KEMBA", "KENBO", "VNHPH", "TZDAR"};
static const char *const terms[] = {"SCA", "TUS", "LIV"};
static const char *const units[] = {"KIL", "GRM"};
static const char *const roles[] = {"ORIGIN", "TRANSIT", "DESTINATION", "SEIZURE"};
static const char *const dates[] = {"2013", "2014", "2014-05", "2014-05-05", "2014-12-31", "2015-01-01", "2015-02"};

/* Names, and what they are: by hand. */
static const struct {
    const char *name;
    const char *species;
    const char *genus;
    const char *family;
    const char *class;
} species[] = {
    {"Manis tricuspis", "Manis tricuspis", "Manis", "Manidae", "Mammalia"},
    {"Loxodonta africana", "Loxodonta africana", "Loxodonta", "Elephantidae", "Mammalia"},
    {"Loxodonta", "", "Loxodonta", "Elephantidae", "Mammalia"},
    {"Manidae", "", "", "Manidae", "Mammalia"},
    {"Psittacus erithacus", "Psittacus erithacus", "Psittacus", "Psittacidae", "Aves"},
    {"Manis sp.", "", "Manis", "Manidae", "Mammalia"},
};
enum { SPECIES = sizeof species / sizeof *species };

static void set(Alert *content, const char *path, size_t element, const char *value) {
    ck_assert_int_eq(alert_set_text(&arena, content, path, element, value), RESULT_OK);
}

static void draw_content(Alert *content) {
    if (draw(6))
        set(content, "incident.date", 0, PICK(dates));
    if (draw(6))
        set(content, "incident.country", 0, PICK(countries));
    if (draw(2))
        set(content, "incident.place", 0, PICK(places));
    for (size_t i = 0, count = draw(ELEMENTS); i < count; i++) {
        set(content, "specimens.term", i, PICK(terms));
        if (draw(4))
            set(content, "specimens.taxon", i, species[draw(SPECIES)].name);
        if (draw(4))
            set(content, "specimens.quantity", i, text_format(&arena, "%u.5", draw(100)));
        if (draw(3))
            set(content, "specimens.unit", i, PICK(units));
        if (draw(2))
            set(content, "specimens.alive", i, draw(2) ? "yes" : "no");
    }
    for (size_t i = 0, count = draw(ELEMENTS); i < count; i++) {
        set(content, "legs.country", i, PICK(countries));
        if (draw(4))
            set(content, "legs.role", i, PICK(roles));
        if (draw(2))
            set(content, "legs.place", i, PICK(places));
    }
}

/* A tenth of them are newer versions of those before. */
static void add(uint64_t sequence) {
    static const struct field_set shown = {{1}};
    static const char *const kinds[] = {"SEIZURE", "WARNING"};
    AlertHeader *header = arena_alloc(&arena, sizeof *header);
    Alert *content = contents[sequence - 1] = arena_alloc(&arena, sizeof *content);
    struct document *document = &documents[sequence - 1];
    alert_header__init(header);
    alert__init(content);
    header->kind = (char *)(uintptr_t)PICK(kinds);
    header->tlp = (char *)(uintptr_t) "GREEN";
    header->originator = proto_bytes(PICK(members), 32);
    header->created = 1388534400000 + (uint64_t)draw(730) * 86400000;
    header->version = 1;
    draw_content(content);
    ck_assert_int_eq(document_make(document, &arena, header, content), RESULT_OK);
    struct index_row row = {.sequence = sequence,
                            .created = header->created,
                            .originator = document->originator,
                            .shown = &shown,
                            .version = 1};
    put_u64(row.object, sequence * 0x9E3779B97F4A7C15u);
    put_u64(row.alert, sequence * 0xC2B2AE3D27D4EB4Fu);
    ck_assert_int_eq(index_add(index_, &row, document), RESULT_OK);
}

/* ---- the naive count ---- */

struct naive_group {
    const char *values[TALLY_DIMENSIONS_MAX];
    uint64_t alerts, rows, last;
    double sum;
};
struct naive {
    struct naive_group groups[GROUPS_MAX];
    size_t count;
    uint64_t unknown[TALLY_DIMENSIONS_MAX];
    uint64_t rows;
};
static struct naive naive;

/* Values of one word, of one element or (SIZE_MAX) of all, with "" where there is none. */
struct said {
    const char *values[64];
    size_t count;
};

static void say(struct said *said, const char *value) {
    for (size_t i = 0; i < said->count; i++)
        if (strcmp(said->values[i], value) == 0)
            return;
    if (*value)
        said->values[said->count++] = value;
}

static const char *rank_by_hand(const char *name, const char *rank) {
    for (size_t i = 0; i < SPECIES; i++)
        if (strcmp(species[i].name, name) == 0)
            return strcmp(rank, "species") == 0  ? species[i].species
                   : strcmp(rank, "genus") == 0  ? species[i].genus
                   : strcmp(rank, "family") == 0 ? species[i].family
                                                 : species[i].class;
    return "";
}

static const char *date_by_hand(const char *word, const AlertIncident *incident) {
    if (!incident || !incident->has_year)
        return "";
    if (strcmp(word, "year") == 0)
        return text_format(&arena, "%u", incident->year);
    if (!incident->has_month)
        return "";
    if (strcmp(word, "month") == 0)
        return text_format(&arena, "%u-%02u", incident->year, incident->month);
    return text_format(&arena, "%u-Q%u", incident->year, (incident->month - 1) / 3 + 1);
}

static void say_specimen(struct said *said, const char *word, const AlertSpecimen *specimen) {
    if (strcmp(word, "term") == 0)
        say(said, specimen->term ? specimen->term : "");
    else if (strcmp(word, "specimens.unit") == 0)
        say(said, specimen->unit ? specimen->unit : "");
    else if (strcmp(word, "alive") == 0)
        say(said, !specimen->has_alive ? "" : specimen->alive ? "yes" : "no");
    else if (strcmp(word, "specimens.taxon") == 0)
        say(said, specimen->taxon ? specimen->taxon : "");
    else
        say(said, specimen->taxon ? rank_by_hand(specimen->taxon, word) : "");
}

static bool is_of_specimens(const char *word) {
    static const char *const words[] = {"term",    "specimens.unit", "alive",  "specimens.taxon",
                                        "species", "genus",          "family", "class"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

static void say_route(struct said *said, const char *word, const Alert *content) {
    const char *way = "";
    for (size_t i = 0; i < content->n_legs; i++) {
        const AlertLeg *leg = content->legs[i];
        bool is_it = leg->role && ((strcmp(word, "origin") == 0 && strcmp(leg->role, "ORIGIN") == 0) ||
                                   (strcmp(word, "destination") == 0 && strcmp(leg->role, "DESTINATION") == 0));
        if (is_it)
            say(said, leg->country);
        if (strcmp(word, "transit") == 0 && leg->role && strcmp(leg->role, "TRANSIT") == 0)
            way = text_format(&arena, "%s%s%s", way, *way ? " > " : "", leg->country);
    }
    say(said, way);
}

static struct said said_of(const char *word, size_t alert) {
    const Alert *content = contents[alert];
    struct said said = {.count = 0};
    if (is_of_specimens(word))
        for (size_t i = 0; i < content->n_specimens; i++)
            say_specimen(&said, word, content->specimens[i]);
    else if (strcmp(word, "country") == 0)
        say(&said, content->incident && content->incident->country ? content->incident->country : "");
    else if (strcmp(word, "place") == 0)
        say(&said, content->incident && content->incident->place ? content->incident->place : "");
    else if (strcmp(word, "year") == 0 || strcmp(word, "month") == 0 || strcmp(word, "quarter") == 0)
        say(&said, date_by_hand(word, content->incident));
    else if (strcmp(word, "legs.country") == 0)
        for (size_t i = 0; i < content->n_legs; i++)
            say(&said, content->legs[i]->country);
    else if (strcmp(word, "legs.place") == 0)
        for (size_t i = 0; i < content->n_legs; i++)
            say(&said, content->legs[i]->place ? content->legs[i]->place : "");
    else if (strcmp(word, "originator") == 0)
        say(&said, text_format(&arena, "%02x%062x", documents[alert].originator[0], 0));
    else
        say_route(&said, word, content);
    return said;
}

static struct naive_group *group_of(const char *const *values, size_t count) {
    for (size_t i = 0; i < naive.count; i++) {
        bool is_same = true;
        for (size_t k = 0; k < count && is_same; k++)
            is_same = strcmp(naive.groups[i].values[k], values[k]) == 0;
        if (is_same)
            return &naive.groups[i];
    }
    ck_assert_uint_lt(naive.count, GROUPS_MAX);
    struct naive_group *group = &naive.groups[naive.count++];
    *group = (struct naive_group){.last = SIZE_MAX};
    memcpy(group->values, values, count * sizeof *values);
    return group;
}

/* What was asked, as words. */
struct asked {
    const char *words[TALLY_DIMENSIONS_MAX];
    size_t count;
    bool has_sum;
};

static bool is_counted_by_row(const struct asked *asked) {
    size_t of_specimens = 0;
    for (size_t i = 0; i < asked->count; i++)
        of_specimens += is_of_specimens(asked->words[i]);
    return asked->has_sum || of_specimens > 1;
}

static void count_one(const struct asked *asked, size_t alert, const char *const *values,
                      const AlertSpecimen *specimen) {
    struct naive_group *group = group_of(values, asked->count);
    group->alerts += group->last != alert;
    group->last = alert;
    group->rows += specimen != NULL;
    if (asked->has_sum && specimen && specimen->quantity)
        group->sum += strtod(specimen->quantity, NULL);
}

static void count_words(const struct asked *asked, size_t alert, size_t word, const char **values,
                        const AlertSpecimen *specimen) {
    if (word == asked->count) {
        count_one(asked, alert, values, specimen);
        return;
    }
    struct said said = {.count = 0};
    bool by_row = is_counted_by_row(asked) && is_of_specimens(asked->words[word]);
    if (by_row && specimen)
        say_specimen(&said, asked->words[word], specimen);
    else if (!by_row)
        said = said_of(asked->words[word], alert);
    if (said.count == 0)
        said.values[said.count++] = "";
    for (size_t i = 0; i < said.count; i++) {
        values[word] = said.values[i];
        count_words(asked, alert, word + 1, values, specimen);
    }
}

static void count_naively(const struct asked *asked, const struct query_node *where, const struct query_world *world) {
    const char *values[TALLY_DIMENSIONS_MAX];
    memset(&naive, 0, sizeof naive);
    for (size_t alert = 0; alert < ALERTS; alert++) {
        if (!query_match(where, &documents[alert], world))
            continue;
        const Alert *content = contents[alert];
        for (size_t i = 0; i < asked->count; i++)
            naive.unknown[i] += said_of(asked->words[i], alert).count == 0;
        if (!is_counted_by_row(asked) || content->n_specimens == 0)
            count_words(asked, alert, 0, values, NULL);
        for (size_t i = 0; is_counted_by_row(asked) && i < content->n_specimens; i++)
            count_words(asked, alert, 0, values, content->specimens[i]);
        naive.rows += is_counted_by_row(asked) ? content->n_specimens : 0;
    }
}

/* ---- held against each other ---- */

static void compare(const struct asked *asked, const struct tally *tally, const char *by) {
    const struct tally_group **groups = tally_sorted(tally);
    ck_assert_msg(tally->count == naive.count, "%s: %zu groups, expected %zu", by, tally->count, naive.count);
    for (size_t i = 0; i < tally->count; i++) {
        const struct naive_group *group = group_of(groups[i]->values, asked->count);
        ck_assert_msg(groups[i]->alerts == group->alerts, "%s: %s, %s: %llu alerts, expected %llu", by,
                      group->values[0], asked->count > 1 ? group->values[1] : "", (unsigned long long)groups[i]->alerts,
                      (unsigned long long)group->alerts);
        ck_assert_uint_eq(groups[i]->rows, group->rows);
        ck_assert_double_eq_tol(groups[i]->sum, group->sum, 1e-9);
    }
    for (size_t i = 0; i < asked->count; i++)
        ck_assert_msg(tally->unknown[i] == naive.unknown[i], "%s: %llu unknown, expected %llu", by,
                      (unsigned long long)tally->unknown[i], (unsigned long long)naive.unknown[i]);
    ck_assert_uint_eq(tally->rows, naive.rows);
}

static struct asked draw_question(void) {
    static const char *const words[] = {"species",    "genus",       "family",    "class",   "specimens.taxon",
                                        "term",       "alive",       "country",   "place",   "legs.country",
                                        "legs.place", "year",        "month",     "quarter", "origin",
                                        "transit",    "destination", "originator"};
    struct asked asked = {.has_sum = draw(4) == 0};
    for (size_t wanted = 1 + draw(3); asked.count < wanted;) {
        const char *word = PICK(words);
        bool is_there = false;
        for (size_t i = 0; i < asked.count; i++)
            is_there |= strcmp(asked.words[i], word) == 0 || (strncmp(asked.words[i], "legs.", 5) == 0 && *word == 'l');
        if (!is_there)
            asked.words[asked.count++] = word;
    }
    return asked;
}

static const char *words_together(const struct asked *asked) {
    const char *by = asked->words[0];
    for (size_t i = 1; i < asked->count; i++)
        by = text_format(&arena, "%s,%s", by, asked->words[i]);
    return by;
}

/* In parts, as the daemon gives them and the command line adds them up. */
static void count_in_parts(struct tally *whole, const struct tally_question *question, const struct query_node *where,
                           const struct query_world *world) {
    tally_init(whole, &arena, question, NULL, GROUPS_MAX);
    for (size_t begin = 0; begin < ALERTS;) {
        struct tally part;
        size_t end = begin + 1 + draw(ALERTS / 3);
        tally_init(&part, &arena, question, &ranks, GROUPS_MAX);
        for (; begin < end && begin < ALERTS; begin++)
            if (query_match(where, &documents[begin], world))
                ck_assert_int_eq(tally_add(&part, &documents[begin]), RESULT_OK);
        const struct tally_group **groups = tally_sorted(&part);
        for (size_t i = 0; i < part.count; i++)
            ck_assert_int_eq(tally_merge(whole, groups[i]), RESULT_OK);
        for (size_t i = 0; i < question->count; i++)
            whole->unknown[i] += part.unknown[i];
        whole->rows += part.rows;
        whole->alerts += part.alerts;
        tally_release(&part);
    }
}

static void check(size_t *by_index) {
    static const char *const queries[] = {"",
                                          "country:KE",
                                          "not species:Manidae",
                                          "date>=2014-05",
                                          "term:(SCA,TUS)",
                                          "specimens(taxon:Manidae term:SCA)"};
    const struct references names = {taxa_built_in(), places_built_in()};
    const struct query_world world = {.references = &names};
    struct asked asked = draw_question();
    const char *by = words_together(&asked), *complaint = NULL;
    struct tally_question question;
    struct query query;
    struct query_remark mistake;
    struct tally tally;
    bool is_counted;
    ck_assert_int_eq(query_parse(&query, &arena, PICK(queries), &world, &mistake), RESULT_OK);
    ck_assert_msg(!tally_ask(&question, &arena, by, NULL, asked.has_sum ? "quantity" : NULL, &complaint), "%s: %s", by,
                  complaint);
    if (asked.has_sum)
        asked.words[asked.count++] = "specimens.unit";
    count_naively(&asked, query.where, &world);
    count_in_parts(&tally, &question, query.where, &world);
    compare(&asked, &tally, by);
    tally_release(&tally);
    tally_init(&tally, &arena, &question, &ranks, GROUPS_MAX);
    ck_assert_int_eq(index_tally(index_, query.where, &world, &tally, &is_counted), RESULT_OK);
    *by_index += is_counted;
    if (is_counted)
        compare(&asked, &tally, by);
    tally_release(&tally);
}

static void setup(void) {
    arena_init(&arena, SIZE_MAX);
    ck_assert_int_eq(ranks_init(&ranks, &arena, taxa_built_in()), RESULT_OK);
    index_ = index_new(taxa_built_in(), 0);
    ck_assert_ptr_nonnull(index_);
}

static void teardown(void) {
    index_free(index_);
    arena_release(&arena);
}

START_TEST(both_ways_count_as_one_would_by_hand) {
    size_t by_index = 0;
    state = 2014 + (uint64_t)_i;
    for (uint64_t sequence = 1; sequence <= ALERTS; sequence++)
        add(sequence);
    for (int i = 0; i < QUESTIONS; i++)
        check(&by_index);
    ck_assert_uint_gt(by_index, QUESTIONS / 8);
    ck_assert_uint_lt(by_index, QUESTIONS);
}
END_TEST

static void ask(struct tally_question *question, const char *by) {
    const char *complaint = NULL;
    ck_assert_msg(!tally_ask(question, &arena, by, NULL, NULL, &complaint), "%s", complaint);
}

START_TEST(more_groups_than_may_be_are_said_to_be) {
    struct tally_question question;
    struct tally tally;
    enum result result = RESULT_OK;
    state = 1;
    for (uint64_t sequence = 1; sequence <= ALERTS; sequence++)
        add(sequence);
    ask(&question, "country,month");
    tally_init(&tally, &arena, &question, &ranks, 3);
    for (size_t i = 0; i < ALERTS && !result; i++)
        result = tally_add(&tally, &documents[i]);
    ck_assert_int_eq(result, RESULT_TOO_LARGE);
    tally_release(&tally);
}
END_TEST

/* The index cannot tell, and says so; a replaced version does not count. */
START_TEST(only_the_newest_version_counts) {
    static const struct field_set shown = {{1}};
    const struct query_world world = {.references = NULL};
    struct tally_question question;
    struct tally tally;
    bool is_counted;
    state = 1;
    add(1);
    struct index_row row = {.sequence = 2,
                            .created = documents[0].created + 1,
                            .originator = documents[0].originator,
                            .shown = &shown,
                            .version = 2};
    put_u64(row.object, 77);
    put_u64(row.alert, 0xC2B2AE3D27D4EB4Fu);
    ck_assert_int_eq(index_add(index_, &row, &documents[0]), RESULT_OK);
    ask(&question, "originator");
    tally_init(&tally, &arena, &question, &ranks, 10);
    ck_assert_int_eq(index_tally(index_, NULL, &world, &tally, &is_counted), RESULT_OK);
    ck_assert(is_counted);
    ck_assert_uint_eq(tally.alerts, 1);
    tally_release(&tally);
    ask(&question, "term,unit");
    tally_init(&tally, &arena, &question, &ranks, 10);
    ck_assert_int_eq(index_tally(index_, NULL, &world, &tally, &is_counted), RESULT_OK);
    ck_assert(!is_counted);
    tally_release(&tally);
}
END_TEST

/* Whatever a peer says in its header. */
START_TEST(a_time_that_no_calendar_has_lies_at_its_end) {
    AlertHeader header = ALERT_HEADER__INIT;
    struct document document;
    struct tally_question question;
    struct tally tally;
    const char *complaint = NULL;
    header.kind = header.tlp = (char *)(uintptr_t) "x";
    header.originator = proto_bytes(members[0], 32);
    header.created = UINT64_MAX;
    ck_assert_int_eq(document_make(&document, &arena, &header, NULL), RESULT_OK);
    ck_assert_int_eq(tally_ask(&question, &arena, "day", "created", NULL, &complaint), RESULT_OK);
    tally_init(&tally, &arena, &question, &ranks, 10);
    ck_assert_int_eq(tally_add(&tally, &document), RESULT_OK);
    ck_assert_str_eq(tally_sorted(&tally)[0]->values[0], "9999-12-31");
    tally_release(&tally);
}
END_TEST

START_TEST(what_cannot_be_counted_by_is_refused) {
    static const char *const wrong[] = {
        "", "colour", "species,", "species,species", "role", "year,month,week,day,quarter,species,genus,family,class"};
    const char *complaint = NULL;
    struct tally_question question;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert_int_eq(tally_ask(&question, &arena, wrong[i], NULL, NULL, &complaint), RESULT_INVALID);
        ck_assert_ptr_nonnull(complaint);
    }
    ck_assert_int_eq(tally_ask(&question, &arena, "year", "country", NULL, &complaint), RESULT_INVALID);
    ck_assert_int_eq(tally_ask(&question, &arena, "year", NULL, "species", &complaint), RESULT_INVALID);
    ck_assert_int_eq(tally_ask(&question, &arena, "year", "created", "value_amount", &complaint), RESULT_OK);
    ck_assert_str_eq(question.dimensions[1].name, "incident.value_currency");
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("index_tally");
    TCase *c = tcase_create("counting");
    tcase_set_timeout(c, 170);
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_loop_test(c, both_ways_count_as_one_would_by_hand, 0, 2);
    tcase_add_test(c, more_groups_than_may_be_are_said_to_be);
    tcase_add_test(c, only_the_newest_version_counts);
    tcase_add_test(c, a_time_that_no_calendar_has_lies_at_its_end);
    tcase_add_test(c, what_cannot_be_counted_by_is_refused);
    suite_add_tcase(s, c);
    return s;
}

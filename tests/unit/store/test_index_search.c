#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/proto.h"
#include "base/text.h"
#include "core/links.h"
#include "core/names.h"
#include "store/index.h"

/* The index against query_match() on every alert: alerts and queries are drawn from a seed. */

enum { ALERTS = 400, QUERIES = 2000, PAGE = 7 };

static struct arena arena;
static struct references references;
static struct index *index_;
static struct document documents[ALERTS];
static uint64_t state;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

#define PICK(list) ((list)[draw(sizeof(list) / sizeof *(list))])

static const uint8_t members[][32] = {{1}, {2}, {3}};
static const char *const member_names[] = {"ke-customs", "cd-customs", "KE"};

static bool is_called(void *context, const uint8_t *member, const char *name) {
    (void)context;
    return (member[0] == 1 && strcmp(name, "ke-customs") == 0) || (member[0] == 2 && strcmp(name, "cd-customs") == 0) ||
           (member[0] != 2 && strcmp(name, "KE") == 0);
}

static const struct query_world world = {.references = &references, .is_called = is_called};

static const char *const species[] = {"Manis tricuspis", "Loxodonta africana", "Manis gigantea", "Panthera leo",
                                      "Manidae",         "Unknown animal",     "Felidae"};
static const char *const wanted_species[] = {
    "Manis tricuspis", "Phataginus tricuspis", "Manidae", "Mammalia", "Felidae", "Manis", "Unknown"};
static const char *const countries[] = {"KE", "CD", "TZ", "UG", "VN", "CN"};
static const char *const places[] = {"KEMBA", "KENBO", "VNHPH", "TZDAR", "UGKLA"};
static const char *const modes[] = {"1", "3", "4", "5"};
static const char *const terms[] = {"SCA", "TUS", "LIV", "SKI"};
static const char *const vocabulary[] = {"pangolin", "pan",  "Pangas", "scales", "ivory", "port",
                                         "porter",   "ke",   "k",      "été",    "34",    "345",
                                         "tusks",    "sacs", "false",  "bottom", "été",   "KE-34"};
static const char *const identifiers[] = {"MSKU 123456-5", "msku1234565", "KAA 123X", "00254 712", "+254712",
                                          "IMO 9321483",   "9321483",     "P-34",     "pan"};
static const char *const names[] = {"Dupont", "Dupont-Müller", "Kamau", "Anna Kamau", "Van der Berg"};
static const char *const dates[] = {"2013", "2014", "2014-05", "2014-05-05", "2014-05-31", "2015-01", "2015-02-28"};

static void set(Alert *content, const char *path, size_t element, const char *value) {
    ck_assert_int_eq(alert_set_text(&arena, content, path, element, value), RESULT_OK);
}

static const char *draw_text(uint32_t most) {
    const char *text = PICK(vocabulary);
    for (uint32_t i = draw(most); i > 0; i--)
        text = text_format(&arena, "%s %s", text, PICK(vocabulary));
    return text;
}

static void draw_way(Alert *content) {
    for (size_t i = 0, count = draw(4); i < count; i++) {
        set(content, "legs.country", i, PICK(countries));
        if (draw(2))
            set(content, "legs.mode", i, PICK(modes));
        if (!draw(3))
            set(content, "legs.place", i, PICK(places));
        if (!draw(3))
            set(content, "legs.container", i, PICK(identifiers));
        if (!draw(4))
            set(content, "legs.imo", i, PICK(identifiers));
        if (!draw(4))
            set(content, "legs.departed", i, PICK(dates));
    }
}

static void draw_goods(Alert *content) {
    for (size_t i = 0, count = draw(4); i < count; i++) {
        set(content, "specimens.taxon", i, PICK(species));
        if (draw(3))
            set(content, "specimens.term", i, PICK(terms));
        if (draw(3))
            set(content, "specimens.quantity", i, text_format(&arena, "%u.%u", draw(200), draw(10)));
        if (!draw(3))
            set(content, "specimens.alive", i, draw(2) ? "yes" : "no");
    }
}

static void draw_people(Alert *content) {
    for (size_t i = 0, count = draw(3); i < count; i++) {
        set(content, "persons.surname", i, PICK(names));
        if (draw(2))
            set(content, "persons.phone", i, PICK(identifiers));
        if (!draw(3))
            set(content, "persons.forenames", i, PICK(names));
    }
}

static void draw_content(Alert *content) {
    if (draw(6))
        set(content, "incident.date", 0, PICK(dates));
    if (draw(6))
        set(content, "incident.country", 0, PICK(countries));
    if (!draw(3))
        set(content, "incident.place", 0, PICK(places));
    if (!draw(4)) {
        set(content, "incident.latitude", 0, text_format(&arena, "-%u.%u", draw(6), draw(100)));
        set(content, "incident.longitude", 0, text_format(&arena, "%u.%u", 36 + draw(5), draw(100)));
    }
    if (draw(3))
        set(content, "narrative.title", 0, draw_text(4));
    if (draw(2))
        set(content, "narrative.releasable", 0, draw_text(8));
    draw_way(content);
    draw_goods(content);
    draw_people(content);
}

/* A tenth of them are newer versions of others. */
static void add(uint64_t sequence) {
    static const struct field_set shown = {{1}};
    static const char *const kinds[] = {"SEIZURE", "WARNING", "QUESTION"}, *const marks[] = {"RED", "AMBER", "GREEN"};
    AlertHeader *header = arena_alloc(&arena, sizeof *header);
    Alert *content = arena_alloc(&arena, sizeof *content);
    struct document *document = &documents[sequence - 1];
    alert_header__init(header);
    alert__init(content);
    header->kind = (char *)(uintptr_t)PICK(kinds);
    header->tlp = (char *)(uintptr_t)PICK(marks);
    header->operation = draw(3) ? NULL : (char *)(uintptr_t) "COBRA III";
    header->originator = proto_bytes(PICK(members), 32);
    header->created = 1388534400000 + (uint64_t)draw(730) * 86400000;
    header->version = 1 + draw(2);
    draw_content(content);
    ck_assert_int_eq(document_make(document, &arena, header, content), RESULT_OK);
    struct index_row row = {.sequence = sequence,
                            .created = header->created,
                            .originator = document->originator,
                            .shown = &shown,
                            .version = header->version};
    put_u64(row.object, sequence * 0x9E3779B97F4A7C15u);
    put_u64(row.alert, sequence * 0xC2B2AE3D27D4EB4Fu);
    ck_assert_int_eq(index_add(index_, &row, document), RESULT_OK);
}

/* ---- queries ---- */

static const char *draw_word(void) {
    static const char *const beginnings[] = {"pan",    "po",    "msku 12", "false bo", "KE",  "34",
                                             "scales", "25471", "00k",     "001",      "imop"};
    if (!draw(4))
        return text_format(&arena, "\"%s\"*", PICK(beginnings));
    return text_format(&arena, "\"%s\"", draw(5) ? draw(2) ? PICK(vocabulary) : PICK(identifiers) : draw_text(3));
}

static const char *draw_range(const char *const *ends, uint32_t count) {
    static const char *const operators[] = {">", ">=", "<", "<=", ":", "="};
    if (draw(2))
        return text_format(&arena, "%s%s", PICK(operators), ends[draw(count)]);
    uint32_t low = draw(count), high = low + draw(count - low);
    return draw(3) ? text_format(&arena, ":%s..%s", ends[low], ends[high])
                   : text_format(&arena, draw(2) ? ":%s.." : ":..%s", ends[low]);
}

static const char *draw_leaf(bool of_specimens) {
    static const char *const numbers[] = {"0", "1.5", "20", "50", "99.9", "150", "1000"};
    static const char *const fields[] = {"container", "imo",   "legs.place", "date",  "quantity",
                                         "operation", "alive", "title",      "phone", "originator"};
    switch (draw(of_specimens ? 5 : 17)) {
    case 0:
        return text_format(&arena, "specimens.taxon:\"%s\"", PICK(wanted_species));
    case 1:
        return text_format(&arena, "quantity%s", draw_range(numbers, 7));
    case 2:
        return text_format(&arena, "term:(%s,%s)", PICK(terms), PICK(terms));
    case 3:
        return draw_word();
    case 4:
        return text_format(&arena, "alive:%s", draw(2) ? "yes" : "no");
    case 5:
        return text_format(&arena, "country:(%s,%s)", PICK(countries), PICK(countries));
    case 6:
        return text_format(&arena, "date%s", draw_range(dates, 7));
    case 7:
        return text_format(&arena, "%s:*", PICK(fields));
    case 8:
        return text_format(&arena, "container:\"%s\"%s", PICK(identifiers), draw(2) ? "" : "*");
    case 9:
        return text_format(&arena, "near:%s/%ukm", PICK(places), 1 + draw(600));
    case 10:
        return draw(4) ? text_format(&arena, "title:%s", draw_word())
                       : text_format(&arena, "title=\"%s\"", draw_text(2));
    case 11:
        return text_format(&arena, "person:\"%s\"", PICK(names));
    case 12:
        return text_format(&arena, "originator:%s", PICK(member_names));
    case 13:
        return text_format(&arena, "transport:%s", PICK(modes));
    case 14:
        return text_format(&arena, "created%s", draw_range(dates, 7));
    case 15:
        return text_format(&arena, "phone:\"%s\"", PICK(identifiers));
    default:
        return text_format(&arena, "month%s", draw_range(numbers, 3));
    }
}

static const char *draw_conditions(unsigned depth, bool of_specimens) {
    const char *one = depth && !draw(3) ? text_format(&arena, "(%s)", draw_conditions(depth - 1, of_specimens))
                                        : draw_leaf(of_specimens);
    if (!draw(4))
        one = text_format(&arena, "not %s", one);
    if (!of_specimens && depth && !draw(6))
        one = text_format(&arena, "specimens(%s)", draw_conditions(1, true));
    if (!draw(3))
        return one;
    return text_format(&arena, draw(3) ? "%s %s" : "%s or %s", one,
                       draw_conditions(depth ? depth - 1 : 0, of_specimens));
}

/* ---- held against each other ---- */

static size_t loads_left = SIZE_MAX;

static enum result load(void *context, const struct index_row *row, struct document *out) {
    (void)context;
    if (loads_left == 0)
        return RESULT_TOO_LARGE;
    loads_left--;
    *out = documents[row->sequence - 1];
    return RESULT_OK;
}

struct found {
    uint64_t sequences[ALERTS];
    size_t count;
};

static bool take(void *context, const struct index_row *row, const struct document *document) {
    struct found *found = context;
    (void)document;
    ck_assert_uint_lt(found->count, ALERTS);
    found->sequences[found->count++] = row->sequence;
    return true;
}

static uint64_t key_of(enum query_sort sort, uint64_t sequence) {
    const struct document *document = &documents[sequence - 1];
    return sort == SORT_DATE ? document->date : sort == SORT_CREATED ? document->created : sequence;
}

static enum query_sort sort_;

static int in_order(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    uint64_t x_key = key_of(sort_, x), y_key = key_of(sort_, y);
    return x_key != y_key ? (x_key < y_key) - (x_key > y_key) : (x < y) - (x > y);
}

static struct found expected(const struct query *query) {
    struct found found = {.count = 0};
    for (uint64_t sequence = 1; sequence <= ALERTS; sequence++)
        if (query_match(query->where, &documents[sequence - 1], &world))
            found.sequences[found.count++] = sequence;
    sort_ = query->sort;
    qsort(found.sequences, found.count, sizeof *found.sequences, in_order);
    return found;
}

/* In pages, of rows and of alerts that may be read; by turns it is the caller who has read enough. */
static struct found searched(const struct query *query, size_t limit, size_t reads_max, size_t *reads) {
    struct found found = {.count = 0};
    struct index_found told = {.ended = false};
    struct index_search asked = {.query = query,
                                 .world = &world,
                                 .limit = limit,
                                 .reads_max = reads_max,
                                 .load = load,
                                 .visit = take,
                                 .context = &found};
    while (!told.ended) {
        size_t before = found.count;
        loads_left = draw(2) ? SIZE_MAX : 1 + draw(PAGE);
        ck_assert_int_eq(index_search(index_, &asked, &told), RESULT_OK);
        ck_assert_uint_eq(told.matched, found.count - before);
        ck_assert_uint_le(told.reads, reads_max);
        asked.after = told.next;
        *reads += told.reads;
    }
    return found;
}

static uint64_t counted(const struct query *query) {
    struct index_found told = {.ended = false};
    struct index_search asked = {.query = query, .world = &world, .reads_max = 50, .load = load};
    uint64_t count = 0;
    while (!told.ended) {
        loads_left = draw(2) ? SIZE_MAX : 1 + draw(ALERTS);
        ck_assert_int_eq(index_search(index_, &asked, &told), RESULT_OK);
        asked.after = told.next;
        count += told.matched;
    }
    return count;
}

static void check(const char *text, size_t *hits, size_t *reads) {
    struct query query;
    struct query_remark error = {.text = ""};
    enum result result = query_parse(&query, &arena, text, &world, &error);
    ck_assert_msg(result == RESULT_OK, "%s: column %zu: %s", text, error.column, error.text);
    struct found right = expected(&query),
                 found = searched(&query, draw(2) ? ALERTS : PAGE, draw(2) ? ALERTS : 20, reads);
    bool is_same = right.count == found.count &&
                   memcmp(right.sequences, found.sequences, right.count * sizeof *right.sequences) == 0;
    ck_assert_msg(is_same, "%s: found %zu, expected %zu", text, found.count, right.count);
    ck_assert_msg(counted(&query) == right.count, "%s: counted", text);
    *hits += right.count;
}

static void fill(uint64_t bytes_max) {
    arena_init(&arena, SIZE_MAX);
    references = (struct references){taxa_built_in(), places_built_in()};
    index_ = index_new(references.taxa, bytes_max);
    ck_assert_ptr_nonnull(index_);
    for (uint64_t sequence = 1; sequence <= ALERTS; sequence++)
        add(sequence);
}

static void empty(void) {
    index_free(index_);
    arena_release(&arena);
}

static void ask_all(uint64_t seed, uint64_t bytes_max) {
    static const char *const orders[] = {"", " sort:date", " sort:created"};
    size_t hits = 0, reads = 0;
    state = seed;
    fill(bytes_max);
    for (int i = 0; i < QUERIES; i++)
        check(text_format(&arena, "(%s)%s", draw_conditions(3, false), PICK(orders)), &hits, &reads);
    ck_assert_uint_gt(hits, QUERIES);
    ck_assert_uint_gt(reads, QUERIES);
}

START_TEST(the_index_finds_what_the_matcher_would) {
    ask_all(2014 + (uint64_t)_i, 0);
    ck_assert_uint_eq(index_wordless(index_), 0);
    empty();
}
END_TEST

START_TEST(it_finds_the_same_without_words) {
    ask_all(2016, 1);
    ck_assert_uint_eq(index_wordless(index_), ALERTS);
    empty();
}
END_TEST

START_TEST(a_plan_tells_what_was_done) {
    struct query query;
    struct query_remark error;
    struct index_plan plan = {.count = 0};
    struct index_found told;
    state = 1;
    fill(0);
    ck_assert_int_eq(query_parse(&query, &arena, "date>=2014 species:Manidae \"false bottom\"", &world, &error),
                     RESULT_OK);
    struct index_search asked = {.query = &query, .world = &world, .reads_max = ALERTS, .load = load, .plan = &plan};
    ck_assert_int_eq(index_search(index_, &asked, &told), RESULT_OK);
    ck_assert_uint_eq(plan.count, 3);
    ck_assert_int_eq(plan.steps[0].way, STEP_LIST);
    ck_assert_int_eq(plan.steps[2].way, STEP_FILTER); /* last, of the rows that are left */
    ck_assert(span_equal(plan.steps[2].text, span_of_text("date>=2014")));
    ck_assert_uint_le(plan.steps[0].estimate, plan.steps[1].estimate);
    ck_assert(!told.is_exact);
    empty();
}
END_TEST

/* ---- links ---- */

struct related {
    bool is_candidate[ALERTS + 1]; /* by sequence */
    uint64_t count;
};

static bool take_related(void *context, const struct index_row *row) {
    struct related *related = context;
    ck_assert(!related->is_candidate[row->sequence]); /* once */
    ck_assert(!row->superseded);
    related->is_candidate[row->sequence] = true;
    related->count++;
    return true;
}

static void is_common(void *context, enum field_entity entity, const char *key, uint64_t rows) {
    (void)context, (void)entity, (void)key, (void)rows;
    ck_abort_msg("%s is common", key);
}

static void object_of(uint8_t out[static 32], uint64_t sequence) {
    memset(out, 0, 32);
    put_u64(out, sequence * 0x9E3779B97F4A7C15u);
}

/* Every pair, looked at by links_between(): what it links must be among what the index names. */
START_TEST(what_is_linked_is_found) {
    size_t linked = 0, events = 0;
    state = 7;
    fill(0);
    for (uint64_t sequence = 1; sequence <= ALERTS; sequence += 3) {
        struct related related = {.count = 0};
        uint8_t object[32];
        uint64_t count;
        object_of(object, sequence);
        const struct index_related asked = {.document = &documents[sequence - 1],
                                            .object = object,
                                            .common_max = UINT64_MAX,
                                            .visit = take_related,
                                            .is_common = is_common,
                                            .context = &related};
        ck_assert_int_eq(index_find_related(index_, &asked, &arena, &count), RESULT_OK);
        ck_assert_uint_eq(count, related.count);
        ck_assert(!related.is_candidate[sequence]);
        for (uint64_t other = 1; other <= ALERTS; other++) {
            uint8_t theirs[32];
            struct links links;
            object_of(theirs, other);
            const struct index_row *row = index_find(index_, theirs);
            if (other == sequence || !row || row->superseded)
                continue;
            ck_assert_int_eq(links_between(&links, &arena, &documents[sequence - 1], &documents[other - 1], NAME_ALIKE),
                             RESULT_OK);
            linked += links.count != 0;
            events += links.is_event;
            ck_assert(related.is_candidate[other] || (!links.count && !links.is_event));
        }
    }
    ck_assert_uint_gt(linked, 300);
    ck_assert_uint_gt(events, 30);
    empty();
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("index_search");
    TCase *c = tcase_create("against the matcher");
    tcase_set_timeout(c, 170);
    tcase_add_loop_test(c, the_index_finds_what_the_matcher_would, 0, 2);
    tcase_add_test(c, it_finds_the_same_without_words);
    tcase_add_test(c, a_plan_tells_what_was_done);
    tcase_add_test(c, what_is_linked_is_found);
    suite_add_tcase(s, c);
    return s;
}

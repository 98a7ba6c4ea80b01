#include <check.h>
#include <string.h>

#include "core/document.h"
#include "core/query_parse.h"

static struct arena arena;
static struct references references;
static struct query query;
static struct query_remark error;

static bool knows(void *context, const char *name) {
    (void)context;
    return strcmp(name, "ke-customs") == 0 || strcmp(name, "CD") == 0;
}

static struct query_world world = {.references = &references, .knows = knows};

static void setup(void) {
    arena_init(&arena, (size_t)16 << 20);
    references = (struct references){taxa_built_in(), places_built_in()};
}

static void teardown(void) {
    arena_release(&arena);
}

static enum result parse(const char *text) {
    return query_parse(&query, &arena, text, &world, &error);
}

static const struct query_node *read(const char *text) {
    enum result result = parse(text);
    ck_assert_msg(result == RESULT_OK, "%s: %s at %zu: %s", text, result_name(result), error.column, error.text);
    return query.where;
}

/* Refused at this column, with these words. */
static void refuse(const char *text, size_t column, const char *words) {
    ck_assert_msg(parse(text) == RESULT_INVALID, "\"%s\" was taken", text);
    ck_assert_msg(error.column == column, "\"%s\": column %zu, expected %zu: %s", text, error.column, column,
                  error.text);
    ck_assert_msg(strstr(error.text, words) != NULL, "\"%s\": \"%s\" lacks \"%s\"", text, error.text, words);
}

START_TEST(nothing_asks_for_everything) {
    ck_assert_ptr_null(read(""));
    ck_assert_ptr_null(read("  \t\n"));
    ck_assert_ptr_null(read("sort:date limit:50"));
    ck_assert_int_eq(query.sort, SORT_DATE);
    ck_assert_uint_eq(query.limit, 50);
}
END_TEST

START_TEST(conditions_side_by_side_are_all_asked) {
    const struct query_node *node = read("country:KE and kind:SEIZURE pangolin");
    ck_assert_int_eq(node->op, QUERY_AND);
    ck_assert_int_eq(node->first->op, QUERY_FIELD);
    ck_assert_int_eq(node->first->next->next->op, QUERY_TEXT);
    ck_assert_ptr_null(node->first->next->next->next);
}
END_TEST

START_TEST(or_binds_less_than_and_and_parentheses_most) {
    const struct query_node *node = read("a b or c");
    ck_assert_int_eq(node->op, QUERY_OR);
    ck_assert_int_eq(node->first->op, QUERY_AND);
    node = read("a (b OR c)");
    ck_assert_int_eq(node->op, QUERY_AND);
    ck_assert_int_eq(node->first->next->op, QUERY_OR);
    node = read("not a b");
    ck_assert_int_eq(node->op, QUERY_AND);
    ck_assert_int_eq(node->first->op, QUERY_NOT);
    node = read("not (a b)");
    ck_assert_int_eq(node->op, QUERY_NOT);
    ck_assert_int_eq(node->first->op, QUERY_AND);
}
END_TEST

START_TEST(a_keyword_in_quotes_or_in_a_word_is_text) {
    ck_assert_int_eq(read("\"or\"")->op, QUERY_TEXT);
    ck_assert_int_eq(read("order")->op, QUERY_TEXT);
    ck_assert_int_eq(read("notice")->op, QUERY_TEXT);
    ck_assert_str_eq(read("andes")->values[0].key, "andes");
}
END_TEST

START_TEST(names_are_paths_last_parts_and_words) {
    ck_assert_uint_eq(read("specimens.quantity>5")->slots.slots[0], field_find("specimens.quantity")->slot);
    ck_assert_uint_eq(read("quantity>5")->slots.slots[0], field_find("specimens.quantity")->slot);
    ck_assert_uint_eq(read("Container:x")->slots.slots[0], field_find("legs.container")->slot);
    ck_assert_uint_eq(read("country:ke")->slots.count, 2);
    ck_assert_str_eq(query.where->values[0].key, "KE");
    ck_assert_uint_eq(read("tlp:AMBER")->slots.slots[0], SLOT_TLP);
}
END_TEST

START_TEST(dates_become_what_they_may_mean) {
    const struct query_value *value = read("date:2014..2016-03")->values;
    ck_assert_double_eq(value->low, 20140000);
    ck_assert_double_eq(value->high, 20160399);
    value = read("date<2014-05-10")->values;
    ck_assert_double_eq(value->high, 20140509);
    value = read("date>2014")->values;
    ck_assert_double_eq(value->low, 20150000);
    value = read("date:..2014")->values;
    ck_assert_double_eq(value->high, 20149999);
    ck_assert(value->low < 0);
    value = read("created:2014-12")->values;
    ck_assert_double_eq(value->low, 1417392000000);
    ck_assert_double_eq(value->high, 1420070399999);
    value = read("created:2012-02-29")->values;
    ck_assert_double_eq(value->high - value->low, 86399999);
    value = read("created>=2014-05-05T09:30:00Z")->values;
    ck_assert_double_eq(value->low, 1399282200000);
}
END_TEST

START_TEST(numbers_are_compared_as_they_are_written) {
    const struct query_value *value = read("quantity>=100")->values;
    ck_assert_double_eq(value->low, 100);
    value = read("quantity>100")->values;
    ck_assert(value->low > 100 && value->low < 100.001);
    value = read("quantity<0.5")->values;
    ck_assert(value->high < 0.5 && value->high > 0.499);
    value = read("latitude:-4.5..-4")->values;
    ck_assert_double_eq(value->low, -4.5);
    ck_assert_double_eq(value->high, -4);
}
END_TEST

START_TEST(sets_words_phrases_and_prefixes) {
    const struct query_node *node = read("country:(KE, tz ,UG)");
    ck_assert_uint_eq(node->value_count, 3);
    ck_assert_str_eq(node->values[1].key, "TZ");
    node = read("\"False  Bottom\"");
    ck_assert_str_eq(node->values[0].key, "false bottom");
    ck_assert_str_eq(node->values[1].key, "falsebottom");
    node = read("pangol*");
    ck_assert(node->values[0].prefix && node->values[1].prefix);
    node = read("title:\"Été al\"*");
    ck_assert_str_eq(node->values[0].key, "ete al");
    node = read("container:\"MSKU 123-4565\"");
    ck_assert_str_eq(node->values[0].key, "msku1234565");
    ck_assert_str_eq(read("phone:\"+254 712\"")->values[0].key, "254712");
    ck_assert_str_eq(read("phone:00254712")->values[0].key, "254712");
    ck_assert_str_eq(read("imo:IMO9321483")->values[0].key, "9321483");
    ck_assert_int_eq(read("container:*")->values[0].how, HOW_PRESENT);
    ck_assert_int_eq(read("title=\"two words\"")->values[0].how, HOW_WHOLE);
    ck_assert_str_eq(read("\"a \\\"b\\\" \\\\\"")->values[0].key, "a b");
}
END_TEST

START_TEST(a_group_holds_for_one_element) {
    const struct query_node *node = read("specimens(taxon:Manidae quantity>=100 unit:KIL)");
    ck_assert_int_eq(node->op, QUERY_GROUP);
    ck_assert_str_eq(node->group, "specimens");
    ck_assert_int_eq(node->first->op, QUERY_AND);
}
END_TEST

START_TEST(near_takes_a_place_or_degrees) {
    const struct query_node *node = read("near:kemba/50km");
    ck_assert_int_eq(node->op, QUERY_NEAR);
    ck_assert_double_eq(node->km, 50);
    ck_assert_double_eq_tol(node->latitude, -4.05, 0.1);
    node = read("near:-4.05,39.66/12.5km");
    ck_assert_double_eq_tol(node->longitude, 39.66, 1e-9);
    ck_assert_double_eq(node->km, 12.5);
}
END_TEST

START_TEST(a_doubtful_name_is_remarked_upon) {
    read("species:Manidea");
    ck_assert_uint_eq(query.remark_count, 1);
    ck_assert_uint_eq(query.remarks[0].column, 9);
    ck_assert_ptr_nonnull(strstr(query.remarks[0].text, "Manidae"));
    read("species:Manidae place:KEMBA");
    ck_assert_uint_eq(query.remark_count, 0);
    read("place:KEZZ9");
    ck_assert_uint_eq(query.remark_count, 1);
}
END_TEST

START_TEST(each_mistake_is_told_where_it_is) {
    static const struct {
        const char *text;
        size_t column;
        const char *words;
    } mistakes[] = {
        {"country:KEE", 9, "no country is called \"KEE\"; did you mean"},
        {"kind:SEIZURE countri:KE", 14, "did you mean country?"},
        {"xyzzy:1", 1, "no field is called \"xyzzy\""},
        {"role:OWNER", 1, "several fields are called \"role\": legs.role, persons.role"},
        {"term:ZZZ9", 6, "inama help codes term"},
        {"date:2014-13", 6, "expected a date"},
        {"date:2014..x", 12, "expected a date"},
        {"date:2016..2014", 6, "runs backwards"},
        {"date:..", 6, "a range needs a beginning or an end"},
        {"date>2014..2015", 10, "a range stands behind a colon"},
        {"quantity>many", 10, "expected a number"},
        {"created:soon", 9, "a time such as"},
        {"alive:perhaps", 7, "expected yes or no"},
        {"country>KE", 8, "no order"},
        {"country:KE..UG", 11, "no order: no range here"},
        {"country:", 9, "expected a value"},
        {"country: KE", 9, "expected a value"},
        {"country:()", 10, "expected a value"},
        {"country:(KE UG)", 13, "expected a comma"},
        {"country:(KE,UG", 9, "not closed"},
        {"country:KE,UG", 11, "stand in parentheses"},
        {"quantity>(1,2)", 10, "a set stands behind a colon"},
        {"country:K*", 10, "no asterisk here"},
        {"title=fal*", 10, "no asterisk here"},
        {"a*b", 2, "an asterisk stands at the end"},
        {"a*", 2, "at least 2 characters"},
        {"place:K*", 8, "at least 2 characters"},
        {"*", 1, "no letter or digit"},
        {"\"...\"", 1, "no letter or digit"},
        {"container:--", 11, "no letter or digit"},
        {"a \"b", 3, "not closed"},
        {"a (b", 3, "not closed"},
        {"a b)", 4, "never opened"},
        {"()", 2, "expected a condition"},
        {"(sort:date)", 11, "expected a condition"},
        {"legs(mode:1 sort:date)", 13, "whole query"},
        {"not sort:date", 5, "whole query"},
        {"sort:date a sort:date", 13, "said before"},
        {"limit:5 limit:6", 9, "said before"},
        {"sort:size", 6, "expected arrival, date or created"},
        {"limit:0", 7, "1 to 10000"},
        {"limit:5x", 7, "1 to 10000"},
        {"a or", 5, "expected a condition"},
        {"or a", 1, "expected a condition"},
        {"a and", 6, "expected a condition"},
        {"and a", 1, "expected a condition"},
        {"a and and b", 7, "expected a condition"},
        {"(and a)", 2, "expected a condition"},
        {"not", 4, "expected a condition"},
        {"a or sort:date", 15, "expected a condition"},
        {"specimens(country:KE)", 11, "specimens has no field \"country\""},
        {"legs(near:KEMBA/5km)", 6, "inside a group"},
        {"legs(legs(mode:1))", 6, "inside another"},
        {"near:KEMBA", 11, "expected a distance"},
        {"near:KEMBA/50", 12, "expected a distance"},
        {"near:KEMBA/50000km", 12, "at most 20037 km"},
        {"near:QQQQQ/5km", 6, "does not have \"QQQQQ\""},
        {"near:95,10/5km", 6, "degrees"},
        {"near>KEMBA", 5, "expected a colon"},
        {"originator:nobody", 12, "neither a member"},
        {"place:MOMBASA", 7, "UN/LOCODE"},
        {"été country:KEE", 13, "no country"}, /* characters, not bytes */
        {"a\xff", 1, "UTF-8"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof *mistakes; i++)
        refuse(mistakes[i].text, mistakes[i].column, mistakes[i].words);
}
END_TEST

START_TEST(length_depth_and_number_are_bounded) {
    char text[QUERY_BYTES_MAX + 2];
    memset(text, '(', 64);
    text[64] = '\0';
    refuse(text, QUERY_DEPTH_MAX + 1, "levels");
    for (size_t i = 0; i < 300; i++)
        memcpy(text + 2 * i, "a ", 3);
    refuse(text, 2 * QUERY_NODES_MAX + 1, "conditions");
    memset(text, 'a', QUERY_BYTES_MAX + 1);
    text[QUERY_BYTES_MAX + 1] = '\0';
    refuse(text, 1, "at most 4096 bytes");
    text[QUERY_BYTES_MAX] = '\0';
    read(text);
    ck_assert_int_eq(parse("originator:CD"), RESULT_OK);
}
END_TEST

START_TEST(out_of_memory_is_said) {
    struct arena small;
    enum result result = RESULT_NO_MEMORY;
    const char *text = "species:Manidae (country:(KE,TZ) or near:KEMBA/5km) \"false bottom\" container:MSKU1 sort:date";
    for (size_t budget = 0; result; budget += 64) {
        arena_init(&small, budget);
        result = query_parse(&query, &small, text, &world, &error);
        ck_assert(result == RESULT_NO_MEMORY || result == RESULT_OK);
        arena_release(&small);
    }
}
END_TEST

static void check_name(void *context, const char *name, const struct query_slots *slots) {
    size_t *count = context;
    struct query_slots found = query_names_find(span_of_text(name), NULL);
    ck_assert_msg(found.count == slots->count && found.slots[0] == slots->slots[0], "%s", name);
    for (size_t i = 1; i < found.count; i++)
        ck_assert_int_eq(document_compares(found.slots[i]), document_compares(found.slots[0]));
    ++*count;
}

START_TEST(every_name_stands_for_what_it_says) {
    size_t count = 0;
    query_names_each(check_name, &count);
    ck_assert_uint_gt(count, field_count());
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("query_parse");
    TCase *c = tcase_create("language");
    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, nothing_asks_for_everything);
    tcase_add_test(c, conditions_side_by_side_are_all_asked);
    tcase_add_test(c, or_binds_less_than_and_and_parentheses_most);
    tcase_add_test(c, a_keyword_in_quotes_or_in_a_word_is_text);
    tcase_add_test(c, names_are_paths_last_parts_and_words);
    tcase_add_test(c, dates_become_what_they_may_mean);
    tcase_add_test(c, numbers_are_compared_as_they_are_written);
    tcase_add_test(c, sets_words_phrases_and_prefixes);
    tcase_add_test(c, a_group_holds_for_one_element);
    tcase_add_test(c, near_takes_a_place_or_degrees);
    tcase_add_test(c, a_doubtful_name_is_remarked_upon);
    tcase_add_test(c, each_mistake_is_told_where_it_is);
    tcase_add_test(c, length_depth_and_number_are_bounded);
    tcase_add_test(c, out_of_memory_is_said);
    tcase_add_test(c, every_name_stands_for_what_it_says);
    suite_add_tcase(s, c);
    return s;
}

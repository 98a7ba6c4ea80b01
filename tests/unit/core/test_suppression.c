#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "core/suppression.h"

/* An attacker has the table as it was released, totals included, and the rule. What can a small number still be? */

enum { SIDE_MAX = 8, CELLS = (SIDE_MAX + 1) * (SIDE_MAX + 1), UNBOUNDED = 1000000 };

static uint64_t state;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

struct published {
    size_t rows;
    size_t columns;
    uint64_t least;
    uint64_t numbers[CELLS];
    enum suppression_cell cells[CELLS];
};

static size_t width_of(const struct published *table) {
    return table->columns ? table->columns + 1 : 1;
}

static size_t count_of(const struct published *table) {
    return (table->rows + 1) * width_of(table);
}

static void add_totals(struct published *table) {
    size_t width = width_of(table), across = table->columns ? table->columns : 1;
    for (size_t i = 0; i < table->rows; i++)
        for (size_t k = 0; k < across; k++) {
            uint64_t number = table->numbers[i * width + k];
            table->numbers[table->rows * width + k] += number;
            if (table->columns == 0)
                continue;
            table->numbers[i * width + table->columns] += number;
            table->numbers[table->rows * width + table->columns] += number;
        }
}

static bool decide(struct published *table) {
    const struct suppression suppression = {table->rows, table->columns, table->least, table->numbers, table->cells};
    return suppression_decide(&suppression);
}

/* ---- the difference attack: what a sum leaves for each of its parts, again and again ---- */

struct bounds {
    int64_t low[CELLS];
    int64_t high[CELLS];
};

static void begin(struct bounds *bounds, const struct published *table) {
    for (size_t at = 0; at < count_of(table); at++) {
        int64_t number = (int64_t)table->numbers[at], least = (int64_t)table->least;
        bool is_shown = table->cells[at] == SUPPRESSION_SHOWN, is_small = table->cells[at] == SUPPRESSION_SMALL;
        bounds->low[at] = is_shown ? number : is_small ? 1 : least;
        bounds->high[at] = is_shown ? number : is_small ? least - 1 : UNBOUNDED;
    }
}

/* The last of `places` is the sum of the others. */
static bool tighten(struct bounds *bounds, const size_t *places, size_t count) {
    bool changed = false;
    for (size_t i = 0; i < count; i++) {
        int64_t low = 0, high = 0, sign = i + 1 == count ? -1 : 1;
        for (size_t k = 0; k < count; k++) {
            if (k == i)
                continue;
            int64_t other = (k + 1 == count ? 1 : -1) * sign;
            low += other * (other > 0 ? bounds->low[places[k]] : bounds->high[places[k]]);
            high += other * (other > 0 ? bounds->high[places[k]] : bounds->low[places[k]]);
        }
        changed |= low > bounds->low[places[i]] || high < bounds->high[places[i]];
        bounds->low[places[i]] = low > bounds->low[places[i]] ? low : bounds->low[places[i]];
        bounds->high[places[i]] = high < bounds->high[places[i]] ? high : bounds->high[places[i]];
    }
    return changed;
}

static bool attack_once(struct bounds *bounds, const struct published *table) {
    size_t width = width_of(table), places[SIDE_MAX + 1];
    bool changed = false;
    for (size_t k = 0; k < width; k++) {
        for (size_t i = 0; i <= table->rows; i++)
            places[i] = i * width + k;
        changed |= tighten(bounds, places, table->rows + 1);
    }
    for (size_t i = 0; i <= table->rows && table->columns; i++) {
        for (size_t k = 0; k < width; k++)
            places[k] = i * width + k;
        changed |= tighten(bounds, places, width);
    }
    return changed;
}

/* Small numbers of which something more than that they are small comes out. */
static size_t found_out(const struct published *table) {
    struct bounds bounds;
    size_t found = 0;
    begin(&bounds, table);
    for (int rounds = 0; rounds < 1000 && attack_once(&bounds, table); rounds++)
        continue;
    for (size_t at = 0; at < count_of(table); at++)
        found += table->cells[at] == SUPPRESSION_SMALL &&
                 (bounds.low[at] > 1 || bounds.high[at] < (int64_t)table->least - 1);
    return found;
}

/* Are all totals such that small numbers can be hidden? */
static bool has_room(const struct published *table) {
    size_t width = width_of(table), last = count_of(table) - 1;
    bool has = table->numbers[last] >= suppression_total_least(table->least);
    for (size_t i = 0; i < table->rows && table->columns; i++)
        has &= table->numbers[i * width + table->columns] >= suppression_total_least(table->least);
    for (size_t k = 0; k < table->columns; k++)
        has &= table->numbers[table->rows * width + k] >= suppression_total_least(table->least);
    return has;
}

/* As who knows no better does it: small ones alone are left out. */
static void hide_small_alone(struct published *table) {
    for (size_t at = 0; at < count_of(table); at++)
        table->cells[at] =
            table->numbers[at] && table->numbers[at] < table->least ? SUPPRESSION_SMALL : SUPPRESSION_SHOWN;
}

static struct published draw_table(bool is_row) {
    struct published table = {
        .rows = 2 + draw(SIDE_MAX - 1), .columns = is_row ? 0 : 2 + draw(SIDE_MAX - 1), .least = 2 + draw(9)};
    size_t width = width_of(&table), across = table.columns ? table.columns : 1;
    for (size_t i = 0; i < table.rows; i++)
        for (size_t k = 0; k < across; k++)
            table.numbers[i * width + k] = draw(3) ? draw(60) : draw((uint32_t)table.least + 1);
    add_totals(&table);
    return table;
}

static void attack_many(bool is_row) {
    enum { TABLES = 3000 };
    size_t naive = 0, small = 0, whole = 0;
    for (int i = 0; i < TABLES; i++) {
        struct published table = draw_table(is_row);
        hide_small_alone(&table);
        naive += found_out(&table);
        bool is_withheld = !decide(&table);
        whole += !is_withheld;
        ck_assert(!is_withheld || !has_room(&table));
        if (is_withheld)
            continue;
        for (size_t at = 0; at < count_of(&table); at++) {
            small += table.cells[at] == SUPPRESSION_SMALL;
            bool is_small = table.numbers[at] && table.numbers[at] < table.least;
            ck_assert_int_eq(table.cells[at] == SUPPRESSION_SMALL, is_small);
        }
        ck_assert_uint_eq(found_out(&table), 0);
    }
    ck_assert_uint_gt(naive, TABLES / 4); /* the attack works where nothing is done against it */
    ck_assert_uint_gt(small, TABLES);
    ck_assert_uint_gt(whole, TABLES / 3);
}

START_TEST(no_difference_of_a_row_gives_a_small_number_back) {
    state = 2014;
    attack_many(true);
}
END_TEST

START_TEST(no_difference_of_rows_columns_and_totals_gives_one_back) {
    state = 2015;
    attack_many(false);
}
END_TEST

/* ---- every table that the attacker can think of ---- */

static bool agrees(const struct published *table, size_t at, uint64_t number) {
    switch (table->cells[at]) {
    case SUPPRESSION_SHOWN:
        return number == table->numbers[at];
    case SUPPRESSION_SMALL:
        return number >= 1 && number < table->least;
    case SUPPRESSION_WITHHELD:
        return number >= table->least;
    }
    return false;
}

START_TEST(of_all_tables_that_agree_some_have_each_small_number) {
    enum { MOST = 12, TABLES = 300 };
    size_t tried = 0;
    state = 2016;
    for (int i = 0; i < TABLES; i++) {
        struct published table = {.rows = 2, .columns = 2, .least = 3};
        for (size_t k = 0; k < 4; k++)
            table.numbers[k / 2 * 3 + k % 2] = draw(9);
        add_totals(&table);
        if (!decide(&table))
            continue;
        tried++;
        bool seen[9][3] = {{false}};
        for (uint64_t guess = 0; guess < MOST * MOST * MOST * MOST; guess++) {
            const uint64_t a = guess % MOST, b = guess / MOST % MOST, c = guess / (MOST * MOST) % MOST,
                           d = guess / (MOST * MOST * MOST);
            const uint64_t guessed[] = {a, b, a + b, c, d, c + d, a + c, b + d, a + b + c + d};
            bool all = true;
            for (size_t at = 0; at < 9 && all; at++)
                all = agrees(&table, at, guessed[at]);
            for (size_t at = 0; at < 9 && all; at++)
                if (table.cells[at] == SUPPRESSION_SMALL)
                    seen[at][guessed[at]] = true;
        }
        for (size_t at = 0; at < 9; at++)
            if (table.cells[at] == SUPPRESSION_SMALL)
                ck_assert_msg(seen[at][1] && seen[at][2], "table %d, number %zu", i, at);
    }
    ck_assert_uint_gt(tried, TABLES / 2);
}
END_TEST

START_TEST(what_is_left_out_is_no_more_than_it_takes) {
    struct published none = {.rows = 2, .columns = 2, .least = 5, .numbers = {5, 0, 5, 9, 7, 16, 14, 7, 21}};
    ck_assert(decide(&none));
    for (size_t at = 0; at < 9; at++)
        ck_assert_int_eq(none.cells[at], SUPPRESSION_SHOWN);
    struct published one = {.rows = 3, .columns = 0, .least = 5, .numbers = {3, 9, 50, 62}};
    ck_assert(decide(&one));
    ck_assert_int_eq(one.cells[0], SUPPRESSION_SMALL);
    ck_assert_int_eq(one.cells[1], SUPPRESSION_WITHHELD); /* the cheapest that has room */
    ck_assert_int_eq(one.cells[2], SUPPRESSION_SHOWN);
    ck_assert_int_eq(one.cells[3], SUPPRESSION_SHOWN);
}
END_TEST

START_TEST(where_nothing_hides_it_all_is_withheld) {
    struct published table = {.rows = 2, .columns = 0, .least = 5, .numbers = {3, 2, 5}};
    ck_assert(!decide(&table));
    for (size_t at = 0; at < 3; at++)
        ck_assert_int_eq(table.cells[at], SUPPRESSION_WITHHELD); /* not even which are small */
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("suppression");
    TCase *c = tcase_create("attacks");
    tcase_set_timeout(c, 120);
    tcase_add_test(c, no_difference_of_a_row_gives_a_small_number_back);
    tcase_add_test(c, no_difference_of_rows_columns_and_totals_gives_one_back);
    tcase_add_test(c, of_all_tables_that_agree_some_have_each_small_number);
    tcase_add_test(c, what_is_left_out_is_no_more_than_it_takes);
    tcase_add_test(c, where_nothing_hides_it_all_is_withheld);
    suite_add_tcase(s, c);
    return s;
}

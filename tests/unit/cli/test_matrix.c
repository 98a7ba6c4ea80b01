#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/stats.h"
#include "core/suppression.h"

/* From groups to a table for others: nothing is lost when small rows and columns are put together, and then there is
 * always a way to hide what is small. */

enum { TABLES = 400, SIDE = 12 };

static struct arena arena;
static uint64_t state;

static uint32_t draw(uint32_t below) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

static void draw_counted(struct counted *counted) {
    const char *complaint = NULL;
    uint32_t rows = 1 + draw(SIDE), columns = 1 + draw(SIDE);
    *counted = (struct counted){.unread = 0};
    ck_assert(!tally_ask(&counted->question, &arena, "country,year", NULL, NULL, &complaint));
    tally_init(&counted->tally, &arena, &counted->question, NULL, SIDE * SIDE);
    for (uint32_t i = 0; i < rows; i++)
        for (uint32_t k = 0; k < columns; k++) {
            const struct tally_group group = {
                .values = {text_format(&arena, "c%02u", i), text_format(&arena, "%u", 2000 + k)},
                .alerts = draw(3) ? draw(4) : draw(40)};
            if (group.alerts)
                ck_assert(!tally_merge(&counted->tally, &group));
        }
    counted->groups = tally_sorted(&counted->tally);
}

static uint64_t number_at(const struct matrix *matrix, size_t row, size_t column) {
    return matrix->numbers[row * (matrix->columns + 1) + column];
}

/* Every total is the sum of what it is the total of. */
static void check_totals(const struct matrix *matrix) {
    for (size_t i = 0; i <= matrix->rows; i++) {
        uint64_t sum = 0;
        for (size_t k = 0; k < matrix->columns; k++)
            sum += number_at(matrix, i, k);
        ck_assert_uint_eq(sum, number_at(matrix, i, matrix->columns));
    }
    for (size_t k = 0; k <= matrix->columns; k++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < matrix->rows; i++)
            sum += number_at(matrix, i, k);
        ck_assert_uint_eq(sum, number_at(matrix, matrix->rows, k));
    }
}

static uint64_t least_total(const struct matrix *matrix) {
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < matrix->rows; i++)
        if (number_at(matrix, i, matrix->columns) < least)
            least = number_at(matrix, i, matrix->columns);
    for (size_t k = 0; k < matrix->columns; k++)
        if (number_at(matrix, matrix->rows, k) < least)
            least = number_at(matrix, matrix->rows, k);
    return least;
}

static void check_one(uint64_t least, size_t *merged, size_t *small) {
    struct counted counted;
    enum suppression_cell cells[(SIDE + 1) * (SIDE + 1)];
    draw_counted(&counted);
    const struct matrix *matrix = matrix_make(&arena, &counted);
    const struct matrix *together = matrix_merge(&arena, matrix, suppression_total_least(least));
    uint64_t all = matrix->rows ? number_at(matrix, matrix->rows, matrix->columns) : 0;
    counted_release(&counted);
    if (all < suppression_total_least(least))
        return;
    check_totals(matrix);
    check_totals(together);
    ck_assert_uint_eq(number_at(together, together->rows, together->columns), all);
    ck_assert_uint_ge(least_total(together), suppression_total_least(least));
    *merged += together->rows < matrix->rows || together->columns < matrix->columns;
    const struct suppression suppression = {together->rows, together->columns, least, together->numbers, cells};
    ck_assert(suppression_decide(&suppression));
    for (size_t at = 0; at < (together->rows + 1) * (together->columns + 1); at++)
        *small += cells[at] == SUPPRESSION_SMALL;
}

START_TEST(small_rows_and_columns_together_hide_what_is_small) {
    size_t merged = 0, small = 0;
    state = 2014;
    for (int i = 0; i < TABLES; i++) {
        arena_init(&arena, SIZE_MAX);
        check_one(2 + draw(6), &merged, &small);
        arena_release(&arena);
    }
    ck_assert_uint_gt(merged, TABLES / 4);
    ck_assert_uint_gt(small, TABLES);
}
END_TEST

START_TEST(a_picture_has_no_text_that_is_markup) {
    static const struct bar bars[] = {{"<script>alert(1)</script> & \"x\"", 2, "2"}, {"none", 0, "<5"}};
    struct buf out;
    arena_init(&arena, SIZE_MAX);
    buf_init(&out, &arena);
    chart_svg(&out, &arena, "a < b", bars, 2);
    const char *text = arena_text(&arena, (const char *)out.data, out.len);
    ck_assert_ptr_null(strstr(text, "<script"));
    ck_assert_ptr_nonnull(strstr(text, "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;x&quot;</text>"));
    ck_assert_ptr_nonnull(strstr(text, ">a &lt; b</text>"));
    ck_assert_ptr_nonnull(strstr(text, ">&lt;5</text>"));
    arena_release(&arena);
}
END_TEST

Suite *suite(void) {
    Suite *s = suite_create("matrix");
    TCase *c = tcase_create("tables");
    tcase_set_timeout(c, 60);
    tcase_add_test(c, small_rows_and_columns_together_hide_what_is_small);
    tcase_add_test(c, a_picture_has_no_text_that_is_markup);
    suite_add_tcase(s, c);
    return s;
}

#include "core/suppression.h"

#include <assert.h>

#include "base/limits.h"

static size_t width_of(const struct suppression *suppression) {
    return suppression->columns ? suppression->columns + 1 : 1;
}

static size_t count_of(const struct suppression *suppression) {
    return (suppression->rows + 1) * width_of(suppression);
}

/* May it be the neighbour of a small number? It keeps at least `least` when that is moved as far as it goes. */
static bool has_room(const struct suppression *suppression, size_t at) {
    return suppression->numbers[at] >= suppression_total_least(suppression->least);
}

/* What withholding it costs: nothing more, if it is withheld already. Totals cost more, as others lean on them. */
static uint64_t cost_of(const struct suppression *suppression, size_t at) {
    return suppression->cells[at] == SUPPRESSION_SHOWN ? 1 + suppression->numbers[at] : 0;
}

static void withhold(const struct suppression *suppression, size_t at) {
    if (suppression->cells[at] == SUPPRESSION_SHOWN)
        suppression->cells[at] = SUPPRESSION_WITHHELD;
}

/* The cheapest other number of a row that stands alone with its total. */
static bool hide_in_row(const struct suppression *suppression, size_t small) {
    size_t best = SIZE_MAX;
    for (size_t at = 0; at <= suppression->rows; at++)
        if (at != small && has_room(suppression, at) &&
            (best == SIZE_MAX || cost_of(suppression, at) < cost_of(suppression, best)))
            best = at;
    if (best != SIZE_MAX)
        withhold(suppression, best);
    return best != SIZE_MAX;
}

struct corners {
    size_t beside;
    size_t below;
    size_t across;
};

static bool find_corners(const struct suppression *suppression, size_t small, struct corners *best) {
    size_t width = width_of(suppression), row = small / width, column = small % width;
    uint64_t least_cost = UINT64_MAX;
    for (size_t other_row = 0; other_row <= suppression->rows; other_row++)
        for (size_t other = 0; other < width; other++) {
            const struct corners corners = {row * width + other, other_row * width + column, other_row * width + other};
            if (other_row == row || other == column || !has_room(suppression, corners.beside) ||
                !has_room(suppression, corners.below) || !has_room(suppression, corners.across))
                continue;
            uint64_t cost = cost_of(suppression, corners.beside) + cost_of(suppression, corners.below) +
                            cost_of(suppression, corners.across);
            if (cost < least_cost) {
                least_cost = cost;
                *best = corners;
            }
        }
    return least_cost != UINT64_MAX;
}

static bool hide_in_table(const struct suppression *suppression, size_t small) {
    struct corners corners = {0};
    if (!find_corners(suppression, small, &corners))
        return false;
    withhold(suppression, corners.beside);
    withhold(suppression, corners.below);
    withhold(suppression, corners.across);
    return true;
}

/* Not even which are small, or 0. */
static void withhold_all(const struct suppression *suppression) {
    for (size_t at = 0; at < count_of(suppression); at++)
        suppression->cells[at] = SUPPRESSION_WITHHELD;
}

bool suppression_decide(const struct suppression *suppression) {
    size_t count = count_of(suppression);
    bool can_hide = true;
    assert(suppression->least >= 2 && count <= RELEASE_CELLS_MAX);
    for (size_t at = 0; at < count; at++) {
        bool is_small = suppression->numbers[at] > 0 && suppression->numbers[at] < suppression->least;
        suppression->cells[at] = is_small ? SUPPRESSION_SMALL : SUPPRESSION_SHOWN;
    }
    for (size_t at = 0; at < count && can_hide; at++)
        if (suppression->cells[at] == SUPPRESSION_SMALL)
            can_hide = suppression->columns ? hide_in_table(suppression, at) : hide_in_row(suppression, at);
    if (!can_hide)
        withhold_all(suppression);
    return can_hide;
}

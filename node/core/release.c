#include "core/release.h"

#include <assert.h>

#include "base/limits.h"

static size_t width_of(const struct release *release) {
    return release->columns ? release->columns + 1 : 1;
}

static size_t count_of(const struct release *release) {
    return (release->rows + 1) * width_of(release);
}

/* May it be the neighbour of a small number? It keeps at least `least` when that is moved as far as it goes. */
static bool has_room(const struct release *release, size_t at) {
    return release->numbers[at] >= release_total_least(release->least);
}

/* What withholding it costs: nothing more, if it is withheld already. Totals cost more, as others lean on them. */
static uint64_t cost_of(const struct release *release, size_t at) {
    return release->cells[at] == RELEASE_SHOWN ? 1 + release->numbers[at] : 0;
}

static void withhold(const struct release *release, size_t at) {
    if (release->cells[at] == RELEASE_SHOWN)
        release->cells[at] = RELEASE_WITHHELD;
}

/* The cheapest other number of a row that stands alone with its total. */
static bool hide_in_row(const struct release *release, size_t small) {
    size_t best = SIZE_MAX;
    for (size_t at = 0; at <= release->rows; at++)
        if (at != small && has_room(release, at) && (best == SIZE_MAX || cost_of(release, at) < cost_of(release, best)))
            best = at;
    if (best != SIZE_MAX)
        withhold(release, best);
    return best != SIZE_MAX;
}

struct corners {
    size_t beside;
    size_t below;
    size_t across;
};

static bool find_corners(const struct release *release, size_t small, struct corners *best) {
    size_t width = width_of(release), row = small / width, column = small % width;
    uint64_t least_cost = UINT64_MAX;
    for (size_t other_row = 0; other_row <= release->rows; other_row++)
        for (size_t other = 0; other < width; other++) {
            const struct corners corners = {row * width + other, other_row * width + column, other_row * width + other};
            if (other_row == row || other == column || !has_room(release, corners.beside) ||
                !has_room(release, corners.below) || !has_room(release, corners.across))
                continue;
            uint64_t cost =
                cost_of(release, corners.beside) + cost_of(release, corners.below) + cost_of(release, corners.across);
            if (cost < least_cost) {
                least_cost = cost;
                *best = corners;
            }
        }
    return least_cost != UINT64_MAX;
}

static bool hide_in_table(const struct release *release, size_t small) {
    struct corners corners = {0};
    if (!find_corners(release, small, &corners))
        return false;
    withhold(release, corners.beside);
    withhold(release, corners.below);
    withhold(release, corners.across);
    return true;
}

/* Not even which are small, or 0. */
static void withhold_all(const struct release *release) {
    for (size_t at = 0; at < count_of(release); at++)
        release->cells[at] = RELEASE_WITHHELD;
}

bool release_decide(const struct release *release) {
    size_t count = count_of(release);
    bool can_hide = true;
    assert(release->least >= 2 && count <= RELEASE_CELLS_MAX);
    for (size_t at = 0; at < count; at++) {
        bool is_small = release->numbers[at] > 0 && release->numbers[at] < release->least;
        release->cells[at] = is_small ? RELEASE_SMALL : RELEASE_SHOWN;
    }
    for (size_t at = 0; at < count && can_hide; at++)
        if (release->cells[at] == RELEASE_SMALL)
            can_hide = release->columns ? hide_in_table(release, at) : hide_in_row(release, at);
    if (!can_hide)
        withhold_all(release);
    return can_hide;
}

/* How many animals the quantities stand for. Every figure stands on factors that are shown with it; what has no factor
 * is counted as such, and not guessed. */
#include "cli/stats.h"

#include <string.h>

#include "base/file.h"
#include "base/limits.h"
#include "base/text.h"
#include "cli/home.h"
#include "cli/print.h"
#include "core/conversion.h"

enum { LIST_BYTES_MAX = 64 * 1024 * 1024 };

/* The fields that a factor goes by, and where they stand among those that are counted by. */
struct goods {
    size_t taxon;
    size_t term;
    size_t unit;
};

struct estimate {
    struct stats *stats;
    struct conversions conversions;
    struct counted counted;
    struct goods goods;
    size_t asked;         /* dimensions that the operator asked for: the first ones */
    struct tally animals; /* by these: `sum` animals, `rows` specimens, `summed` those that have a factor */
    struct tally_question question;
};

/* ---- factors ---- */

/* The list of names that the node goes by, or the built-in one. */
static enum exit_code read_taxa(struct estimate *estimate) {
    struct call *call = estimate->stats->call;
    struct config config;
    struct report report;
    struct span list;
    struct taxa *taxa = NULL;
    enum exit_code code = home_read(&config, call);
    conversions_init(&estimate->conversions, taxa_built_in());
    if (code || !config.taxa)
        return code;
    report_init(&report, call->arena);
    enum result result = file_read(&list, call->arena, config.taxa, LIST_BYTES_MAX);
    if (!result)
        result = taxa_load(&taxa, call->arena, list, &report);
    print_report(call->arena, &report);
    if (result) {
        print_error("%s: %s", text_escape(call->arena, config.taxa), result_text(result));
        return EXIT_REFUSED;
    }
    conversions_init(&estimate->conversions, taxa);
    return EXIT_DONE;
}

static enum exit_code read_factors(struct estimate *estimate) {
    struct call *call = estimate->stats->call;
    const char *path = options_text(&call->options, "factors");
    struct span yaml;
    struct report report;
    if (!path)
        return EXIT_DONE;
    report_init(&report, call->arena);
    report.file = text_escape(call->arena, path);
    enum result result = file_read(&yaml, call->arena, path, CONFIG_BYTES_MAX);
    if (!result)
        result = conversions_read(&estimate->conversions, call->arena, yaml, &report);
    print_report(call->arena, &report);
    if (!result)
        return EXIT_DONE;
    print_error("%s: %s", report.file, result_text(result));
    return EXIT_REFUSED;
}

static const struct factor *factor_of(const struct estimate *estimate, const struct tally_group *group,
                                      double *in_unit) {
    return conversions_find(&estimate->conversions, group->values[estimate->goods.taxon],
                            group->values[estimate->goods.term], group->values[estimate->goods.unit], in_unit);
}

/* Animals of one group; false if its quantities have no factor, or none of it has a quantity. */
static bool animals_of(const struct estimate *estimate, const struct tally_group *group, const struct factor **factor,
                       double *animals) {
    double in_unit = 0;
    *factor = factor_of(estimate, group, &in_unit);
    if (!*factor || group->summed == 0)
        return false;
    *animals = group->sum * in_unit / (*factor)->per_animal;
    return true;
}

/* ---- counting ---- */

static size_t place_of(const struct tally_question *question, const char *path) {
    for (size_t i = 0; i < question->count; i++)
        if (question->dimensions[i].kind == TALLY_FIELD && question->dimensions[i].slot == field_find(path)->slot)
            return i;
    return question->count;
}

/* The question of the operator with what the factors go by behind it, as far as it is not in it. */
static enum exit_code widen(struct estimate *estimate, const char **by) {
    static const char *const paths[] = {"specimens.taxon", "specimens.term", "specimens.unit"};
    struct stats *stats = estimate->stats;
    struct arena *arena = stats->call->arena;
    const char *complaint = NULL;
    *by = stats->by;
    if (tally_ask(&estimate->question, arena, stats->by, stats->date, NULL, &complaint))
        return print_usage_error(stats->call, complaint ? complaint : result_text(RESULT_NO_MEMORY));
    estimate->asked = estimate->question.count;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        if (place_of(&estimate->question, paths[i]) == estimate->question.count)
            *by = text_format(arena, "%s,%s", *by, paths[i]);
    return EXIT_DONE;
}

static enum result add_group(struct estimate *estimate, const struct tally_group *group) {
    const struct factor *factor;
    struct tally_group reduced = *group;
    double animals = 0;
    bool has_factor = animals_of(estimate, group, &factor, &animals);
    reduced.sum = animals;
    reduced.alerts = group->rows; /* sorted by what is counted here */
    reduced.summed = has_factor ? group->summed : 0;
    return tally_merge(&estimate->animals, &reduced);
}

static enum exit_code estimate_all(struct estimate *estimate) {
    const char *by;
    enum exit_code code = widen(estimate, &by);
    if (!code)
        code = stats_count(estimate->stats, &estimate->counted, estimate->stats->query, by, "specimens.quantity");
    if (code)
        return code;
    const struct tally_question *question = &estimate->counted.question;
    estimate->goods = (struct goods){place_of(question, "specimens.taxon"), place_of(question, "specimens.term"),
                                     place_of(question, "specimens.unit")};
    tally_init(&estimate->animals, estimate->stats->call->arena, &estimate->question, NULL, TALLY_GROUPS_MAX);
    for (size_t i = 0; i < estimate->counted.tally.count; i++)
        if (add_group(estimate, estimate->counted.groups[i])) {
            print_error("%s", result_text(RESULT_NO_MEMORY));
            return EXIT_REFUSED;
        }
    return EXIT_DONE;
}

/* ---- telling ---- */

static const char *about(struct arena *arena, double animals) {
    return text_format(arena, "%.0f", animals);
}

static void put_group(struct grid *grid, const struct estimate *estimate, const struct tally_group *group) {
    struct stats *stats = estimate->stats;
    stats_put_values(grid, stats, &estimate->counted, group->values, estimate->asked);
    grid_count(grid, group->rows);
    if (group->summed)
        grid_number(grid, group->sum, about(stats->call->arena, group->sum));
    else
        grid_text(grid, NULL, "-");
    grid_count(grid, group->rows - group->summed);
}

static struct grid *grid_of_groups(const struct estimate *estimate, const struct tally_group *const *groups,
                                   size_t count) {
    struct grid *grid = grid_new(estimate->stats->call->arena, estimate->asked + 3);
    stats_put_columns(grid, estimate->stats, &estimate->counted, estimate->asked);
    grid_column(grid, "specimens", N_("SPECIMEN ROWS"), COLUMN_RIGHT);
    grid_column(grid, "animals", N_("ANIMALS, ABOUT"), COLUMN_RIGHT);
    grid_column(grid, "not_estimated", N_("ROWS NOT ESTIMATED"), COLUMN_RIGHT);
    for (size_t i = 0; i < count; i++)
        put_group(grid, estimate, groups[i]);
    return grid;
}

/* By what the figures were reached: a line for each species, term and unit. */
static struct tally goods_of(struct estimate *estimate, struct tally_question *question) {
    struct tally goods;
    const struct tally_question *whole = &estimate->counted.question;
    const size_t places[] = {estimate->goods.taxon, estimate->goods.term, estimate->goods.unit};
    *question = (struct tally_question){.count = 3};
    for (size_t i = 0; i < 3; i++)
        question->dimensions[i] = whole->dimensions[places[i]];
    tally_init(&goods, estimate->stats->call->arena, question, NULL, TALLY_GROUPS_MAX);
    for (size_t i = 0; i < estimate->counted.tally.count; i++) {
        struct tally_group group = *estimate->counted.groups[i];
        for (size_t k = 0; k < 3; k++)
            group.values[k] = estimate->counted.groups[i]->values[places[k]];
        group.alerts = group.rows;
        if (tally_merge(&goods, &group))
            break;
    }
    return goods;
}

static void put_factor(struct grid *grid, const struct estimate *estimate, const struct tally_group *group) {
    struct arena *arena = estimate->stats->call->arena;
    double in_unit = 0;
    const struct factor *factor =
        conversions_find(&estimate->conversions, group->values[0], group->values[1], group->values[2], &in_unit);
    const size_t places[] = {estimate->goods.taxon, estimate->goods.term, estimate->goods.unit};
    for (size_t i = 0; i < 3; i++)
        grid_text(grid, *group->values[i] ? group->values[i] : NULL,
                  stats_shown(arena, &estimate->counted, places[i], group->values[i]));
    if (group->summed)
        grid_amount(grid, group->sum);
    else
        grid_text(grid, NULL, "-");
    if (!factor) {
        grid_text(grid, NULL, "-");
        grid_text(grid, NULL, "-");
        grid_text(grid, NULL, _("no factor: not estimated"));
        return;
    }
    double per_animal = factor->per_animal / in_unit;
    grid_amount(grid, per_animal);
    if (group->summed)
        grid_number(grid, group->sum / per_animal, about(arena, group->sum / per_animal));
    else
        grid_text(grid, NULL, "-");
    grid_text(grid, factor->source, factor->source);
}

static struct grid *grid_of_factors(struct estimate *estimate) {
    struct tally_question question;
    struct tally goods = goods_of(estimate, &question);
    const struct tally_group **groups = tally_sorted(&goods);
    struct grid *grid = grid_new(estimate->stats->call->arena, 7);
    grid_column(grid, "taxon", N_("SPECIES"), COLUMN_TRUNC);
    grid_column(grid, "term", N_("TERM"), COLUMN_TRUNC);
    grid_column(grid, "unit", N_("UNIT"), COLUMN_TRUNC);
    grid_column(grid, "quantity", N_("QUANTITY"), COLUMN_RIGHT);
    grid_column(grid, "per_animal", N_("PER ANIMAL"), COLUMN_RIGHT);
    grid_column(grid, "animals", N_("ANIMALS, ABOUT"), COLUMN_RIGHT);
    grid_column(grid, "source", N_("SOURCE OF THE FACTOR"), COLUMN_WRAP);
    for (size_t i = 0; groups && i < goods.count; i++)
        put_factor(grid, estimate, groups[i]);
    tally_release(&goods);
    return groups ? grid : NULL;
}

static void put_versions(const struct estimate *estimate) {
    const struct conversions *conversions = &estimate->conversions;
    if (*conversions->own_version)
        print_line(_("Factors: table %s of this program, and before it %s of your file."), conversions->version,
                   text_escape(estimate->stats->call->arena, conversions->own_version));
    else
        print_line(_("Factors: table %s of this program; --factors FILE puts others before it."), conversions->version);
}

static struct bar *make_bars(const struct estimate *estimate, const struct tally_group *const *groups, size_t count) {
    struct arena *arena = estimate->stats->call->arena;
    struct bar *bars = arena_array(arena, count + 1, sizeof *bars);
    for (size_t i = 0; bars && i < count; i++)
        bars[i] = (struct bar){stats_label(arena, &estimate->counted, groups[i]->values, estimate->asked),
                               groups[i]->sum < 0 ? 0 : groups[i]->sum,
                               groups[i]->summed ? about(arena, groups[i]->sum) : "-"};
    return bars;
}

static enum exit_code tell(struct estimate *estimate) {
    struct stats *stats = estimate->stats;
    const struct tally_group **groups = tally_sorted(&estimate->animals);
    size_t count = stats_shown_count(stats, estimate->animals.count);
    struct bar *bars = groups ? make_bars(estimate, groups, count) : NULL;
    struct grid *factors = bars ? grid_of_factors(estimate) : NULL;
    if (!groups || !bars || grid_failed(factors)) {
        print_error("%s", result_text(RESULT_NO_MEMORY));
        return EXIT_REFUSED;
    }
    json_t *json = stats_json(stats, &estimate->counted);
    json_object_set_new(json, "factors", grid_json(factors));
    json_object_set_new(json, "factors_version", print_json_text(estimate->conversions.version));
    if (*estimate->conversions.own_version)
        json_object_set_new(json, "own_factors_version", print_json_text(estimate->conversions.own_version));
    enum exit_code code = stats_tell(stats, grid_of_groups(estimate, groups, count), json, bars, count);
    if (stats->as_csv || stats->as_json)
        return code;
    if (count < estimate->animals.count)
        print_line(_("The first %zu of %zu groups."), count, estimate->animals.count);
    print_blank();
    grid_print(factors);
    put_versions(estimate);
    stats_put_remarks(stats, &estimate->counted);
    return code;
}

enum exit_code stats_animals(struct stats *stats) {
    struct estimate estimate = {.stats = stats};
    enum exit_code code = read_taxa(&estimate);
    if (!code)
        code = read_factors(&estimate);
    if (!code)
        code = estimate_all(&estimate);
    if (!code)
        code = tell(&estimate);
    counted_release(&estimate.counted);
    tally_release(&estimate.animals);
    return code;
}

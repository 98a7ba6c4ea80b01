/* Roots of openings. */
#include <string.h>

#include "base/text.h"
#include "tests/vectors/seizure.h"

static struct tree_scope scope;

static json_t *root_vector(const char *expect, const char *name, const struct tree_opening *opening) {
    json_t *v = vector("root", expect, name), *values = json_object();
    struct field_set shown;
    memcpy(shown.words, opening->shown, sizeof shown.words);
    add_number(v, "schema", scope.schema);
    add_input(v, "alert", SPAN_OF_ARRAY(scope.alert));
    add_number(v, "version", scope.version);
    add_input(v, "shown", bitmap(&shown));
    add_input(v, "salts", opening->salts);
    add_input(v, "hashes", opening->hashes);
    for (size_t slot = 0; slot < TREE_SLOTS; slot++)
        if (opening->values[slot].data)
            add_input(values, text_format(&memory, "%zu", slot), opening->values[slot]);
    MUST(json_object_set_new(v, "values", values) == 0);
    return v;
}

static void accept(const char *name, const struct tree_opening *opening) {
    uint8_t root[TREE_HASH_SIZE];
    must(!tree_root(root, &scope, opening), name);
    add_output(root_vector("ok", name, opening), "out", SPAN_OF_ARRAY(root));
}

static struct tree_opening opening_of(const struct field_set *view) {
    struct tree_opening out;
    MUST(!tree_narrow(&memory, &out, &scope, &seizure.opening, view->words));
    return out;
}

static struct field_set every(size_t step) {
    struct field_set set = {{0}};
    for (size_t slot = 0; slot < FIELD_SLOTS; slot += step)
        field_set_add(&set, slot);
    return set;
}

static struct field_set between(size_t first, size_t end) {
    struct field_set set = {{0}};
    for (size_t slot = first; slot < end; slot++)
        field_set_add(&set, slot);
    return set;
}

static void make_views(void) {
    const struct {
        const char *name;
        struct field_set view;
    } views[] = {
        {"all shown", field_set_all()},
        {"none shown: the root itself", {{0}}},
        {"the first slot", only(0)},
        {"the last slot", only(255)},
        {"a slot in the middle, absent", only(111)},
        {"all but one", without(120)},
        {"the first quarter", between(0, 64)},
        {"two quarters, side by side", between(64, 192)},
        {"a run that begins and ends inside subtrees", between(30, 99)},
        {"every second slot", every(2)},
        {"the first child of each last node", every(4)},
        {"one slot in sixteen", every(16)},
        {"incident, specimens and route", customs_view()},
    };
    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        struct tree_opening opening = opening_of(&views[i].view);
        accept(views[i].name, &opening);
    }
}

static size_t a_present_slot(void) {
    return field_find("specimens.taxon")->slot;
}

/* What a leaf is bound to: each of these has a root of its own. */
static void make_bindings(void) {
    const size_t slot = a_present_slot();
    const struct field_set all = field_set_all(), customs = customs_view();
    struct tree_opening opening = opening_of(&all);
    opening.values[slot] = flipped(opening.values[slot], 0, 1);
    accept("a changed bit of one value", &opening);
    opening = opening_of(&all);
    opening.values[slot + 1] = opening.values[slot];
    opening.values[slot] = (struct span){0};
    accept("a value in its neighbour's slot", &opening);
    opening = opening_of(&all);
    opening.values[slot] = span_of("", 0);
    accept("a value of no bytes is not an absent one", &opening);
    opening.values[slot] = (struct span){0};
    accept("a value taken away", &opening);
    opening = opening_of(&customs);
    opening.salts = flipped(opening.salts, 0, 1);
    accept("a changed bit of a salt", &opening);
    opening = opening_of(&customs);
    MUST(opening.salts.len >= 2 * TREE_SALT_SIZE);
    struct span first = cut(opening.salts, 16), second = span_of(opening.salts.data + 16, 16);
    opening.salts = replaced(replaced(opening.salts, 0, second), 16, first);
    accept("two salts swapped", &opening);
    opening = opening_of(&customs);
    first = cut(opening.hashes, 32);
    second = span_of(opening.hashes.data + 32, 32);
    opening.hashes = replaced(replaced(opening.hashes, 0, second), 32, first);
    accept("two hashes swapped", &opening);

    opening = opening_of(&all);
    scope.version = 2;
    accept("another version", &opening);
    scope.version = 1;
    scope.schema = 2;
    accept("another schema", &opening);
    scope.schema = 1;
    scope.alert[15] ^= 1;
    accept("another alert", &opening);
    scope.alert[15] ^= 1;

    struct tree_opening empty;
    tree_open_all(&empty, opening.salts.data, (struct span[TREE_SLOTS]){{0}});
    accept("an alert without content", &empty);
    struct tree_opening full = empty;
    for (size_t i = 0; i < TREE_SLOTS; i++)
        full.values[i] = filled((uint8_t)i, 1);
    accept("every slot has a value", &full);
}

static void make_wrong_counts(void) {
    const struct field_set all = field_set_all(), none = {{0}}, customs = customs_view();
    const struct tree_opening good = opening_of(&customs);
    struct tree_opening bad = good;
    bad.salts = joined(good.salts, filled(0, 16));
    root_vector("malformed", "a salt too many", &bad);
    bad.salts = without_last(good.salts, 16);
    root_vector("malformed", "a salt too few", &bad);
    bad.salts = without_last(good.salts, 1);
    root_vector("malformed", "part of a salt", &bad);
    bad = good;
    bad.hashes = joined(good.hashes, filled(0, 32));
    root_vector("malformed", "a hash too many", &bad);
    bad.hashes = without_last(good.hashes, 32);
    root_vector("malformed", "a hash too few", &bad);
    bad.hashes = joined(good.hashes, filled(0, 16));
    root_vector("malformed", "part of a hash", &bad);
    bad = good;
    bad.hashes = (struct span){0};
    bad.salts = (struct span){0};
    root_vector("malformed", "neither salts nor hashes", &bad);
    bad = good;
    bad.values[255] = span_of_text("x");
    root_vector("malformed", "a hidden slot with a value", &bad);
    bad = opening_of(&all);
    bad.hashes = filled(0, 32);
    root_vector("malformed", "all shown, and a hash", &bad);
    bad = opening_of(&none);
    bad.salts = filled(0, 16);
    root_vector("malformed", "none shown, and a salt", &bad);
    bad = opening_of(&all);
    memset(bad.shown, 0, sizeof bad.shown);
    bad.shown[0] = 1;
    root_vector("malformed", "salts of another view", &bad);
}

void make_trees(void) {
    seizure_make();
    scope = (struct tree_scope){.schema = 1, .version = 1};
    memcpy(scope.alert, seizure.header->alert.data, sizeof scope.alert);
    make_views();
    make_bindings();
    make_wrong_counts();
}

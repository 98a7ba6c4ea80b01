#include "tests/bench/sample.h"

#include <stddef.h>

#include "base/text.h"

struct goods {
    const char *taxon, *term, *unit;
};

/* Most frequent first: picked with falling probability, as seizures are. */
static const struct goods goods[] = {
    {"Loxodonta africana", "TUS", "KIL"}, {"Manis tricuspis", "SCA", "KIL"},     {"Psittacus erithacus", "LIV", ""},
    {"Manis gigantea", "SCA", "KIL"},     {"Python regius", "LIV", ""},          {"Panthera leo", "BON", "KIL"},
    {"Diceros bicornis", "HOR", "KIL"},   {"Panthera pardus", "SKI", ""},        {"Anguilla anguilla", "LIV", "KIL"},
    {"Crocodylus niloticus", "SKI", ""},  {"Hippopotamus amphibius", "TEE", ""}, {"Pan troglodytes", "LIV", ""},
};

static const char *const routes[][3] = {
    {"CD", "KE", "VN"}, {"CD", "UG", "CN"}, {"TZ", "KE", "HK"}, {"NG", "AE", "VN"}, {"MZ", "ZA", "CN"},
    {"CM", "NG", "MY"}, {"ZW", "ZA", "TH"}, {"MG", "ET", "TH"}, {"GA", "CM", "VN"}, {"UG", "KE", "SG"},
};

static unsigned next(unsigned *state) {
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

const char *sample_alert(struct arena *arena, unsigned seed) {
    unsigned state = seed * 2654435761u + 12345;
    size_t pick = next(&state) % (1 + next(&state) % (sizeof goods / sizeof *goods));
    const struct goods *first = &goods[pick], *second = &goods[next(&state) % (sizeof goods / sizeof *goods)];
    const char *const *route = routes[next(&state) % (sizeof routes / sizeof *routes)];
    unsigned quantity = 1 + next(&state) % 900, day = 1 + next(&state) % 28, month = 1 + next(&state) % 12;
    unsigned year = 2012 + next(&state) % 12;
    return text_format(
        arena,
        "{\"kind\":\"SEIZURE\",\"urgency\":\"ROUTINE\",\"language\":\"EN\","
        "\"grading\":{\"scheme\":\"ADMIRALTY\",\"source\":\"B\",\"information\":\"2\"},"
        "\"marking\":{\"tlp\":\"AMBER\",\"handling\":[\"H0\"],\"share_with_iccwc\":true},"
        "\"incident\":{\"date\":\"%u-%02u-%02u\",\"country\":\"%s\",\"region\":\"Coast\",\"place_text\":\"Container "
        "yard %u\","
        "\"direction\":\"EXPORT\",\"record\":\"R-%u\",\"value_amount\":\"%u\",\"value_currency\":\"USD\"},"
        "\"detection\":{\"agency\":\"CUSTOMS\",\"method\":\"SCANNING\",\"reason\":\"NO_CITES_PERMIT\"},"
        "\"concealment\":{\"method\":\"IN_CARGO_COVER_LOAD\",\"cover_load\":\"cashew nuts\"},"
        "\"specimens\":[{\"taxon\":\"%s\",\"term\":\"%s\",\"quantity\":\"%u\",\"unit\":\"%s\"},"
        "{\"taxon\":\"%s\",\"term\":\"%s\",\"quantity\":\"%u\",\"unit\":\"%s\"}],"
        "\"legs\":[{\"role\":\"ORIGIN\",\"country\":\"%s\",\"mode\":\"3\"},"
        "{\"role\":\"TRANSIT\",\"country\":\"%s\",\"mode\":\"1\",\"vessel\":\"Example Star %u\"},"
        "{\"role\":\"DESTINATION\",\"country\":\"%s\"}],"
        "\"documents\":[{\"type\":\"CITES_EXPORT_PERMIT\",\"number\":\"P%u\",\"country\":\"%s\",\"status\":\"FORGED\"}]"
        ","
        "\"persons\":[{\"role\":\"SUSPECT\",\"surname\":\"Example%u\",\"forenames\":\"Person\",\"nationality\":[\"%s\"]"
        "}],"
        "\"companies\":[{\"role\":\"EXPORTER\",\"name\":\"Example Trading %u\",\"country\":\"%s\"}],"
        "\"exhibits\":[{\"number\":\"E%u\",\"seal\":\"S%u\"}],"
        "\"narrative\":{\"releasable\":\"The consignment was declared as cashew nuts and chosen for scanning because "
        "the "
        "weight did not match the number of bags; the goods lay behind two rows of bags at the front wall. Case "
        "%u.\"}}",
        year, month, day, route[0], seed % 97, seed, quantity * 250, first->taxon, first->term, quantity, first->unit,
        second->taxon, second->term, 1 + quantity / 7, second->unit, route[0], route[1], seed % 1000, route[2],
        seed % 100000, route[0], seed % 5000, route[1], seed % 3000, route[0], seed % 10000, seed % 777777, seed);
}

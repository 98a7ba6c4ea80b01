/* Any bytes as a country file of UNECE and as a list of ours: what is imported loads, what loads is found again. */
#include <assert.h>
#include <stdint.h>

#include "core/places.h"

enum { BUDGET = 64 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look_around(const struct places *places) {
    static const char *const codes[] = {"KEMBA", "", "KE", "KEMBAS", "ZZZZZ"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        const struct place *place = places_find(places, codes[i]);
        assert(!place || (strcmp(place->code, codes[i]) == 0 && *place->name && strlen(place->function) == 8));
    }
    (void)places_is_complete(places, "KE");
    (void)places_is_complete(places, "\xFF\x80");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct report report;
    struct buf list;
    struct places *places = NULL;
    arena_init(&arena, BUDGET);
    report_init(&report, &arena);
    buf_init(&list, &arena);
    if (places_load(&places, &arena, span_of(data, size), &report) == RESULT_OK)
        look_around(places);
    if (places_import(&list, span_of(data, size), &report) == RESULT_OK) {
        enum result result = places_load(&places, &arena, buf_span(&list), &report);
        assert(result == RESULT_OK || result == RESULT_NO_MEMORY);
        look_around(places);
    }
    arena_release(&arena);
    return 0;
}

/* A file of anybody's, cleaned: it never grows, cleaning it again changes nothing, and what it is taken for stays. */
#include <stdlib.h>

#include "core/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena;
    struct span once, twice, file = span_of(data, size);
    enum picture_kind kind = picture_kind(file);
    arena_init(&arena, 8 * size + ((size_t)1 << 20));
    if (picture_media_type(kind) && picture_can_clean(kind) && !picture_clean(&once, &arena, kind, file) &&
        (once.len > size || picture_kind(once) != kind || picture_clean(&twice, &arena, kind, once) ||
         !span_equal(once, twice)))
        abort();
    arena_release(&arena);
    return 0;
}

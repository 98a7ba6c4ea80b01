/* vector: an array that grows, for what lives as long as the process. */
#ifndef STORE_VECTOR_H
#define STORE_VECTOR_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `need` items of `size` bytes in the array that `array` points to, and an eighth more, so that it does
 * not move with each item and little lies idle. False, and nothing changed, when memory is out. */
static inline bool vector_reserve(void *array, size_t *capacity, size_t need, size_t size) {
    if (need <= *capacity)
        return true;
    void *old;
    size_t room = need + need / 8 + 8;
    memcpy(&old, array, sizeof old);
    if (room > SIZE_MAX / size)
        return false;
    void *grown = realloc(old, room * size);
    if (!grown)
        return false;
    memcpy(array, &grown, sizeof grown);
    *capacity = room;
    return true;
}

#endif

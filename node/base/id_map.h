/* id_map: rows found by the 32-byte id that each begins with.
 *
 * A balanced tree of the C library's, so that ids that others choose cannot make it slow. Rows belong to the caller.
 */
#ifndef BASE_ID_MAP_H
#define BASE_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ID_MAP_ID_SIZE = 32 };

struct id_map {
    void *root;
    size_t count;
};

/* NULL if there is none. */
void *id_map_find(const struct id_map *map, const uint8_t id[static ID_MAP_ID_SIZE]);
/* Its id must not be there yet. False without memory. */
bool id_map_add(struct id_map *map, void *row);
void id_map_remove(struct id_map *map, void *row);
/* All, in the order of their ids; the map must not change meanwhile. */
void id_map_each(const struct id_map *map, void (*visit)(void *context, void *row), void *context);
/* Gives every row to `give_back`; the map is empty then. */
void id_map_release(struct id_map *map, void (*give_back)(void *row));

#endif

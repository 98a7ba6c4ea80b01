#include "base/id_map.h"

#include <search.h>
#include <string.h>

static int compare(const void *a, const void *b) {
    return memcmp(a, b, ID_MAP_ID_SIZE);
}

void *id_map_find(const struct id_map *map, const uint8_t id[static ID_MAP_ID_SIZE]) {
    void *const *node = tfind(id, &map->root, compare);
    return node ? *node : NULL;
}

bool id_map_add(struct id_map *map, void *row) {
    bool added = tsearch(row, &map->root, compare) != NULL;
    map->count += added;
    return added;
}

void id_map_remove(struct id_map *map, void *row) {
    map->count -= tdelete(row, &map->root, compare) != NULL;
}

struct visiting {
    void (*visit)(void *context, void *row);
    void *context;
};

static void visit_node(const void *node, VISIT which, void *closure) {
    const struct visiting *visiting = closure;
    if (which == postorder || which == leaf)
        visiting->visit(visiting->context, *(void *const *)node);
}

void id_map_each(const struct id_map *map, void (*visit)(void *context, void *row), void *context) {
    struct visiting visiting = {visit, context};
    twalk_r(map->root, visit_node, &visiting);
}

void id_map_release(struct id_map *map, void (*give_back)(void *row)) {
    tdestroy(map->root, give_back);
    *map = (struct id_map){0};
}

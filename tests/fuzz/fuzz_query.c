/* Any bytes as a query: it is read within its bounds, or refused at a place that is in it; what is read can be asked.
 */
#include <assert.h>
#include <stdint.h>

#include "base/text.h"
#include "core/query_match.h"

enum { BUDGET = 16 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t check_node(const struct query *query, const struct query_node *node, size_t depth) {
    size_t count = 1 + node->value_count;
    assert(depth <= 3 * QUERY_DEPTH_MAX);
    assert((const char *)node->text.data >= query->text);
    assert((const char *)node->text.data + node->text.len <= query->text + strlen(query->text));
    for (const struct query_node *child = node->first; child; child = child->next)
        count += check_node(query, child, depth + 1);
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const struct references references = {taxa_built_in(), places_built_in()};
    const struct query_world world = {.references = &references};
    struct query_remark error = {.text = NULL};
    struct query query;
    struct arena arena;
    arena_init(&arena, BUDGET);
    char *text = arena_text(&arena, (const char *)data, size);
    enum result result = query_parse(&query, &arena, text, &world, &error);
    assert(result == RESULT_OK || result == RESULT_INVALID || result == RESULT_NO_MEMORY);
    if (result == RESULT_INVALID)
        assert(error.text && error.offset <= strlen(text) && error.column <= error.offset + 1);
    if (result == RESULT_OK) {
        AlertHeader header = ALERT_HEADER__INIT;
        struct document document;
        header.kind = header.tlp = (char *)(uintptr_t) "x";
        assert(!query.where || check_node(&query, query.where, 0) <= 2 * QUERY_NODES_MAX);
        assert(document_make(&document, &arena, &header, NULL) == RESULT_OK);
        query_match(query.where, &document, &world);
    }
    arena_release(&arena);
    return 0;
}

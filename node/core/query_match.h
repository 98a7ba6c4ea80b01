/* query_match: does an alert meet the conditions of a query?
 *
 * Exact, on one alert: what the index finds is what this says of every alert. For `watch` and for rules. Pure; any
 * thread.
 */
#ifndef CORE_QUERY_MATCH_H
#define CORE_QUERY_MATCH_H

#include "core/document.h"
#include "core/query_parse.h"

/* `where` may be NULL: all do. */
bool query_match(const struct query_node *where, const struct document *document, const struct query_world *world);

/* Does this value of one alert meet the condition? For fields alone. */
bool query_match_value(const struct query_value *wanted, const struct value *value, const struct query_world *world);

/* Is this position near enough? */
bool query_is_near(const struct query_node *near, double latitude, double longitude);

#endif

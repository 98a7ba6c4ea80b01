/* status: what a node says of itself, in words and as JSON.
 *
 * Only for `inama status`.
 */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "control.pb-c.h"

/* "3 h": how long that is ago. */
const char *status_ago(struct arena *arena, uint64_t since_ms);
/* What stands in the way of working, and what to do about it. */
void status_warn(const Status *status);
/* null where it is not known. */
json_t *status_json_number(bool is_known, uint64_t number);

/* The whole node as JSON. */
void status_print_json(const Status *status);
/* Who has one alert: its row and the status of the reply. */
void status_print_alert(struct arena *arena, const Reply *reply, bool as_json);

#endif

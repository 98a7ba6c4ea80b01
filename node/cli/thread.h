/* thread: what the commands about requests have in common: their options read, and threads printed. */
#ifndef CLI_THREAD_H
#define CLI_THREAD_H

#include "cli/command.h"
#include "control.pb-c.h"
#include "core/fields.h"

/* The value of --fields, items with commas between, given more than once or not at all: *given. An item is what a
 * policy's `show` takes. False with the usage error printed. */
bool thread_fields(struct call *call, struct field_set *out, bool *given);
/* The values of --onward: "role=POLICE,country=KE" each. False with the usage error printed. */
bool thread_onward(struct call *call, OnwardReader ***out, size_t *count);
/* The value of an option that is a day or a time; *given. False with the usage error printed. */
bool thread_time(struct call *call, const char *option, uint64_t *out, bool *given);

/* "persons, legs.vessel": classes where a whole class is meant, else paths; in the arena. */
const char *thread_fields_text(struct arena *arena, const struct field_set *slots);
/* "POLICE KE; ke-court" */
const char *thread_onward_text(struct arena *arena, OnwardReader *const *readers, size_t count);
/* The first digits of a thread's id, as people give them. */
const char *thread_digits(struct arena *arena, const ThreadStatus *thread);
/* "open", with "overdue" where it is; translated. */
const char *thread_state(struct arena *arena, const ThreadStatus *thread);

#endif

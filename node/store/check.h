/* check: do the records of the store belong together, and do they open? */
#ifndef STORE_CHECK_H
#define STORE_CHECK_H

#include "store/records.h"

/* As store_check(). */
MUST_USE enum result check_records(struct records *records, void (*damaged)(void *context, const char *complaint),
                                   void *context, uint64_t *count);

/* What can be told without reading everything, for each start: the keys of all records (a changed key would make a
 * record seem never to have been there), and whether the small ones open. STORE_DAMAGED with a complaint about the
 * first that is wrong. */
MUST_USE enum result check_keys(struct records *records);

#endif

/* places_table: the built-in places, in the order of their codes. For places.c only. */
#ifndef CORE_PLACES_TABLE_H
#define CORE_PLACES_TABLE_H

#include "core/places.h"

extern const struct place places_table[];
extern const size_t places_table_count;

#endif

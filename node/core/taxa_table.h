/* taxa_table: the built-in names, in the order of text_compare(). For taxa.c only. */
#ifndef CORE_TAXA_TABLE_H
#define CORE_TAXA_TABLE_H

#include "core/taxa.h"

extern const struct taxon taxa_table[];
extern const size_t taxa_table_count;

#endif

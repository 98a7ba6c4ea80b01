/* column: numbers of rows, for what has an order: quantities, dates, times. Rows come in ascending order; one may have
 * several numbers in a column, or none. */
#ifndef STORE_COLUMN_H
#define STORE_COLUMN_H

#include <stddef.h>
#include <stdint.h>

#include "base/result.h"

struct column {
    uint32_t *rows;
    double *numbers;
    size_t rows_capacity, numbers_capacity;
    size_t count;
};

MUST_USE enum result column_add(struct column *column, uint32_t row, double number);
size_t column_bytes(const struct column *column);
void column_release(struct column *column);

#endif
